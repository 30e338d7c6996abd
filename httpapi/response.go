package httpapi

import (
	"errors"
	"net/http"
	"sync"
	"time"
)

// response is the transport of everything but HTTP/1.1 without TLS: the
// http.ResponseWriter of a handler that runs as long as its stream. The request's
// context tells that the client is gone.
type response struct {
	stream  *stream
	writer  http.ResponseWriter
	control *http.ResponseController
	looks   *time.Timer // calls look while a write blocks

	// The handler's, but for while it writes: then look's, which has to find that
	// it still does.
	mu      sync.Mutex
	writing bool
	since   time.Time // of the write that is under way
	givenUp error     // what stream.blocked answered
}

func newResponse(x *exchange, st *stream) transport {
	t := &response{stream: st, writer: x.ResponseWriter, control: http.NewResponseController(x.ResponseWriter)}
	t.looks = time.AfterFunc(blockedSlice, t.look)
	return t
}

func (t *response) begin(_ http.Header, first *buffer) error {
	// The server's deadlines are for plain answers.
	err := errors.Join(t.control.SetReadDeadline(time.Time{}), t.control.SetWriteDeadline(time.Time{}))
	if err != nil {
		return err
	}
	t.writer.WriteHeader(http.StatusOK)
	return t.write(first)
}

// maxPiece is how much has to get through for a client not to be taken for slow:
// what part of a write is through, net/http does not tell.
const maxPiece = 4 << 10

func (t *response) write(frames *buffer) error {
	for rest := frames.frames(); len(rest) > 0; {
		piece := rest[:min(len(rest), maxPiece)]
		rest = rest[len(piece):]
		t.lend()
		_, err := t.writer.Write(piece)
		if err == nil {
			err = t.control.Flush()
		}
		if err = t.takeBack(err); err != nil {
			return err
		}
	}
	return nil
}

// lend lets look run from now on.
func (t *response) lend() {
	t.mu.Lock()
	t.writing, t.since = true, time.Now()
	t.mu.Unlock()
	t.looks.Reset(blockedSlice)
}

// takeBack ends that, and returns why the write failed, if it has with err.
func (t *response) takeBack(err error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.writing = false
	t.looks.Stop()
	if t.givenUp != nil {
		return t.givenUp
	}
	return err
}

// look asks the stream whether a write that blocks is still wanted, and breaks it
// off if not.
func (t *response) look() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.writing {
		return
	}
	now := time.Now()
	if t.givenUp = t.stream.blocked(now.Sub(t.since)); t.givenUp != nil {
		_ = t.control.SetWriteDeadline(now)
		return
	}
	t.looks.Reset(t.stream.nextLook(now, t.since).Sub(now))
}

func (t *response) end(last *buffer) error { return t.write(last) }

// close does nothing: net/http ends the body when the handler returns.
func (t *response) close() {}

// abort breaks the response off, which net/http does for a handler that panics
// so.
func (t *response) abort() { panic(http.ErrAbortHandler) }
