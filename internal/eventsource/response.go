package eventsource

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// response is a response head, and the body that is still to be read.
type response struct {
	requested time.Time
	headAt    time.Time
	head
	from io.Reader // a connection, or a body of net/http

	ahead    []byte            // body bytes that came with the head; they lie in borrowed
	borrowed *[headBuffer]byte // from headBuffers, may be nil
}

// forgetAhead gives the borrowed buffer back.
func (r *response) forgetAhead() {
	if r.borrowed != nil {
		headBuffers.Put(r.borrowed)
	}
	r.ahead, r.borrowed = nil, nil
}

// refusal is the reason why the response is no event stream, nil if it is one
// (https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model).
func (r *response) refusal() *Error {
	refuse := func(reason Reason, format string, args ...any) *Error {
		return &Error{Reason: reason, Status: r.status, Err: fmt.Errorf(format, args...)}
	}
	switch {
	case r.status == http.StatusNoContent:
		return refuse(ReasonNoContent, "status 204, there is no more to come")
	case r.status != http.StatusOK:
		return refuse(ReasonBadStatus, "status %d %s", r.status, http.StatusText(r.status))
	case !isEventStream(r.contentType):
		return refuse(ReasonBadContentType, "content type %q, want text/event-stream", r.contentType)
	case r.contentEncoding != "" && !strings.EqualFold(r.contentEncoding, "identity") && !r.gzipped():
		return refuse(ReasonBadContentType, "content coding %q: only gzip is decoded", r.contentEncoding)
	}
	return nil
}

// isEventStream looks at the type alone; any parameters are allowed and mean
// nothing.
func isEventStream(contentType string) bool {
	essence, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.Trim(essence, " \t"), "text/event-stream")
}
