package soak

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// quiet is how many streams are open when nothing else happens.
const quiet = 100

// goroutinesPerStream is what an HTTP/1.1 stream has: its streamer and its
// handler. Over TLS net/http keeps a third one, which reads.
func (s *subject) goroutinesPerStream() int {
	if s.tls {
		return 3
	}
	return 2
}

// atRest waits until the server is back where it was when idle, and all messages
// have had their time.
func (s *subject) atRest(ctx context.Context, idle state) error {
	return await(ctx, func() error { return s.agrees(ctx, idle, 0, 0) })
}

// agrees checks that all that counts streams says n, and how many messages are
// stored.
func (s *subject) agrees(ctx context.Context, idle state, n, stored int) error {
	now, err := s.look(ctx)
	if err != nil {
		return err
	}
	if now.stored != stored {
		return fmt.Errorf("%d messages stored, want %d", now.stored, stored)
	}
	goroutines, descriptors := now.goroutines-idle.goroutines, now.descriptors-idle.descriptors
	if now.streams != n || goroutines != n*s.goroutinesPerStream() || descriptors != n {
		return fmt.Errorf("%d streams by the metrics, %d goroutines and %d descriptors more than idle (%d and %d); want %d, %d and %d",
			now.streams, goroutines, descriptors, idle.goroutines, idle.descriptors, n, n*s.goroutinesPerStream(), n)
	}
	return nil
}

// quietStreams are streams of one message that are open until the server ends
// them.
type quietStreams struct {
	message string
	open    []*http.Response
}

// openQuiet opens streams that send one event and then nothing for a minute.
func openQuiet(ctx context.Context, h *hand) (*quietStreams, error) {
	id, err := h.submit(ctx, `{"message":"quiet"}`)
	if err != nil {
		return nil, err
	}
	q := &quietStreams{message: id}
	q.open, err = h.open(ctx, id, "1m", quiet)
	return q, err
}

// open opens so many streams of a message.
func (h *hand) open(ctx context.Context, id, interval string, n int) (all []*http.Response, err error) {
	for range n {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, h.base()+"/stream/"+id+"?interval="+interval, http.NoBody)
		if err != nil {
			return all, err
		}
		response, err := h.clients[0].Do(request) // HTTP/1.1: a connection each
		if err != nil {
			return all, err
		}
		all = append(all, response)
		if err := want("stream", response.StatusCode, nil, http.StatusOK); err != nil {
			return all, err
		}
	}
	return all, nil
}

// registered is how many streams the broker's registry has.
func (q *quietStreams) registered(ctx context.Context, h *hand) (int, error) {
	status, answer, err := h.ask(ctx, http.MethodGet, "/messages/"+q.message, "", "")
	if err != nil {
		return 0, err
	}
	if err := want("quiet message", status, answer, http.StatusOK); err != nil {
		return 0, err
	}
	var message struct{ ActiveStreams int }
	err = json.Unmarshal(answer, &message)
	return message.ActiveStreams, err
}

// check compares registry, gauge, goroutines and descriptors with the number of
// the streams.
func (q *quietStreams) check(ctx context.Context, h *hand, idle state) error {
	err := await(ctx, func() error {
		registered, err := q.registered(ctx, h)
		if err == nil && registered != quiet {
			err = fmt.Errorf("%d streams in the registry, want %d", registered, quiet)
		}
		return err
	})
	if err != nil {
		return err
	}
	h.clients.leave() // the connections of that question are none of a stream
	return await(ctx, func() error { return h.agrees(ctx, idle, quiet, 1) })
}

// wantDrained reads streams to their end, which must have come cleanly: for some
// because the drain gave them the time, for the others with the word when to
// come back.
func wantDrained(finishing, others []*http.Response) error {
	for _, response := range finishing {
		if err := wantLines(response, "event: done", 1); err != nil {
			return err
		}
	}
	for _, response := range others {
		if err := wantLines(response, "retry: ", 2); err != nil { // at the start and at the end
			return err
		}
	}
	return nil
}

// wantLines reads a stream to its end.
func wantLines(response *http.Response, prefix string, n int) error {
	defer response.Body.Close()
	got := 0
	lines := bufio.NewScanner(response.Body)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), prefix) {
			got++
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("a stream did not end cleanly: %w", err)
	}
	if got != n {
		return fmt.Errorf("a stream ended with %d times %q, want %d", got, prefix, n)
	}
	return nil
}
