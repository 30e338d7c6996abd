package httpapi

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"time"

	"sseserver/actors"
	"sseserver/broker"
	"sseserver/internal/metrics"
)

// reconnection is the time after which a client that lost its stream comes
// back. At a shutdown each client gets one of its own between once and twice
// that, so that they do not all come back at the same moment.
const reconnection = 2 * time.Second

func randomJitter() float64 { return rand.Float64() }

// stream writes one subscription to one client. It outlives its handler: a
// goroutine of its own owns it.
//
// That goroutine waits in next nearly all the time, and its stack must stay at
// the 2 KiB that it starts with, the largest part of what a stream costs. So
// the functions from run down to the system call keep few variables, and what
// happens once, at the beginning or the end, is not called from the loop.
type stream struct {
	// Immutable after open.
	server       *Server
	subscription *broker.Subscription
	transport    transport
	metrics      *metrics.Stream
	heartbeat    *time.Timer // nil where none is needed
	requestID    string
	opened       time.Time
	begun        error // why the head could not be sent

	frames  *buffer   // what is framed and not written yet; nil if nothing is
	held    int       // chunks in frames
	heldDue time.Time // when the first of them was due

	tally tally // what was written so far
}

// open begins the answer to x and leaves the stream there, to be started. An
// error tells that nothing was sent.
func (s *Server) open(x *exchange, subscription *broker.Subscription, lastEventID string) error {
	st := &stream{
		server:       s,
		subscription: subscription,
		metrics:      s.config.Metrics.Stream(string(subscription.Kind)),
		requestID:    x.id,
		opened:       x.start,
	}
	take := takeHTTP1
	if x.request.ProtoMajor == 2 {
		take = takeHTTP2
	}
	s.streams.Add(1) // before http.Server.Shutdown may forget the connection
	var err error
	if st.transport, err = take(x, st); err != nil {
		subscription.Cancel(err)
		s.streams.Done()
		return err
	}
	// Chunks that are closer together need no heartbeat between them.
	if pause := s.config.Heartbeat; pause > 0 && pause < subscription.Interval {
		st.heartbeat = time.NewTimer(pause)
	}
	st.logOpened(x, lastEventID)
	st.begun = st.begin(x, lastEventID)
	x.stream = st
	return nil
}

// begin sends the head and the first block, so that onopen fires at once.
func (st *stream) begin(x *exchange, lastEventID string) (failed error) {
	defer recoverTo(&failed)
	st.frames = newBuffer()
	defer st.release()
	st.frames.bytes = appendConnected(st.frames.bytes, reconnection)
	events := 0
	if lastEventID != "" {
		events++
		st.frames.bytes = appendResumed(st.frames.bytes, st.subscription.Message.Name, st.subscription.From, st.resumed())
	}
	setStreamHeader(x.Header())
	x.status = http.StatusOK
	size := st.frames.size()
	if err := st.transport.begin(x.Header(), st.frames); err != nil {
		return err
	}
	st.tally.bytes += size
	st.metrics.Sent(events, size)
	return nil
}

// release gives back the buffer of what was written, or never will be.
func (st *stream) release() {
	st.frames.free()
	st.frames = nil
}

// resumed says whether the stream continues one that the client had before.
func (st *stream) resumed() bool { return st.subscription.From > st.subscription.First }

// run is the stream's goroutine.
func (st *stream) run() {
	defer st.server.streams.Done()
	failed := st.begun
	if failed == nil {
		failed = st.follow()
	}
	st.end(failed)
}

// follow frames the chunks, and writes what is due, until the streamer closes
// them. What is framed by then is left to end.
func (st *stream) follow() (failed error) {
	defer recoverTo(&failed)
	for {
		more, err := st.next()
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		case more:
			continue // it comes at once, and goes into the same write
		}
		if err := st.flush(); err != nil {
			return err
		}
	}
}

// recoverTo is deferred to turn a panic into the error of the function.
func recoverTo(failed *error) {
	if v := recover(); v != nil {
		*failed = &actors.PanicError{Value: v, Stack: debug.Stack()}
	}
}

