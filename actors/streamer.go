package actors

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"
)

// Plan says what a streamer sends and when. It is not changed after New.
type Plan struct {
	Clock  *Clock    // wakes the streamer; must be running
	Source Source    // yields the texts
	Pace   Pace      // of the chunks from position From on
	Bend   Bend      // what departs from it; nil if nothing does
	From   int       // position of the first chunk
	Start  time.Time // of the stream, from which all its times are counted

	// Latest says that a text which is not sent yet gives way to a later one.
	Latest bool

	// Heartbeat is the silence after which a chunk without text is sent; 0 sends
	// none.
	Heartbeat time.Duration
}

// Streamer is the actor that serves one subscription. One goroutine calls Run
// once; one other at a time reads Chunks and, when that is closed, Err.
//
// The fields that are used for every chunk stand first: thousands of streamers
// take turns, and each finds its own no longer in the processor's caches.
type Streamer struct {
	// The mailbox, which the clock sends to and nobody closes; the rest of it is
	// in the clock's hands while Run sleeps.
	sleeper

	// Sent to and closed by Run alone. Without room: a stream whose reader is away
	// keeps its next chunk as a place in the text.
	chunks chan Chunk

	// Owned by Run.
	canceled <-chan struct{} // closed at the end of its context
	now      time.Duration   // since the start of the stream, when last looked at
	quiet    time.Duration   // when the last chunk was sent
	start    time.Duration   // of the stream, on the clock's scale
	chunk    Chunk           // the last that was sent, or that is being sent
	text     string          // the next one, if supply says Ready
	position int             // of it
	due      time.Duration   // when it is
	since    time.Duration   // when the source was known to have texts again; unknown if it has none
	supply   Supply
	bent     *bent // nil without a bend
	plan     Plan

	// Written by Run before it closes chunks, read by others after.
	err error
}

// New returns a streamer that has not been started.
func New(plan Plan) *Streamer {
	return &Streamer{
		sleeper: sleeper{mailbox: make(chan signal, mailboxRoom), grid: plan.Pace.grid()},
		chunks:  make(chan Chunk),
		start:   plan.Start.Sub(plan.Clock.start),
		due:     -plan.Pace.Interval, // so that the first is due at 0
		bent:    newBent(plan.Bend, plan.Pace),
		plan:    plan,
	}
}

// Chunks returns the chunks in order. Run closes the channel when the stream
// has ended, after which Err tells why.
func (s *Streamer) Chunks() <-chan Chunk { return s.chunks }

// Err returns why the stream ended: nil when every chunk was sent, the cause
// with which the context of Run was canceled, or a *PanicError. It must not be
// called before Chunks is closed.
func (s *Streamer) Err() error { return s.err }

// Run sends the chunks, each when it is due. It returns when all were sent or
// ctx has ended, having closed Chunks.
//
// The goroutine waits nearly all the time, and its stack, which is most of what
// it costs, should stay at the 2 KiB that it starts with. From these, the first
// select takes 700 bytes, and the guard below 900: hence the small functions, of
// which those that wait have few variables.
func (s *Streamer) Run(ctx context.Context) {
	defer s.end()
	s.canceled = ctx.Done()
	if !s.stream() {
		s.err = context.Cause(ctx)
	}
}

// end is deferred by Run: it turns a panic into the reason of the end.
func (s *Streamer) end() {
	if v := recover(); v != nil {
		s.err = &PanicError{Value: v, Stack: debug.Stack()}
	}
	close(s.chunks)
}

// stream is the paced loop. It looks one text ahead, so that a chunk can say
// whether something follows. As all that wait, it says false if the context of Run
// has ended before.
func (s *Streamer) stream() bool {
	s.begin()
	for s.supply == Ready {
		if !s.sleepUntilDue() || !s.sendText() {
			return false
		}
		if s.supply == Wait {
			s.await()
		}
	}
	return s.supply == End
}

// Tell tells a streamer that its source, which said Wait, may have a text or have
// ended. Any goroutine may call it, and does not wait.
func (s *Streamer) Tell() {
	if len(s.mailbox) == 0 {
		notify(s.mailbox, more)
	}
}

// look reads the time.
func (s *Streamer) look() { s.now = s.plan.Clock.now() - s.start }

// begin reads the first text, as await does. Finding it takes microseconds at any
// position, and is the streamer's own work, not that of who starts it.
func (s *Streamer) begin() {
	s.look()
	s.plan.Source.Seek(s.plan.From)
	s.await()
}

// unknown is a time that was not noted.
const unknown = time.Duration(-1)

// read takes the next text from the source, if there is one.
func (s *Streamer) read() {
	s.position, s.text, s.supply = s.plan.Source.Next()
	switch s.supply {
	case Ready:
		if s.since == unknown {
			s.since = s.now
		}
		s.schedule()
	case Wait:
		s.since = unknown
	}
}

