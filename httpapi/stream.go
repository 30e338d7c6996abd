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
	"sseserver/internal/feed"
	"sseserver/internal/metrics"
)

// reconnection is the time after which a client that lost its stream comes
// back. At a shutdown each client gets one of its own between once and twice
// that, so that they do not all come back at the same moment.
const reconnection = 2 * time.Second

func randomJitter() float64 { return rand.Float64() }

// comeBack returns the reconnection time of one client at a shutdown.
func (s *Server) comeBack() time.Duration {
	return reconnection + time.Duration(s.config.Jitter()*float64(reconnection))
}

// stream writes one subscription to one client. One goroutine, its handler, uses
// it: that of the request, up to run, and then the one that calls run. What is
// used for every chunk stands first, and beside it the connection, if it was taken
// over.
type stream struct {
	transport transport
	taken     takenOver // the transport, of a connection that was taken over
	frames    *buffer   // what is framed and not written yet; nil if nothing is
	form      form      // of the frames
	faults    *faults   // what goes wrong in it; nil if nothing does
	total     int       // chunks of the whole stream; unknownTotal while its message is open
	start     time.Time // from which Chunk.Due is counted
	tally     tally     // what was written so far
	metrics   *metrics.Stream
	mark      *broker.Mark // for others, how far it has come
	server    *Server

	subscription *broker.Subscription
	ctx          context.Context // of the stream, as are its causes
	cancel       context.CancelCauseFunc
	failed       error // why nothing more can be written
	ending       bool  // the chunks are closed, and the last write is under way
	done         bool  // the end of the message was written
	vanished     bool  // nothing comes from the client's machine any more
	requestID    string
	trace        string
	opened       time.Time
}

// open begins the answer to x with the head and the first block, so that onopen
// fires at once, and leaves the rest to run. An error tells that nothing was sent.
func (s *Server) open(ctx context.Context, cancel context.CancelCauseFunc, x *exchange, subscription *broker.Subscription, asked ask) error {
	st := &stream{
		faults:       newFaults(asked, subscription),
		total:        unknownTotal,
		start:        subscription.Start,
		metrics:      s.config.Metrics.Stream(string(subscription.Kind)),
		server:       s,
		mark:         subscription.Mark,
		subscription: subscription,
		ctx:          ctx,
		cancel:       cancel,
		requestID:    x.id,
		trace:        x.trace,
		opened:       x.start,
	}
	st.form = asked.form(subscription, st.faults.whole())
	s.streams.add() // before http.Server.Shutdown may forget the connection
	if !x.takesOver() {
		st.transport = newResponse(x, st)
	} else if err := st.taken.takeOver(x, st); err != nil {
		s.streams.done()
		return err
	} else {
		st.transport = &st.taken
	}
	if split := st.faults.split(); split > 0 {
		st.transport = &splitting{transport: st.transport, stream: st, size: split}
	}
	x.stream = st
	st.begin(x, asked)
	return nil
}

// begin sends the head and the first block.
func (st *stream) begin(x *exchange, asked ask) {
	defer st.recover()
	st.logOpened(x, asked)
	st.noteWhole()
	st.noteStall()
	frames := newBuffer()
	defer frames.free()
	frames.bytes = st.form.appendFirst(frames.bytes, st.faults.reconnection())
	events := 0
	if asked.lastEventID != "" {
		events++
		frames.bytes = st.form.appendResumed(frames.bytes, st.subscription.From, st.resumed())
	}
	feed.SetHeader(x.Header(), st.form.contentType())
	asked.tell(x.Header(), st.subscription)
	x.status = http.StatusOK
	size := st.faults.first(frames)
	if err := st.transport.begin(x.Header(), frames); err != nil {
		st.fail(err)
		return
	}
	st.tally.bytes += size
	st.metrics.Sent(events, size)
}

// resumed says whether the stream continues one that the client had before.
func (st *stream) resumed() bool { return st.subscription.From > st.subscription.First }

// run is the rest of the stream's life. It returns when the stream has ended.
func (st *stream) run() {
	defer st.server.streams.done()
	st.writeChunks()
	for range st.subscription.Chunks() { // after a failure, until the streamer has seen it
	}
	st.end()
}

// writeChunks is the loop of the handler: from chunks to frames to the client.
func (st *stream) writeChunks() {
	defer st.recover()
	if st.failed != nil {
		return
	}
	for chunk := range st.subscription.Chunks() {
		err := st.take(chunk)
		if err == nil && st.frames != nil && (!chunk.More || st.frames.size() >= st.transport.enough()) {
			err = st.flush()
		}
		if err != nil {
			st.fail(err)
			return
		}
	}
}