// next waits for a chunk and holds it. It returns io.EOF once they are closed.
func (st *stream) next() (more bool, err error) {
	if st.heartbeat != nil {
		return st.nextOrBeat()
	}
	chunk, ok := <-st.subscription.Chunks()
	if !ok {
		return false, io.EOF
	}
	return st.hold(chunk), nil
}

// nextOrBeat is next with a heartbeat whenever none has come for that long.
func (st *stream) nextOrBeat() (more bool, err error) {
	for {
		st.heartbeat.Reset(st.server.config.Heartbeat)
		select {
		case chunk, ok := <-st.subscription.Chunks():
			if !ok {
				return false, io.EOF
			}
			return st.hold(chunk), nil
		case <-st.heartbeat.C:
			if err := st.beat(); err != nil {
				return false, err
			}
		}
	}
}

// maxHeld bounds the bytes of one write. A stream that is further behind than
// that takes several.
const maxHeld = 64 << 10

// hold frames a chunk, and says whether the streamer sends something right
// behind it: the next one, because it is due, or the end.
func (st *stream) hold(chunk actors.Chunk) (more bool) {
	if st.held == 0 {
		st.heldDue = chunk.Due
		st.frames = newBuffer()
	}
	st.held++
	before := len(st.frames.bytes)
	st.frames.bytes = appendChunk(st.frames.bytes, st.subscription.Kind, st.subscription.Message.Name, chunk, st.subscription.Total())
	if st.debug() {
		st.logChunk(chunk.Position, len(st.frames.bytes)-before)
	}
	if st.frames.size() >= maxHeld {
		return false
	}
	return chunk.Position == st.subscription.End-1 || time.Since(chunk.Due) >= st.subscription.Interval
}

// flush writes the frames that are held.
func (st *stream) flush() error {
	size := st.frames.size() // before the transport adds to it
	err := st.transport.write(st.frames)
	st.release()
	if err == nil {
		st.written(size)
	}
	return err
}

// beat writes a heartbeat, so that nobody on the way takes the stream for dead.
// Nothing is held when it is called.
func (st *stream) beat() error {
	st.frames = newBuffer()
	defer st.release()
	st.frames.bytes = appendHeartbeat(st.frames.bytes)
	st.metrics.Heartbeat(st.frames.size())
	st.tally.bytes += st.frames.size()
	return st.transport.write(st.frames)
}

// end writes what is left and tells why the stream ended. failed is the error
// of a write, or a panic: then nothing more can be written.
func (st *stream) end(failed error) {
	if st.heartbeat != nil {
		st.heartbeat.Stop()
	}
	if failed != nil {
		st.subscription.Cancel(causeOf(failed, nil))
		for range st.subscription.Chunks() { // closed as soon as the streamer sees it
		}
	}
	cause := st.subscription.Err()
	if failed == nil {
		failed = st.finish(cause)
	}
	if failed != nil {
		cause = causeOf(failed, cause)
	}
	st.logClosed(cause)
	if failed != nil {
		st.transport.abort()
	}
}

// finish writes what is held and what the cause of the end asks for, and ends
// the body as the protocol wants it. It fails where the client is gone.
func (st *stream) finish(cause error) (failed error) {
	defer recoverTo(&failed)
	if errors.Is(cause, broker.ErrClientGone) || errors.Is(cause, context.Canceled) {
		return cause
	}
	if st.frames == nil {
		st.frames = newBuffer()
	}
	defer st.release()
	events := 0
	switch {
	case cause == nil:
		st.frames.bytes = appendDone(st.frames.bytes, st.subscription.Kind, st.subscription.Message, st.subscription.Total())
		events++
	case reasonOf(cause) == reasonShutdown:
		later := time.Duration(st.server.config.Jitter() * float64(reconnection))
		st.frames.bytes = appendRetry(st.frames.bytes, reconnection+later)
	}
	size := st.frames.size()
	if err := st.transport.close(st.frames); err != nil {
		return err
	}
	st.written(size)
	st.metrics.Sent(events, 0)
	return nil
}
