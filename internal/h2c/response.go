package h2c

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"golang.org/x/net/http2"
)

// maxHeld is up to how many bytes a body is held back until it is known whether
// they are all, so that their number can be told before them.
const maxHeld = 4 << 10

// response is the http.ResponseWriter of a request. Its handler's goroutine uses
// it.
type response struct {
	stream *Stream
	isHead bool      // of the request: no body is sent (RFC 9110 §9.3.2)
	by     time.Time // when the client must have taken it

	header http.Header
	head   http.Header // header as it was at WriteHeader
	status int         // 0 before WriteHeader
	held   []byte      // of the body, until the head is sent
	sent   bool        // the head was
	taken  bool        // over: nothing here has an effect any more
	failed error       // of a write, which all later ones return
}

func newResponse(s *Stream, r *http.Request, by time.Time) *response {
	return &response{stream: s, isHead: r.Method == http.MethodHead, by: by, header: make(http.Header)}
}

func (w *response) Header() http.Header { return w.header }

// WriteHeader panics for what is no status, as that of net/http does. It sends
// nothing yet. Informational responses are not sent.
func (w *response) WriteHeader(status int) {
	if status < 100 || status > 999 {
		panic(fmt.Sprintf("h2c: invalid status %d", status))
	}
	if w.status == 0 && status >= 200 {
		w.status = status
		w.head = w.header.Clone()
	}
}

// Write fails with os.ErrDeadlineExceeded if the client does not take the
// answer in time.
func (w *response) Write(p []byte) (int, error) {
	if w.taken {
		return 0, http.ErrHijacked
	}
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if !bodyAllowed(w.status) {
		return 0, http.ErrBodyNotAllowed
	}
	if !w.sent && len(w.held)+len(p) <= maxHeld {
		w.held = append(w.held, p...)
		return len(p), nil
	}
	if !w.sent {
		w.sendHead(false)
	}
	w.send(p)
	if w.failed != nil {
		return 0, w.failed
	}
	return len(p), nil
}

// bodyAllowed says whether a response with this status has a body (RFC 9110
// §6.4.1).
func bodyAllowed(status int) bool {
	return status != http.StatusNoContent && status != http.StatusNotModified
}

// sendHead sends the head and what is held of the body, which is all of it if
// complete says so.
func (w *response) sendHead(complete bool) {
	if _, ok := w.head["Date"]; !ok { // RFC 9110 §6.6.1
		w.head.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	}
	if len(w.held) > 0 {
		_, typed := w.head["Content-Type"]
		if !typed && w.head.Get("Content-Encoding") == "" {
			w.head.Set("Content-Type", http.DetectContentType(w.held))
		}
	}
	_, sized := w.head["Content-Length"]
	if complete && !sized && bodyAllowed(w.status) && (len(w.held) > 0 || !w.isHead) {
		w.head.Set("Content-Length", strconv.Itoa(len(w.held)))
	}
	w.sent = true
	w.failed = w.stream.writeHead(w.status, w.head, complete && (w.isHead || len(w.held) == 0))
	w.send(w.held)
	w.held = nil
}

// send sends a part of the body.
func (w *response) send(p []byte) {
	if w.failed == nil && !w.isHead && len(p) > 0 {
		_, w.failed = w.stream.WriteBy(p, w.by)
	}
}

// finish ends the response of a handler that has returned.
func (w *response) finish() {
	switch {
	case w.taken:
		return
	case w.sent:
	default:
		if w.status == 0 {
			w.WriteHeader(http.StatusOK)
		}
		if w.sendHead(true); w.isHead {
			return
		}
	}
	if w.failed != nil {
		w.stream.Reset(http2.ErrCodeInternal)
		return
	}
	_ = w.stream.Close() // fails if the head was all
}

// answer lets the handler answer a request. A panic ends its stream, and no
// other.
func (c *conn) answer(handler http.Handler, w *response, r *http.Request, cancel context.CancelFunc) {
	defer c.handling.Done()
	defer c.handled()
	defer cancel()
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		if v != http.ErrAbortHandler {
			c.server.config.ErrorLog.Printf("h2c: panic serving %s: %v\n%s", c.remote, v, debug.Stack())
		}
		w.stream.Reset(http2.ErrCodeInternal)
	}()
	handler.ServeHTTP(w, r)
	w.finish()
}

func (c *conn) handled() {
	c.mu.Lock()
	c.handlers--
	c.mu.Unlock()
}