// take is frame, but for what goes wrong with the chunk.
func (st *stream) take(chunk actors.Chunk) error {
	if st.faults != nil {
		return st.disturb(chunk)
	}
	return st.frame(chunk)
}

// frame adds a chunk to what is to be written.
func (st *stream) frame(chunk actors.Chunk) error {
	if len(chunk.Text) > maxText {
		return st.frameLong(chunk)
	}
	if st.frames == nil {
		st.frames = newBuffer()
	}
	if chunk.Text == "" {
		st.frames.bytes = st.form.appendHeartbeat(st.frames.bytes)
		st.metrics.Heartbeat()
		return nil
	}
	st.noteTotal()
	before := len(st.frames.bytes)
	st.frames.bytes = st.appendHead(st.frames.bytes, chunk.Position)
	st.frames.bytes = appendJSONText(st.frames.bytes, st.faults.text(chunk.Position, chunk.Text))
	st.frames.bytes = st.form.appendTail(st.frames.bytes, chunk.Position, st.total)
	st.frames.dues = append(st.frames.dues, chunk.Due)
	st.tally.last = max(st.tally.last, chunk.Position)
	if st.debug() {
		st.logChunk(chunk.Position, len(st.frames.bytes)-before)
	}
	return nil
}

// appendHead appends what is before the text of a chunk.
func (st *stream) appendHead(dst []byte, position int) []byte {
	dst = st.form.appendID(dst, position)
	if st.faults.comment() {
		dst = st.form.appendComment(dst, "comment")
	}
	return st.form.appendData(dst, position)
}

// frameLong is frame for a chunk that can be as long as its message. It writes what
// it has framed, piece by piece, before it frames more, and leaves only the last
// piece to be written: that is when the chunk counts as sent.
//
//go:noinline
func (st *stream) frameLong(chunk actors.Chunk) error {
	if st.frames != nil {
		if err := st.flush(); err != nil {
			return err
		}
	}
	st.frames = newBuffer()
	st.frames.dues = append(st.frames.dues, chunk.Due)
	st.tally.last = max(st.tally.last, chunk.Position)
	st.frames.bytes = st.appendHead(st.frames.bytes, chunk.Position)
	event := 0 // bytes of it that are written
	piece, rest := cutText(chunk.Text)
	piece = st.faults.text(chunk.Position, piece)
	for ; piece != ""; piece, rest = cutText(rest) {
		if st.frames.size() >= maxPiece {
			event += st.frames.size()
			if err := st.flushPiece(); err != nil {
				return err
			}
		}
		st.frames.bytes = appendJSONText(st.frames.bytes, piece)
	}
	st.noteTotal()
	st.frames.bytes = st.form.appendTail(st.frames.bytes, chunk.Position, st.total)
	if st.debug() {
		st.logChunk(chunk.Position, event+st.frames.size())
	}
	return nil
}

// noteTotal looks whether the number of chunks is known by now. Of a live message
// it becomes so while its streams run, and then is so in all frames that follow.
func (st *stream) noteTotal() {
	if st.total == unknownTotal {
		st.total = st.lookTotal()
	}
}

func (st *stream) lookTotal() int {
	total, known := st.subscription.Total()
	if !known {
		return unknownTotal
	}
	return total
}

// flushPiece writes what is framed of an event that goes on.
func (st *stream) flushPiece() error {
	size := st.faults.seal(st.frames)
	if err := st.transport.write(st.frames); err != nil {
		return err
	}
	st.tally.bytes += size
	st.metrics.Sent(0, size)
	st.frames.empty()
	return nil
}

// flush writes what is framed.
func (st *stream) flush() error {
	size := st.faults.seal(st.frames) // before the transport adds to it
	if err := st.transport.write(st.frames); err != nil {
		return err
	}
	st.written(size)
	return nil
}

// blocked is asked while a write blocks, of which nothing got through for idle. It
// returns why the write is not wanted any more, or nil; for a client that is too
// slow, it is the one that says so.
func (st *stream) blocked(idle time.Duration) error {
	if st.frames != nil && len(st.frames.dues) > 0 {
		lag := st.lag(st.frames.dues[0])
		st.noteLag(lag)
		st.mark.Behind(lag)
	}
	switch {
	case idle >= st.server.config.WriteTimeout:
		st.vanished = st.transport.silence() >= max(longestSilence, idle*3/4)
		st.cancel(broker.ErrTooSlow)
		return broker.ErrTooSlow
	case st.server.closing.Load():
		st.cancel(broker.ErrClosed)
		return broker.ErrClosed
	case st.ending: // for a cause that stands, which is no reason to hurry
		return nil
	}
	return context.Cause(st.ctx)
}

