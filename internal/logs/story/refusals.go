package story

import (
	"time"

	"sseserver/internal/logs/reading"
)

// refusals are requests for streams that were not opened, of clients that have not
// been let in since.
type refusals struct {
	of       map[reader]*refusal
	requests map[string]*refusal // the last ones, whose address is still to come
	order    []string            // of the requests
}

// reader is who asks for a message, as far as it can be told without a stream.
type reader struct{ message, address string }

type refusal struct {
	reader
	reason      string
	status      int
	count       int
	first, last time.Time
	told        int // clients that have it as the reason that they did not come back
}

func newRefusals() *refusals {
	return &refusals{of: make(map[reader]*refusal), requests: make(map[string]*refusal)}
}

// add takes a stream.rejected.
func (r *refusals) add(line *reading.Line) {
	one := &refusal{
		reader: reader{line.Str("message_id"), line.Str("client.address")},
		reason: line.Str("reason"), status: number(line, "status", 0), count: 1, first: line.Time, last: line.Time,
	}
	request := line.Str("request_id")
	if one.address != "" || request == "" {
		r.file(one)
		return
	}
	r.requests[request] = one
	if r.order = append(r.order, request); len(r.order) > mostRequests {
		r.by(r.order[0], "", "")
		r.order = r.order[1:]
	}
}

// mostRequests is how many refused requests may be under way.
const mostRequests = 10_000

// by takes from a line of the request who was refused, and what it asked for.
func (r *refusals) by(request, message, address string) {
	one := r.requests[request]
	if one == nil {
		return
	}
	delete(r.requests, request)
	one.address = address
	if one.message == "" {
		one.message = message
	}
	r.file(one)
}

func (r *refusals) file(one *refusal) {
	if one.message == "" { // as of an id that is none
		return
	}
	known := r.of[one.reader]
	switch {
	case known != nil:
		known.count++
		known.last, known.reason, known.status = one.last, one.reason, one.status
	case len(r.of) < most:
		r.of[one.reader] = one
	}
}

// letIn forgets that a client was refused.
func (r *refusals) letIn(message, address string) { delete(r.of, reader{message, address}) }

// since returns how a client was refused after it had lost its stream, or nil. As
// clients of one address look alike, no more of them have that as their reason than
// there were refusals.
func (r *refusals) since(message, address string, at time.Time) *refusal {
	if one := r.of[reader{message, address}]; one != nil && !one.last.Before(at) && one.told < one.count {
		return one
	}
	return nil
}

// settle files those whose request has no line.
func (r *refusals) settle() {
	for _, request := range r.order {
		r.by(request, "", "")
	}
	r.order = nil
}
