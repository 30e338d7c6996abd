package httpapi

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"sync/atomic"
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

// stream writes one subscription to one client. It outlives its handler.
//
// It waits nearly all the time, and has no goroutine then, which would cost more
// memory than all else: it takes turns. A turn begins when the streamer says
// that there is something to receive. The flusher takes it, and where it would
// have to wait for anything, leaves it to a goroutine that ends with the turn.
type stream struct {
	// Immutable after open.
	server       *Server
	subscription *broker.Subscription
	transport    transport
	metrics      *metrics.Stream
	requestID    string
	opened       time.Time
	begun        error // why the head could not be sent

	// The chunks, and the end of them, that were announced and not received by the
	// end of a turn. Who makes it 1 owes the stream a turn, and nobody else does.
	// The first turn is that of open.
	ready atomic.Int32
	next  *stream // in the queue of the flusher

	// Owned by whoever has the turn.
	heartbeat *time.Timer // nil where none is needed
	frames    *buffer     // what is framed and not written yet; nil if nothing is
	held      int         // chunks in frames
	heldBytes int         // of those, without what the transport adds
	heldDue   time.Time   // when the first of them was due
	tally     tally       // what was written so far
}

// newStream returns a stream that is not opened yet, to be told of its chunks.
func (s *Server) newStream() *stream {
	st := &stream{server: s}
	st.ready.Store(1)
	return st
}

// open begins the answer to x and leaves the stream there, to be started. An
// error tells that nothing was sent.
func (st *stream) open(x *exchange, subscription *broker.Subscription, lastEventID string) error {
	st.subscription = subscription
	st.metrics = st.server.config.Metrics.Stream(string(subscription.Kind))
	st.requestID = x.id
	st.opened = x.start
	take := takeHTTP1
	if x.request.ProtoMajor == 2 {
		take = takeHTTP2
	}
	st.server.streams.Add(1) // before http.Server.Shutdown may forget the connection
	var err error
	if st.transport, err = take(x, st); err != nil {
		subscription.Cancel(err)
		st.server.streams.Done()
		return err
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
	if st.frames != nil {
		st.frames.free()
		st.frames = nil
	}
}

// resumed says whether the stream continues one that the client had before.
func (st *stream) resumed() bool { return st.subscription.From > st.subscription.First }

// start ends the turn of open.
func (st *stream) start() {
	if st.begun != nil {
		st.end(st.begun)
		return
	}
	// Chunks that are closer together need no heartbeat between them.
	if pause := st.server.config.Heartbeat; pause > 0 && pause < st.subscription.Interval {
		st.heartbeat = time.AfterFunc(pause, st.beat)
	}
	st.leave(1)
}

// recoverTo is deferred to turn a panic into the error of the function.
func recoverTo(failed *error) {
	if v := recover(); v != nil {
		*failed = &actors.PanicError{Value: v, Stack: debug.Stack()}
	}
}

// end writes what is left and tells why the stream ended. failed is the error
// of a write, or a panic: then nothing more can be written. There is no turn
// after this one.
func (st *stream) end(failed error) {
	defer st.server.streams.Done()
	if st.heartbeat != nil {
		st.heartbeat.Stop()
	}
	if failed != nil {
		st.release()
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
