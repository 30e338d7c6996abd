package h2c

import (
	"errors"
	"net/http"
	"os"
	"runtime"
	"time"

	"golang.org/x/net/http2"
)

// state is that of a stream (RFC 9113 §5.1).
type state uint8

const (
	open             state = iota
	halfClosedRemote       // the request is complete
	halfClosedLocal        // the response is, which need not wait for the request
	closed
)

// Stream is a response that its handler has left. One goroutine at a time may
// call its methods. It waits for nothing but in WriteBy.
type Stream struct {
	// Immutable.
	conn *conn
	id   uint32

	// Guarded by conn.mu.
	state   state
	window  int32  // what the client still takes; negative where it has shrunk it since (RFC 9113 §6.9.2)
	waiting *write // the write that waits for room; nil mostly
	cause   error  // why nothing can be written any more; nil while something can
	owner   owner
}

// owner is told when a stream ends from outside: a handler by its context and
// the body it reads, and who took over by a call.
type owner struct {
	body *body       // until the handler ends
	gone func(error) // after TakeOver
}

// tell is called without conn.mu.
func (o owner) tell(cause error) {
	if o.body != nil {
		o.body.cancel()
	}
	if o.gone != nil {
		o.gone(cause)
	}
}

// TakeOver takes the response over from w, to which nothing was written: what
// its handler does with it from now on is without effect. The request and its
// context end with the handler, as ever. What is left of its body is dropped.
//
// If the client ends the stream, or it ends with its connection, gone is called,
// once, with ErrGone or ErrStalled; that may be at once.
func TakeOver(w http.ResponseWriter, gone func(cause error)) (*Stream, error) {
	r, ok := w.(*response)
	if !ok || r.sent || r.taken {
		return nil, errors.New("h2c: not a response that can be taken over")
	}
	r.taken = true
	s, c := r.stream, r.stream.conn
	c.mu.Lock()
	cause := s.cause
	if s.owner.body != nil {
		s.owner.body.drop(http.ErrBodyReadAfterClose)
	}
	s.owner = owner{}
	if cause == nil {
		s.owner.gone = gone
	}
	c.mu.Unlock()
	if cause != nil {
		gone(cause)
	}
	return s, nil
}

// WriteHead sends the head of the response. It does not wait: heads need no
// window.
func (s *Stream) WriteHead(status int, header http.Header) error {
	return s.writeHead(status, header, false)
}

// TryWrite sends as much of p as there is room for now, which may be nothing.
func (s *Stream) TryWrite(p []byte) (n int, err error) {
	n, err, full := s.try(p)
	if full {
		runtime.Gosched() // mostly it is just that the socket was not written to yet
		var more int
		more, err, _ = s.try(p[n:])
		n += more
	}
	return n, err
}

func (s *Stream) try(p []byte) (n int, err error, full bool) {
	c := s.conn
	c.mu.Lock()
	if err = s.usable(); err == nil {
		n = c.put(s, p) // overtakes nobody: while a write is queued there is no room
	}
	full = n < len(p) && c.output.size() >= maxData
	c.mu.Unlock()
	return n, err, full
}

// usable returns, under mu, why nothing can be written.
func (s *Stream) usable() error {
	if s.cause != nil {
		return s.cause
	}
	return s.conn.ended
}

// WriteBy sends p, and waits for room until a point in time. Then it fails with
// os.ErrDeadlineExceeded and tells how much was sent. p must not change
// meanwhile.
func (s *Stream) WriteBy(p []byte, by time.Time) (n int, err error) {
	c := s.conn
	w := &write{rest: p, done: make(chan struct{})}
	c.mu.Lock()
	if err := s.usable(); err != nil || len(p) == 0 {
		c.mu.Unlock()
		return 0, err
	}
	s.waiting = w
	c.enqueue(s)
	c.pump()
	c.mu.Unlock()

	timeout := time.NewTimer(time.Until(by))
	defer timeout.Stop()
	select {
	case <-w.done:
	case <-timeout.C:
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dequeue(s)
	n = len(p) - len(w.rest)
	switch err := s.usable(); {
	case n == len(p):
		return n, nil
	case err != nil:
		return n, err
	default:
		return n, os.ErrDeadlineExceeded
	}
}

// Close ends the response. It fails if it had ended before.
func (s *Stream) Close() error {
	c := s.conn
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := s.usable(); err != nil {
		return err
	}
	_ = c.framer.WriteData(s.id, true, nil)
	s.complete()
	return nil
}

// Reset ends the response without its end, so that the client sees that
// something is missing (RFC 9113 §5.4.2). It does nothing if it had ended.
func (s *Stream) Reset(code http2.ErrCode) {
	c := s.conn
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.state != closed {
		_ = c.framer.WriteRSTStream(s.id, code)
		s.close(ErrGone)
	}
}

// complete ends, under mu, a stream whose response was sent to its end. What the
// client has not sent of its request is not needed (RFC 9113 §8.1). It may see
// so from the response: some lose one behind which a reset comes at once.
func (s *Stream) complete() {
	if s.state != open {
		s.close(ErrGone)
		return
	}
	s.state = halfClosedLocal
	s.leave(ErrGone)
	time.AfterFunc(lingerTimeout, func() { s.Reset(http2.ErrCodeNo) })
}

// close forgets the stream, under mu, and returns its owner, who is to be told
// if it is not the caller.
func (s *Stream) close(cause error) owner {
	told := s.leave(cause)
	s.state = closed
	delete(s.conn.streams, s.id)
	s.conn.rest()
	return told
}

// leave lets nothing more be written, nor be read of the request, under mu.
func (s *Stream) leave(cause error) owner {
	s.cause = cause
	if s.waiting != nil {
		close(s.waiting.done)
		s.conn.dequeue(s)
	}
	told := s.owner
	s.owner = owner{}
	if told.body != nil {
		told.body.drop(cause)
	}
	return told
}

// ended is called, under mu, when the client has sent the last of its request.
func (s *Stream) ended() {
	if s.state == halfClosedLocal {
		s.close(ErrGone)
	} else {
		s.state = halfClosedRemote
	}
}
