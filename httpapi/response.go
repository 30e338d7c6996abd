package httpapi

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"sseserver/internal/wire"
)

// response is the transport of everything but HTTP/1.1 without TLS: the
// http.ResponseWriter of a handler that runs as long as its stream. The request's
// context tells that the client is gone.
type response struct {
	stream  *stream
	conn    net.Conn // below writer, as net/http got it; nil if it is not known
	shared  bool     // other streams have the same one: it is HTTP/2
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
	t := &response{
		stream:  st,
		conn:    connectionOf(x.request).conn,
		shared:  x.request.ProtoMajor == 2,
		writer:  x.ResponseWriter,
		control: http.NewResponseController(x.ResponseWriter),
	}
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

// enough is no more than one piece: a second one would be a write of its own, and
// a connection may have a thousand streams that hold what they collect.
func (t *response) enough() int { return maxPiece }

// write sends the frames in pieces: what part of one is through, net/http does not
// tell.
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
	if t.givenUp != nil {
		t.insist(now)
		return
	}
	next := t.stream.nextLook(now, t.since)
	if t.givenUp = t.stream.blocked(now.Sub(t.since)); t.givenUp != nil {
		t.breakOff(now)
		next = now.Add(blockedSlice)
	}
	t.looks.Reset(next.Sub(now))
}

// breakOff ends a write: by a reset of its stream of HTTP/2, or by the end of the
// connection.
func (t *response) breakOff(now time.Time) {
	if t.shared || t.conn == nil {
		_ = t.control.SetWriteDeadline(now)
	} else {
		wire.Reset(socketOf(t.conn))
	}
}

// insist is look for a write that was broken off and has not returned: the reset of
// its stream does not get through, as nothing of the connection does. The others on
// that may be waited for as long as one write may take.
func (t *response) insist(now time.Time) {
	if t.conn != nil && now.Sub(t.since) > t.stream.server.config.WriteTimeout {
		wire.Reset(socketOf(t.conn))
		return
	}
	t.looks.Reset(blockedSlice)
}

// socketOf returns what is below TLS, which would wait five seconds to send its
// farewell to a client that does not read.
func socketOf(conn net.Conn) net.Conn {
	if secure, ok := conn.(*tls.Conn); ok {
		return secure.NetConn()
	}
	return conn
}

func (t *response) end(last *buffer) error { return t.write(last) }

// unsent is of what the connection has alone: on a shared one all that was flushed
// goes before the reset of a stream.
func (t *response) unsent() (int, bool) {
	if t.shared || t.conn == nil {
		return 0, true
	}
	return wire.Unsent(socketOf(t.conn))
}

func (t *response) silence() time.Duration { return wire.Silence(socketOf(t.conn)) }

func (t *response) gaveUp() bool { return wire.GaveUp(socketOf(t.conn)) }

// close leaves it to net/http to end the body when the handler returns, in the time
// that one write may take. Every write was flushed, so that this is only the final
// chunk, or END_STREAM, for which the window of a stream need not have room.
func (t *response) close() {
	t.stream.server.conns.endStream(t.conn)
	_ = t.control.SetWriteDeadline(time.Now().Add(t.stream.server.config.WriteTimeout))
}

// abort breaks the response off, which net/http does for a handler that panics
// so.
func (t *response) abort() {
	t.stream.server.conns.endStream(t.conn)
	if !t.shared && t.conn != nil {
		wire.Reset(socketOf(t.conn))
	}
	panic(http.ErrAbortHandler)
}