// longestSilence is how long a client's system that is there, but has no room, may say
// nothing. It is asked at intervals that double, so after a long time that is about half
// of it.
const longestSilence = 3 * time.Second

// nextLook returns when blocked is to be asked about a write of which nothing got
// through since then: in a second, or when the time is over.
func (st *stream) nextLook(now, since time.Time) time.Time {
	look, over := now.Add(blockedSlice), since.Add(st.server.config.WriteTimeout)
	if over.Before(look) {
		return over
	}
	return look
}

// fail cancels the stream, to which nothing more can be written: unless it was
// canceled before, because the client is gone.
func (st *stream) fail(err error) {
	if st.faults.hasEnded() { // and has told why
		return
	}
	st.failed = err
	st.cancel(broker.ErrClientGone)
}

// recover is deferred to turn a panic into the failure of this stream alone.
func (st *stream) recover() {
	if v := recover(); v != nil {
		st.failed = &actors.PanicError{Value: v, Stack: debug.Stack()}
		st.cancel(st.failed)
	}
}

// end writes what is left, and tells why the stream ended.
func (st *stream) end() {
	defer st.cancel(nil) // which lets go of the context
	if st.failed == nil {
		st.finish(st.outcome())
	}
	if st.frames != nil {
		st.frames.free()
	}
	st.logClosed(st.cause())
	if st.failed != nil {
		st.transport.abort()
		return
	}
	st.transport.close()
}

// outcome returns why there are no more chunks.
func (st *stream) outcome() error {
	if st.faults.hasEnded() {
		return errFault
	}
	return st.subscription.Err()
}

// cause returns why the stream ended. Of several causes it is the first, but for a
// panic, which is always told.
func (st *stream) cause() error {
	var panicked *actors.PanicError
	switch cause := st.subscription.Err(); {
	case errors.As(st.failed, &panicked):
		return panicked
	case st.faults.hasEnded():
		return errFault
	case cause == nil && st.failed != nil: // all was sent, but did not get through
		return context.Cause(st.ctx)
	case cause == nil && st.subscription.Newest().State == broker.StateFailed:
		return errMessageFailed
	default:
		return cause
	}
}

// finish writes what is framed and what the cause of the end asks for, and ends
// the body as the protocol wants it.
func (st *stream) finish(cause error) {
	defer st.recover()
	st.ending = true
	if isClientGone(cause) {
		st.fail(cause)
		return
	}
	events, err := st.frameLast(cause)
	if err != nil {
		st.fail(err)
		return
	}
	size := st.faults.seal(st.frames)
	if err := st.transport.end(st.frames); err != nil {
		st.fail(err)
		return
	}
	st.written(size)
	st.done = events > 0
	st.metrics.Sent(events, 0)
}

// frameLast frames what tells the client of the end, and returns how many events
// that is.
func (st *stream) frameLast(cause error) (events int, err error) {
	if st.frames == nil {
		st.frames = newBuffer()
	}
	var retry time.Duration
	switch {
	case cause == nil:
		return st.frameEnd(st.subscription.Newest())
	case st.faults.hasEnded(): // which nobody tells
		return 0, nil
	case isShutdown(cause):
		retry = st.server.comeBack()
	}
	st.frames.bytes = st.form.appendBroken(st.frames.bytes, reasonOf(cause), retry)
	return 0, nil
}

// frameEnd frames the end of the message, and returns how many events that is.
func (st *stream) frameEnd(message *broker.Message) (events int, err error) {
	if err := st.frameHeld(st.lag(0)); err != nil {
		return 0, err
	}
	if message.State != broker.StateFailed {
		st.noteTotal()
	} else if len(message.Reason) > maxText && st.frames.size() > 0 { // a stream may not hold both
		if err := st.flush(); err != nil {
			return 0, err
		}
		st.frames = newBuffer()
	}
	before := st.frames.size()
	st.frames.bytes = st.form.appendEnd(st.frames.bytes, message, st.total)
	if st.frames.size() > before {
		events = 1
	}
	return events, nil
}
