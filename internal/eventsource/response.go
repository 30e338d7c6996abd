package eventsource

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// response is a response whose body is still to be read.
type response struct {
	connected time.Time
	headAt    time.Time
	head

	conn    io.ReadCloser // the raw connection, or the body of a net/http response
	body    body
	onClose func()

	ahead    []byte            // body bytes that came with the head; they lie in borrowed
	borrowed *[headBuffer]byte // from headBuffers, may be nil
}

func (r *response) close() {
	r.forgetAhead()
	r.onClose()
	_ = r.conn.Close() // whatever it says, the connection is over
}

// forgetAhead gives the borrowed buffer back.
func (r *response) forgetAhead() {
	if r.borrowed != nil {
		headBuffers.Put(r.borrowed)
	}
	r.ahead, r.borrowed = nil, nil
}

// refusal is the reason why the response is no event stream, nil if it is one (WHATWG 9.2.3,
// processEventSourceEndOfBody and processEventSource).
func (r *response) refusal() *Error {
	switch {
	case r.status == http.StatusNoContent:
		return &Error{Reason: ReasonNoContent, Status: r.status}
	case r.status != http.StatusOK:
		return &Error{Reason: ReasonBadStatus, Status: r.status,
			Err: fmt.Errorf("status %d %s", r.status, http.StatusText(r.status))}
	case !isEventStream(r.contentType):
		return &Error{Reason: ReasonBadContentType, Status: r.status,
			Err: fmt.Errorf("content type %q, want text/event-stream", r.contentType)}
	case r.contentEncoding != "" && !strings.EqualFold(r.contentEncoding, "identity"):
		return &Error{Reason: ReasonBadContentType, Status: r.status,
			Err: fmt.Errorf("content coding %q was not asked for", r.contentEncoding)}
	}
	return nil
}

// isEventStream looks at the type alone; any parameters are allowed and mean nothing.
func isEventStream(contentType string) bool {
	essence, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.Trim(essence, " \t"), "text/event-stream")
}
