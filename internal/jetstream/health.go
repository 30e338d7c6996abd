package jetstream

import (
	"context"
	"sync"
	"time"
)

// How long the engine is waited for.
const (
	// patience is how long a call waits, and how long the leader may answer nothing
	// until that is an outage. An election takes up to seven seconds.
	patience = 10 * time.Second

	// patienceUnlinked is how long the connection may be down. Another server of the
	// engine takes it at once.
	patienceUnlinked = time.Second

	// How often the leader is asked whether it is there, if nothing else was asked.
	probeIdle = 2 * time.Second
	probeLost = 500 * time.Millisecond
)

// health is what is known of the engine. Its methods can be called at once from several
// goroutines; only watch calls lose and restore.
type health struct {
	events chan struct{} // room for one, sent without waiting: there is something new; nobody closes it

	mu       sync.Mutex
	there    term      // as long as the engine is
	linked   term      // as long as the connection is
	lostAt   time.Time // if it is not there
	cutAt    time.Time // if the connection is down
	answered time.Time // when the leader has last answered
	asked    time.Time // when a probe has last been sent
	problem  error     // the latest, until the leader answers
}

// term is a context for what lasts until something happens, the cause of its end.
type term struct {
	context.Context
	end context.CancelCauseFunc
}

func begin() term {
	ctx, end := context.WithCancelCause(context.Background())
	return term{ctx, end}
}

// newHealth is that of an engine which is not there yet.
func newHealth(now time.Time) *health {
	h := &health{events: make(chan struct{}, 1), there: begin(), linked: begin(), lostAt: now, cutAt: now}
	h.there.end(errNotYet)
	h.linked.end(errNotYet)
	return h
}

// available says whether the engine is there.
func (h *health) available() bool { return h.now().Err() == nil }

// now returns what ends when the engine is lost, with the reason.
func (h *health) now() context.Context {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.there
}

// missing returns why the engine is not there, nil if it is.
func (h *health) missing() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.lostAt.IsZero():
		return nil
	case h.problem != nil:
		return h.problem
	default:
		return context.Cause(h.there)
	}
}

// link returns what ends when the connection is lost.
func (h *health) link() context.Context {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.linked
}

// end takes that there will be no engine any more.
func (h *health) end() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.there.end(errClosed)
	h.linked.end(errClosed)
}

// connected takes that the connection is there.
func (h *health) connected() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.linked.Err() != nil {
		h.linked = begin()
	}
	h.cutAt = time.Time{}
	h.asked = time.Time{} // ask now
	h.tell()
}

// cut takes that the connection is down.
func (h *health) cut(now time.Time, reason error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.linked.end(reason)
	if h.cutAt.IsZero() {
		h.cutAt = now
	}
	h.problem = reason
	h.tell()
}

// failed takes what went wrong, which explains the outage that it may become.
func (h *health) failed(reason error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.problem = reason
}

// heard takes that the leader has answered.
func (h *health) heard(now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answered = now
	h.problem = nil
}

func (h *health) tell() {
	select {
	case h.events <- struct{}{}:
	default:
	}
}

// lose decides whether the engine has been away for too long by now, and says why.
func (h *health) lose(now time.Time) (reason error, lost bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.lostAt.IsZero() || now.Before(h.due()) {
		return nil, false
	}
	reason = h.problem
	if reason == nil {
		reason = errSilent
	}
	h.lostAt = now
	h.there.end(reason)
	return reason, true
}

// due returns when the engine is lost if nothing changes.
func (h *health) due() time.Time {
	due := h.answered.Add(patience)
	if cut := h.cutAt.Add(patienceUnlinked); !h.cutAt.IsZero() && cut.Before(due) {
		due = cut
	}
	return due
}

// restore takes that the leader answers again, and returns how long it did not.
func (h *health) restore(now time.Time) (outage time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	outage = now.Sub(h.lostAt)
	h.there, h.lostAt = begin(), time.Time{}
	h.answered, h.problem = now, nil
	return outage
}

// probe decides whether to ask the leader now whether it is there. If not, it returns
// how long to wait before anything of health has to be looked at.
func (h *health) probe(now time.Time) (wait time.Duration, ask bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	wait = probeLost
	next := h.asked.Add(probeLost)
	if h.lostAt.IsZero() {
		next = h.answered.Add(probeIdle)
		if again := h.asked.Add(probeLost); again.After(next) {
			next = again
		}
		wait = h.due().Sub(now)
	}
	if h.linked.Err() != nil {
		return wait, false
	}
	if !now.Before(next) {
		h.asked = now
		return 0, true
	}
	return min(wait, next.Sub(now)), false
}