// schedule tells when the text that was read is due.
func (s *Streamer) schedule() {
	if s.bent != nil {
		s.due = s.bent.next(s.plan.Pace, s.position, s.due, s.since)
		return
	}
	s.due = s.plan.Pace.Next(s.due, s.since)
}

// await reads the source's next text as soon as there is one. It leaves the supply
// at Wait only if the context has ended before.
//
//go:noinline
func (s *Streamer) await() {
	for {
		if s.read(); s.supply != Wait {
			return
		}
		told, ok := s.wait(s.nextBeat())
		if !ok || told == due && !s.beat() {
			return
		}
	}
}

// sleepUntilDue waits until the next text is due, and sends a heartbeat after each
// silence before that.
func (s *Streamer) sleepUntilDue() bool {
	for {
		at := min(s.due, s.nextBeat())
		told, ok := s.wait(at)
		switch {
		case !ok:
			return false
		case told == more: // the source is asked after this chunk anyway
		case at == s.due:
			if !s.replace() {
				return true
			}
		case !s.beat():
			return false
		}
	}
}

// forever is a time that no stream reaches.
const forever = time.Duration(1) << 61

// nextBeat returns when the silence has been long enough.
func (s *Streamer) nextBeat() time.Duration {
	if s.plan.Heartbeat == 0 {
		return forever
	}
	return s.quiet + s.plan.Heartbeat
}

// wait returns the next signal, which is due not before at.
func (s *Streamer) wait(at time.Duration) (told signal, ok bool) {
	if at <= s.now {
		return due, !s.ended()
	}
	if !s.plan.Clock.wakeAt(s.start+at, &s.sleeper) {
		s.look()
		return due, !s.ended()
	}
	select {
	case told = <-s.mailbox:
		s.look()
		if told == more {
			s.unschedule()
		}
		return told, true
	case <-s.canceled:
		s.unschedule()
		return told, false
	}
}

// ended says whether the context of Run has ended.
func (s *Streamer) ended() bool {
	select {
	case <-s.canceled:
		return true
	default:
		return false
	}
}

// unschedule takes the streamer out of the wheel, and what the clock has sent
// meanwhile out of the mailbox.
//
//go:noinline
func (s *Streamer) unschedule() {
	s.plan.Clock.forget(&s.sleeper)
	for len(s.mailbox) > 0 {
		<-s.mailbox
	}
}

// beat sends a heartbeat.
//
//go:noinline
func (s *Streamer) beat() bool {
	s.chunk = Chunk{Position: s.position, Due: s.nextBeat()}
	return s.send(forever)
}

// sendText sends the text that was read ahead, and reads the next one.
//
//go:noinline
func (s *Streamer) sendText() bool {
	s.chunk = Chunk{Text: s.text, Position: s.position, Due: s.due}
	next := forever
	if s.read(); s.supply == Ready {
		next = s.due
	}
	s.chunk.More = s.supply == End || next <= s.now
	return s.send(next)
}

// replace puts a later text in the place of the one that was read ahead, if the
// streamer should, and says whether that one is due later.
func (s *Streamer) replace() (later bool) {
	if !s.plan.Latest {
		return false
	}
	position, text, supply := s.plan.Source.Next()
	if supply != Ready {
		return false
	}
	s.position, s.text = position, text
	if s.bent == nil {
		return false
	}
	pause := s.bent.skip(position)
	s.due += pause
	return pause > 0
}

// send hands the chunk to the handler, before one that is due at next.
func (s *Streamer) send(next time.Duration) bool {
	s.quiet = s.now
	select {
	case s.chunks <- s.chunk: // mostly the handler waits for it, and this is all
		return true
	default:
		return s.offer(next)
	}
}

// offer is send while the handler is away. As soon as the next chunk is due, too,
// this one says that more follows.
//
//go:noinline
func (s *Streamer) offer(next time.Duration) (sent bool) {
	if !s.chunk.More && next < forever && !s.plan.Clock.wakeAt(s.start+next, &s.sleeper) {
		s.chunk.More = true
	}
	for !sent && !s.ended() {
		select {
		case s.chunks <- s.chunk:
			sent = true
		case told := <-s.mailbox:
			s.noteTold(told)
		case <-s.canceled:
		}
	}
	s.unschedule()
	s.look()
	s.quiet = s.now
	return sent
}

// noteTold is told of a signal that comes while the handler is away.
func (s *Streamer) noteTold(told signal) {
	switch {
	case told == due:
		s.chunk.More = true
	case s.since == unknown:
		s.look()
		s.since = s.now
	}
}

// PanicError is the end of a streamer that panicked.
type PanicError struct {
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("actors: panic: %v", e.Value) }
