package httpapi

import (
	"io"
	"time"

	"sseserver/actors"
)

// Ready implements actors.Reader.
func (st *stream) Ready() {
	if st.ready.Add(1) == 1 {
		st.server.flusher.add(st)
	}
}

// leave ends a turn in which so many announced things were received. What was
// announced meanwhile is for the next one.
func (st *stream) leave(received int32) {
	if st.ready.Add(-received) > 0 {
		st.server.flusher.add(st)
	}
}

// turn writes the chunk that was announced. It waits for nothing.
func (st *stream) turn() {
	more, err := st.receive()
	var rest []byte
	if err == nil && !more {
		rest, err = st.tryFlush()
	}
	if more || err != nil || len(rest) > 0 {
		go st.follow(more, rest, err)
		return
	}
	st.leave(1)
}

// follow is the rest of a turn that has to wait: for more chunks that are due, for
// room for the rest of a write, or for the end of the stream, of which failed
// tells.
func (st *stream) follow(more bool, rest []byte, failed error) {
	received := int32(1)
	for ; more && failed == nil; received++ {
		more, failed = st.receive()
	}
	if failed == nil {
		failed = st.flush(rest)
	}
	switch failed {
	case nil:
		st.leave(received)
	case io.EOF:
		st.end(nil)
	default:
		st.end(failed)
	}
}

// receive holds the next chunk, and says whether there will be more at once. It
// returns io.EOF once they are closed.
func (st *stream) receive() (more bool, failed error) {
	defer recoverTo(&failed)
	chunk, ok := <-st.subscription.Chunks()
	if !ok {
		return false, io.EOF
	}
	return st.hold(chunk), nil
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

// tryFlush writes the frames that are held, and returns what there is no room for.
func (st *stream) tryFlush() (rest []byte, failed error) {
	defer recoverTo(&failed)
	st.heldBytes = st.frames.size() // before the transport adds to it
	rest, failed = st.transport.tryWrite(st.frames)
	if failed == nil && len(rest) == 0 {
		st.flushed()
	}
	return rest, failed
}

// flush waits until there was room for rest, or for all frames that are held if
// none was tried yet.
func (st *stream) flush(rest []byte) (failed error) {
	defer recoverTo(&failed)
	if len(rest) == 0 {
		rest, failed = st.tryFlush()
	}
	if failed != nil || len(rest) == 0 {
		return failed
	}
	if failed = st.sendSlowly(rest); failed == nil {
		st.flushed()
	}
	return failed
}

// flushed is called when all that was held was written.
func (st *stream) flushed() {
	st.release()
	st.written(st.heldBytes)
	if st.heartbeat != nil {
		st.heartbeat.Reset(st.server.config.Heartbeat)
	}
}

// beat is called by the timer when nothing was written for long. A stream that
// has its turn needs no heartbeat, and its turn sets the timer again.
func (st *stream) beat() {
	if !st.ready.CompareAndSwap(0, 1) {
		return
	}
	if err := st.writeBeat(); err != nil {
		st.end(err)
		return
	}
	st.heartbeat.Reset(st.server.config.Heartbeat)
	st.leave(1)
}

// writeBeat writes a comment, so that nobody on the way takes the stream for
// dead.
func (st *stream) writeBeat() (failed error) {
	defer recoverTo(&failed)
	st.frames = newBuffer()
	defer st.release()
	st.frames.bytes = appendHeartbeat(st.frames.bytes)
	size := st.frames.size()
	if err := st.write(st.frames); err != nil {
		return err
	}
	st.metrics.Heartbeat(size)
	st.tally.bytes += size
	return nil
}
