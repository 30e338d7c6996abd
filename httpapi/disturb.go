package httpapi

import (
	"bytes"
	"time"

	"sseserver/actors"
	"sseserver/broker"
	"sseserver/internal/fault"
	"sseserver/internal/logs"
)

// faults is what goes wrong in one stream, in so far as it is its handler's to do:
// what becomes of the frames and of the response. A pause is the streamer's. Most
// streams have none, so a nil *faults leaves everything as it is.
type faults struct {
	plan   *fault.Stream
	void   fault.Set    // what cannot happen to it
	kinds  fault.Set    // of the whole stream
	now    fault.Set    // what happens to the chunk that is being framed
	before int          // position of the chunk before it; -1 if it is the first
	held   actors.Chunk // that comes after the next one; without text if none does
	heldBy fault.Set    // what happens to it
	stall  int          // position of the last stall that was noted
	count  int          // of what has happened
	ended  bool         // the plan has ended the stream
}

func newFaults(asked ask, subscription *broker.Subscription) *faults {
	plan := asked.plan
	if plan.faults.Empty() {
		return nil
	}
	of := plan.faults.Of(plan.seed, subscription.From, subscription.From > subscription.First)
	return &faults{plan: of, void: asked.void, kinds: of.Whole() &^ asked.void, before: -1, stall: -1}
}

// whole returns what happens to the whole stream.
func (f *faults) whole() fault.Set {
	if f == nil {
		return 0
	}
	return f.kinds
}

// reconnection returns the reconnection time that the client is told.
func (f *faults) reconnection() time.Duration {
	if f != nil && f.kinds.Has(fault.Retry) {
		return f.plan.Retry()
	}
	return reconnection
}

// split returns how many bytes are written at a time; 0 is any number.
func (f *faults) split() int {
	if f == nil {
		return 0
	}
	return f.plan.Split()
}

// canReset says whether the plan may end the stream with a reset.
func (f *faults) canReset() bool {
	return f != nil && (f.plan.Can(fault.Cut) || f.plan.Can(fault.Truncate))
}

// text returns the text of a chunk as it is sent, or the first piece of it.
func (f *faults) text(position int, text string) string {
	if f == nil || !f.now.Has(fault.Corrupt) {
		return text
	}
	return f.plan.Corrupt(position, text)
}

// comment says whether a comment stands between the lines of the block.
func (f *faults) comment() bool { return f != nil && f.now.Has(fault.Comment) }

// byteOrderMark is U+FEFF, of which the format allows one at the beginning of a
// stream.
const byteOrderMark = "\ufeff"

// first is seal for the first bytes of the body.
func (f *faults) first(frames *buffer) (size int) {
	if f != nil && f.kinds.Has(fault.BOM) {
		frames.bytes = append(frames.bytes[:headroom], append([]byte(byteOrderMark), frames.frames()...)...)
	}
	return f.seal(frames)
}

// seal gives frames that are to be written the ends of lines that they should have,
// and returns their size.
func (f *faults) seal(frames *buffer) (size int) {
	if f != nil && f.kinds.Has(fault.EOL) {
		frames.bytes = append(frames.bytes[:headroom], bytes.ReplaceAll(frames.frames(), []byte("\n"), []byte(f.plan.EOL()))...)
	}
	return frames.size()
}

// hasEnded says whether the plan has ended the stream.
func (f *faults) hasEnded() bool { return f != nil && f.ended }

// disturb is frame for a chunk of a stream in which something goes wrong.
func (st *stream) disturb(chunk actors.Chunk) error {
	if chunk.Text == "" {
		return st.frame(chunk)
	}
	f := st.faults
	happens := f.plan.At(f.before, chunk.Position) &^ f.void
	swapped := happens.Has(fault.Swap) && f.held.Text == "" // only one at a time
	happens &^= 1 << fault.Swap
	st.noteChunk(happens, f.before, chunk.Position)
	f.before = chunk.Position
	defer st.noteStall()
	switch {
	case happens.Has(fault.Cut), happens.Has(fault.Truncate), happens.Has(fault.End):
		return st.endBy(happens, chunk)
	case happens.Has(fault.Drop):
		return st.frameHeld(chunk.Due)
	case swapped:
		f.held, f.heldBy = chunk, happens
		return nil
	}
	if err := st.frameWith(happens, chunk); err != nil {
		return err
	}
	if f.held.Text != "" { // now it comes after another one
		st.noteFault(fault.Swap, f.held.Position)
	}
	return st.frameHeld(chunk.Due)
}

// frameWith frames a chunk to which this happens.
func (st *stream) frameWith(happens fault.Set, chunk actors.Chunk) error {
	st.faults.now = happens
	defer func() { st.faults.now = 0 }()
	if err := st.frameInRoom(chunk); err != nil || !happens.Has(fault.Double) {
		return err
	}
	return st.frameInRoom(chunk)
}

