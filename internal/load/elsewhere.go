package load

import (
	"context"
	"errors"
	"net/http"
	"time"

	"sseserver/internal/load/produce"
)

// turn is which of so many targets a client, or a producer, with this number is at
// after so many moves. They begin at the targets in turn. Half of them go through the
// others forwards and half backwards, so that those of one that dies do not all go to
// the same.
func turn(targets, number, moves int) int {
	if number/targets%2 == 1 {
		moves = -moves
	}
	return ((number+moves)%targets + targets) % targets
}

// isUnavailable tells whether a status says that this server, or who stands in front of
// it, cannot answer now, while another one may.
func isUnavailable(status int) bool {
	switch status {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// goesElsewhere tells whether a client that gets this answer goes on at another target.
// An EventSource, which knows but one, would not.
func (w *worker) goesElsewhere(status int) bool {
	return len(w.requests.targets) > 1 && isUnavailable(status) && status != w.plan.Status()
}

// tries are how often a producer went to another server.
type tries struct {
	moves int
	row   int // failures since the server last took something
}

// goElsewhere goes to the next server after an error that need not come of it, too, and
// tells how long to wait before that. It is no time, as long as there is one that was
// not tried.
func (p *producer) goElsewhere(err error) (wait time.Duration) {
	p.tried.row++
	refusal, refused := errors.AsType[*produce.Refusal](err)
	if refused {
		wait = min(refusal.Wait, longestWait)
	}
	wait = max(wait, leastPause)
	servers := len(p.worker.requests.appends)
	if servers == 1 || refused && refusal.Status < http.StatusInternalServerError {
		return wait
	}
	p.tried.moves++
	p.message.MoveTo(p.server(p.number, p.tried.moves))
	if p.tried.row%servers != 0 {
		return 0
	}
	return wait
}

// longestWait is the most that a Retry-After is heeded.
const longestWait = 10 * time.Second

// notTaken is a submission that another server may take, or the same one later.
type notTaken struct {
	error
	wait time.Duration // before the same server is asked again; 0 if it is not
}

func (e *notTaken) Unwrap() error { return e.error }

// one submits a client's message, to the given server or else to one after it, and
// returns its id. Only servers that ask for it are tried again.
func (s *submitter) one(ctx context.Context, client, server int) (string, error) {
	begun, wait := time.Now(), time.Duration(0)
	for try := 1; ; try++ {
		id, err := s.submitTo(ctx, server, client)
		failed, ok := errors.AsType[*notTaken](err)
		if !ok || ctx.Err() != nil {
			return id, err
		}
		wait = max(wait, failed.wait)
		server = (server + 1) % len(s.config.Servers)
		if try%len(s.config.Servers) != 0 {
			continue
		}
		if wait == 0 || time.Since(begun)+wait > patience {
			return "", err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return "", err
		}
	}
}
