package httpapi

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"time"

	"sseserver/actors"
	"sseserver/broker"
	"sseserver/internal/metrics"
)

// reconnection is the time after which a client that lost its stream comes
// back. At a shutdown each client gets one of its own, between once and twice
// that, so that they do not all come back at the same moment.
const reconnection = 2 * time.Second

func randomJitter() float64 { return rand.Float64() }

// stream writes one subscription to one client. One goroutine owns it: the
// handler's on HTTP/2, its own on HTTP/1.
type stream struct {
	// Immutable after open.
	server       *Server
	subscription *broker.Subscription
	transport    transport
	metrics      *metrics.Stream
	messageID    string
	requestID    string
	opened       time.Time

	// What is framed and not written yet.
	pending *buffer   // nil if nothing is
	held    int       // chunks in pending
	heldDue time.Time // when the first of them was due

	tally tally // what was written so far
}

// open begins the answer to x and runs the stream: in x's goroutine, or in one
// of its own where the transport has left x behind. An error tells that nothing
// was sent.
func (s *Server) open(x *exchange, subscription *broker.Subscription, lastEventID string) error {
	st := &stream{
		server:       s,
		subscription: subscription,
		metrics:      s.config.Metrics.Stream(string(subscription.Kind)),
		messageID:    subscription.Message.ID.String(),
		requestID:    x.id,
		opened:       x.start,
	}
	take := takeHTTP2
	if x.request.ProtoMajor == 1 {
		take = takeHTTP1
	}
	var err error
	if st.transport, err = take(x, st); err != nil {
		subscription.Cancel(err)
		return err
	}
	st.logOpened(x, lastEventID)
	err = st.begin(x, lastEventID)
	x.finish()
	if x.request.ProtoMajor == 1 {
		s.hijacked.Go(func() { st.run(err) })
	} else {
		st.run(err)
	}
	return nil
}

// begin sends the head and the first block, so that onopen fires at once.
func (st *stream) begin(x *exchange, lastEventID string) error {
	first := newBuffer()
	defer first.free()
	first.bytes = appendConnected(first.bytes, reconnection)
	if lastEventID != "" {
		first.bytes = appendResumed(first.bytes, st.messageID, st.subscription.From, st.resumed())
	}
	st.tally.bytes += first.size()
	setStreamHeader(x.Header())
	x.status = http.StatusOK
	return st.transport.begin(x.Header(), first)
}

// resumed says whether the stream continues one that the client had before.
func (st *stream) resumed() bool { return st.subscription.From > st.subscription.First }

// run writes the stream to its end and tells why it ended. failed is the error
// with which its beginning could not be written.
func (st *stream) run(failed error) {
	cause, failed := st.serve(failed)
	st.logClosed(cause)
	if failed != nil {
		st.transport.abort()
	}
}

// serve writes the stream to its end. It returns the one cause of the end, nil
// for a complete stream, and an error if the client cannot be written to.
func (st *stream) serve(begun error) (cause, failed error) {
	defer func() {
		if v := recover(); v != nil {
			cause = &actors.PanicError{Value: v, Stack: debug.Stack()}
			failed = cause
			st.subscription.Cancel(cause)
		}
	}()
	if failed = begun; failed == nil {
		failed = st.follow()
	}
	if failed != nil {
		st.subscription.Cancel(causeOf(failed))
		for range st.subscription.Chunks() { // closed as soon as the streamer sees it
		}
	}
	cause = st.subscription.Err()
	if failed == nil {
		failed = st.finish(cause)
	}
	if cause == nil && failed != nil {
		cause = causeOf(failed)
	}
	return cause, failed
}

// follow frames the chunks, and writes what is due, until the streamer closes
// them. What is framed by then is left to finish.
func (st *stream) follow() error {
	// Only a stream whose chunks are further apart needs heartbeats: where the
	// channel is nil, its case never happens.
	var heartbeat *time.Timer
	var beat <-chan time.Time
	if pause := st.server.config.Heartbeat; pause > 0 && pause < st.subscription.Interval {
		heartbeat = time.NewTimer(pause)
		defer heartbeat.Stop()
		beat = heartbeat.C
	}
	for {
		var err error
		select {
		case chunk, ok := <-st.subscription.Chunks():
			if !ok {
				return nil
			}
			st.hold(chunk)
			if st.moreIsDue(chunk) {
				continue // it comes at once, and goes into the same write
			}
			err = st.flush()
		case <-beat:
			err = st.beat()
		}
		if err != nil {
			return err
		}
		if heartbeat != nil {
			heartbeat.Reset(st.server.config.Heartbeat)
		}
	}
}

// hold frames a chunk.
func (st *stream) hold(chunk actors.Chunk) {
	if st.pending == nil {
		st.pending = newBuffer()
	}
	if st.held == 0 {
		st.heldDue = chunk.Due
	}
	before := st.pending.size()
	st.pending.bytes = appendChunk(st.pending.bytes, st.subscription.Kind, st.messageID, chunk, st.subscription.Total())
	st.held++
	if st.debug() {
		st.logChunk(chunk.Position, st.pending.size()-before)
	}
}

// maxPending bounds the frames of one write. A stream that is further behind
// than that takes several.
const maxPending = 64 << 10

// moreIsDue says whether the streamer sends something right behind chunk: the
// next one, because it is due, or the end.
func (st *stream) moreIsDue(chunk actors.Chunk) bool {
	if st.pending.size() >= maxPending {
		return false
	}
	return chunk.Position == st.subscription.End-1 || time.Since(chunk.Due) >= st.subscription.Interval
}

// flush writes the frames that are held.
func (st *stream) flush() error {
	defer st.release()
	size := st.pending.size() // before the transport adds to it
	if err := st.transport.write(st.pending); err != nil {
		return err
	}
	st.written(size)
	return nil
}

// release gives the pending buffer back.
func (st *stream) release() {
	if st.pending != nil {
		st.pending.free()
		st.pending = nil
		st.held = 0
	}
}

// beat writes a heartbeat, so that nobody on the way takes the stream for dead.
func (st *stream) beat() error {
	frames := newBuffer()
	defer frames.free()
	frames.bytes = appendHeartbeat(frames.bytes)
	size := frames.size()
	if err := st.transport.write(frames); err != nil {
		return err
	}
	st.tally.bytes += size
	st.metrics.Heartbeat(size)
	return nil
}

// finish writes what is held and what the cause of the end asks for, and ends
// the body as the protocol wants it. To a client that left it only says so.
func (st *stream) finish(cause error) error {
	defer st.release()
	if errors.Is(cause, broker.ErrClientGone) || errors.Is(cause, context.Canceled) {
		return cause
	}
	if st.pending == nil {
		st.pending = newBuffer()
	}
	events := 0
	switch {
	case cause == nil:
		st.pending.bytes = appendDone(st.pending.bytes, st.subscription.Kind, st.subscription.Message, st.subscription.Total())
		events++
	case reasonOf(cause) == reasonShutdown:
		later := time.Duration(st.server.config.Jitter() * float64(reconnection))
		st.pending.bytes = appendRetry(st.pending.bytes, reconnection+later)
	}
	size := st.pending.size()
	if err := st.transport.close(st.pending); err != nil {
		return err
	}
	st.written(size)
	st.metrics.Sent(events, 0)
	return nil
}