// frameInRoom is frame for a chunk that may not be the only one of its turn. What is
// framed is written first, if it is so much that both could be more than a stream holds.
func (st *stream) frameInRoom(chunk actors.Chunk) error {
	if st.frames != nil && st.frames.size() >= st.transport.enough() {
		if err := st.flush(); err != nil {
			return err
		}
	}
	return st.frame(chunk)
}

// frameHeld frames the chunk that was swapped with the one that was due then.
func (st *stream) frameHeld(due time.Duration) error {
	f := st.faults
	if f == nil || f.held.Text == "" {
		return nil
	}
	chunk := f.held
	f.held.Text = ""
	chunk.Due = due
	return st.frameWith(f.heldBy, chunk)
}

// endBy ends the stream before chunk, or in the middle of it.
func (st *stream) endBy(happens fault.Set, chunk actors.Chunk) error {
	if err := st.frameHeld(chunk.Due); err != nil {
		return err
	}
	truncated := happens.Has(fault.Truncate)
	if truncated {
		st.faults.now = happens
		st.frameHalf(chunk)
	}
	if st.frames != nil && st.frames.size() > 0 { // half of an event of one byte is nothing
		if err := st.flush(); err != nil {
			return err
		}
	}
	if truncated || happens.Has(fault.Cut) {
		if err := st.settle(); err != nil {
			return err
		}
		st.failed = errFault // so that the response is broken off
	}
	st.faults.ended = true
	st.cancel(errFault)
	return errFault
}

// frameHalf frames the first half of a chunk's event, or of what begins a long one.
func (st *stream) frameHalf(chunk actors.Chunk) {
	if st.frames == nil {
		st.frames = newBuffer()
	}
	st.noteTotal()
	begin := len(st.frames.bytes)
	piece, rest := cutText(chunk.Text)
	st.frames.bytes = st.appendHead(st.frames.bytes, chunk.Position)
	st.frames.bytes = appendJSONText(st.frames.bytes, st.faults.text(chunk.Position, piece))
	if rest == "" {
		st.frames.bytes = st.form.appendTail(st.frames.bytes, chunk.Position, st.total)
	}
	st.frames.bytes = st.frames.bytes[:begin+(len(st.frames.bytes)-begin)/2]
}

// settle looks after firstLook, and then ever less often, as a client that does not
// read for long may be one of many. No system tells when it is time. Where a system
// does not tell at all, settle gives it so much time as lastLook.
const (
	firstLook = 2 * time.Millisecond
	lastLook  = 100 * time.Millisecond
)

// settle waits until the client's system has got all that was written: a reset
// drops the rest. It is a write that blocks, for which any progress counts.
func (st *stream) settle() error {
	left, known := st.transport.unsent()
	if !known {
		return st.look(lastLook, time.Now())
	}
	moved, pause := time.Now(), firstLook
	for left > 0 {
		if err := st.look(pause, moved); err != nil {
			return err
		}
		pause = min(2*pause, lastLook)
		if now, _ := st.transport.unsent(); now < left {
			left, moved = now, time.Now()
		}
	}
	return nil
}

// look waits, and then asks whether to go on with what has not moved since then.
func (st *stream) look(pause time.Duration, moved time.Time) error {
	select {
	case <-time.After(pause):
	case <-st.ctx.Done():
	}
	return st.blocked(time.Since(moved))
}

// noteWhole logs and counts what happens to the whole stream.
func (st *stream) noteWhole() {
	for kind := range st.faults.whole().All() {
		st.noteFault(kind, st.subscription.From)
	}
}

// noteChunk logs and counts what happens to the chunk of a position, behind the one
// at before.
func (st *stream) noteChunk(happens fault.Set, before, position int) {
	for kind := range happens.All() {
		if kind != fault.Stall || st.faults.stall <= before { // else it was noted when it began
			st.noteFault(kind, position)
		}
	}
}

// noteStall logs and counts a stall before the next chunk as soon as it begins, if
// that chunk is there. If it is not, the stall begins later, and is noted when it is
// over.
func (st *stream) noteStall() {
	f := st.faults
	if f == nil || f.ended {
		return
	}
	next := max(f.before+1, st.subscription.From)
	if f.stall < next && st.subscription.Has(next) && f.plan.At(f.before, next).Has(fault.Stall) {
		f.stall = next
		st.noteFault(fault.Stall, next)
	}
}

// maxFaultLines is how many faults of one stream are logged one by one. A plan can have
// several at each of a million chunks; stream.closed tells how many there were.
const maxFaultLines = 100

// noteFault logs and counts one fault.
func (st *stream) noteFault(kind fault.Kind, position int) {
	st.server.config.Metrics.Fault(kind.String())
	st.faults.count++
	if st.faults.count <= maxFaultLines {
		st.line(logs.StreamFault).Add(logs.Fault(kind.String())).Add(logs.Position(position)).Write()
	}
}
