package broker_test

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/actors"
	"sseserver/broker"
)

// story is the life of one live message, with producers and readers who come and
// go at random. What its readers got is compared in the end with what its
// producers were told.
type story struct {
	b      *running
	t      *testing.T
	id     broker.MessageID
	random *rand.Rand // of who tells the story; the others have their own

	ending  string
	written []written // in the order of their positions
	puts    []put
	last    *broker.Message // what became of it
	over    time.Duration   // when it ended, or was deleted
}

// written is what a producer was told of one append.
type written struct {
	at     time.Duration // since the start, as all times here
	chunk  string
	counts [3]int // of each unit, that can be read since then
}

// put is what a producer was told of its progress.
type put struct {
	at       time.Duration
	percent  int
	activity string
}

// session is what a reader got from one stream.
type session struct {
	request broker.Request
	from    int
	began   time.Duration
	slow    bool // it did not always read
	chunks  []arrival
	state   broker.State // of the message at the end
	err     error
	ended   time.Duration
}

type arrival struct {
	at       time.Duration
	position int
	text     string
}

const (
	patience   = time.Minute // with a silent producer
	timeToLive = 2 * time.Second
)

var endings = []string{"complete", "fail", "silence", "deletion"}

// TestStories has many random lives of a message.
func TestStories(t *testing.T) {
	for seed := range uint64(120) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { tellStory(t, seed) })
		})
	}
}

func tellStory(t *testing.T, seed uint64) {
	random := rand.New(rand.NewPCG(seed, 0))
	failed := make(chan *broker.Message, 1)
	s := &story{t: t, random: random, ending: endings[seed%uint64(len(endings))]}
	s.b = start(t, broker.Config{
		ProducerTimeout: patience, TTL: timeToLive, MaxMessages: 3,
		Failed: func(message *broker.Message) { failed <- message },
	})
	first := pieceOf(random)
	s.id = s.b.Open(first)
	s.note(0, first, s.newest())

	var producers, readers sync.WaitGroup
	var mu sync.Mutex // of what all add to
	for i := range 1 + random.Uint64N(3) {
		producers.Go(func() {
			written, puts := s.produce(rand.New(rand.NewPCG(seed, 10+i)))
			mu.Lock()
			defer mu.Unlock()
			s.written, s.puts = append(s.written, written...), append(s.puts, puts...)
		})
	}
	var sessions []session
	for i := range uint64(12) {
		readers.Go(func() {
			read := s.read(rand.New(rand.NewPCG(seed, 20+i)))
			mu.Lock()
			defer mu.Unlock()
			sessions = append(sessions, read...)
		})
	}
	readers.Go(s.crowd)
	s.end(failed, &producers)
	producers.Wait()
	readers.Wait()

	s.settle()
	for _, session := range sessions {
		if session.request.Kind == broker.Progress {
			s.checkProgress(session)
		} else {
			s.check(session)
		}
	}
}

func (s *story) now() time.Duration { return time.Since(s.b.start) }

func (s *story) newest() *broker.Message {
	message, err := s.b.Append(s.t.Context(), s.id, broker.AtEnd, "")
	if err != nil {
		s.t.Fatal(err)
	}
	return message
}

// pieceOf returns some code points that have rules between them.
func pieceOf(random *rand.Rand) string {
	points := []rune("ab  \r\n\u0301\u200d👩👨🇩🇪🏽한é")
	var piece strings.Builder
	for range 1 + random.IntN(5) {
		piece.WriteRune(points[random.IntN(len(points))])
	}
	return piece.String()
}

func writtenOf(at time.Duration, chunk string, message *broker.Message) written {
	w := written{at: at, chunk: chunk}
	for unit := range w.counts {
		w.counts[unit] = message.Text.Count(actors.Unit(unit))
	}
	return w
}

func (s *story) note(at time.Duration, chunk string, message *broker.Message) {
	s.written = append(s.written, writtenOf(at, chunk, message))
}

// produce appends at any place that it believes to be the end, and tells of its
// progress, until the message has ended.
func (s *story) produce(random *rand.Rand) (told []written, puts []put) {
	known, percent := 1, 0
	for range 5 + random.IntN(40) {
		time.Sleep(time.Duration(random.IntN(4)*random.IntN(50)) * time.Millisecond)
		if random.IntN(4) == 0 {
			percent = min(percent+random.IntN(30), actors.LastPercent)
			activity := fmt.Sprint("at ", percent)
			message, err := s.b.PutProgress(s.t.Context(), s.id, percent, activity)
			switch {
			case err == nil:
				puts = append(puts, put{s.now(), percent, activity})
			case errors.Is(err, broker.ErrPercentTooLow) && percent < message.Percent:
				percent = message.Percent
			case s.isOver(err):
				return told, puts
			}
		}
		at, chunk := broker.AtEnd, pieceOf(random)
		if random.IntN(2) == 0 {
			at = known
		}
		message, err := s.b.Append(s.t.Context(), s.id, at, chunk)
		switch {
		case err == nil:
			known = message.Text.Count(actors.Appended)
			told = append(told, writtenOf(s.now(), chunk, message))
		case errors.Is(err, broker.ErrPositionMismatch) && at != message.Text.Count(actors.Appended):
			known = message.Text.Count(actors.Appended)
		case s.isOver(err):
			return told, puts
		}
	}
	return told, puts
}

// isOver wants that a producer was refused because of the end.
func (s *story) isOver(err error) bool {
	if !errors.Is(err, broker.ErrMessageClosed) && !errors.Is(err, broker.ErrNotFound) || s.ending == "silence" {
		s.t.Errorf("a producer was refused: %v", err)
	}
	return true
}

// crowd submits other messages, for which whatever may be is evicted.
func (s *story) crowd() {
	for range 40 {
		time.Sleep(100 * time.Millisecond)
		_, err := s.b.Broker.Submit(s.t.Context(), netip.Prefix{}, "another")
		if err != nil && !errors.Is(err, broker.ErrStoreFull) {
			s.t.Error(err)
		}
	}
}

// end ends the message: while its producers are at it, or by their silence.
func (s *story) end(failed <-chan *broker.Message, producers *sync.WaitGroup) {
	if s.ending == "silence" {
		producers.Wait()
		s.last = <-failed
		s.over = s.now()
		return
	}
	time.Sleep(time.Duration(s.random.IntN(2000)) * time.Millisecond)
	var err error
	switch s.ending {
	case "complete":
		s.last, _, err = s.b.Complete(s.t.Context(), s.id, broker.AtEnd)
	case "fail":
		s.last, _, err = s.b.Fail(s.t.Context(), s.id, "a reason")
	case "deletion":
		_, _, err = s.b.Broker.Delete(s.t.Context(), s.id)
	}
	if s.over = s.now(); err != nil {
		s.t.Error(err)
	}
}

// read comes, reads for a while, leaves, and comes again, until the end.
func (s *story) read(random *rand.Rand) (sessions []session) {
	request := broker.Request{
		MessageID: s.id, Kind: broker.Characters, Interval: time.Hour, After: broker.AfterNone,
		Unit:         actors.Unit(random.IntN(3)),
		LiveInterval: []time.Duration{0, 10 * time.Millisecond, 70 * time.Millisecond}[random.IntN(3)],
		Heartbeat:    []time.Duration{0, 40 * time.Millisecond, 15 * time.Second}[random.IntN(3)],
	}
	if random.IntN(4) == 0 {
		request.Kind = broker.Progress
	}
	for {
		time.Sleep(time.Duration(random.IntN(300)) * time.Millisecond)
		got := s.visit(random, request)
		sessions = append(sessions, got)
		if !errors.Is(got.err, broker.ErrClientGone) {
			return sessions
		}
		if n := len(got.chunks); n > 0 {
			request.After = got.chunks[n-1].position
		}
	}
}

// visit reads one stream, for some time or to its end, if there is one.
func (s *story) visit(random *rand.Rand, request broker.Request) session {
	ctx, cancel := context.WithCancelCause(s.t.Context())
	defer cancel(nil)
	got := session{request: request, began: s.now(), slow: random.IntN(3) == 0}
	subscription, err := s.b.Broker.Subscribe(ctx, cancel, request)
	if err != nil {
		got.from, got.err, got.ended = request.After+1, err, s.now()
		return got
	}
	if random.IntN(3) > 0 {
		leave := time.AfterFunc(time.Duration(random.IntN(600))*time.Millisecond, func() { cancel(broker.ErrClientGone) })
		defer leave.Stop()
	}
	got.from = subscription.From
	for chunk := range subscription.Chunks() {
		if chunk.Text != "" {
			got.chunks = append(got.chunks, arrival{s.now(), chunk.Position, chunk.Text})
		}
		if got.slow {
			time.Sleep(time.Duration(random.IntN(30)) * time.Millisecond)
		}
	}
	got.err, got.ended, got.state = subscription.Err(), s.now(), subscription.Newest().State
	return got
}

// settle makes of what each producer was told what has happened to the text.
func (s *story) settle() {
	slices.SortFunc(s.written, func(a, b written) int {
		return cmp.Compare(a.counts[actors.Appended], b.counts[actors.Appended])
	})
	for i, w := range s.written {
		if w.counts[actors.Appended] != i+1 || i > 0 && w.at < s.written[i-1].at {
			s.t.Fatalf("append %d was told as %+v", i, w)
		}
	}
	if s.last == nil {
		return
	}
	if text := s.text(); s.last.Text.String() != text || s.last.State == broker.StateComplete && s.last.SHA256 != sha256.Sum256([]byte(text)) {
		s.t.Fatalf("the message is %+v, want the text %q", s.last, text)
	}
	if before := s.lastWord(); s.ending == "silence" && s.over != before+patience {
		s.t.Errorf("it failed at %v, after a last word at %v", s.over, before)
	}
	end := writtenOf(s.over, "", s.last)
	end.counts[actors.Appended] = len(s.written)
	s.written = append(s.written, end)
}

func (s *story) lastWord() time.Duration {
	at := s.written[len(s.written)-1].at
	for _, put := range s.puts {
		at = max(at, put.at)
	}
	return at
}

func (s *story) text() string {
	var text strings.Builder
	for _, w := range s.written {
		text.WriteString(w.chunk)
	}
	return text.String()
}

// units are what a stream from the beginning has to the end.
func (s *story) units(unit actors.Unit) (units []string) {
	if unit != actors.Appended {
		return textsIn(actors.NewText(s.text()).Source(unit))
	}
	for _, w := range s.written {
		if w.chunk != "" {
			units = append(units, w.chunk)
		}
	}
	return units
}

// readable returns since when a unit can be read.
func (s *story) readable(unit actors.Unit, position int) time.Duration {
	for _, w := range s.written {
		if w.counts[unit] > position {
			return w.at
		}
	}
	s.t.Errorf("unit %d of %v was never there", position, unit)
	return 0
}

// check wants a session to have what every reader of its unit has, from where it
// began, each at its very time, and the end that the message had.
func (s *story) check(got session) {
	unit := got.request.Unit
	want := s.units(unit)
	if got.from != got.request.After+1 {
		s.t.Errorf("resumed after %d, it began at %d", got.request.After, got.from)
	}
	due := got.began - got.request.LiveInterval
	for i, chunk := range got.chunks {
		if chunk.position != got.from+i || chunk.position >= len(want) || chunk.text != want[chunk.position] {
			s.t.Fatalf("unit %v from %d: chunk %d is %+v\nof %q", unit, got.from, i, chunk, want)
		}
		due = max(due+got.request.LiveInterval, s.readable(unit, chunk.position))
		if chunk.at != due && !got.slow || chunk.at < due {
			s.t.Errorf("unit %v from %d: chunk %d came at %v, want %v", unit, got.from, chunk.position, chunk.at, due)
		}
	}
	if s.checkEnd(got) && got.from+len(got.chunks) != len(want) {
		s.t.Errorf("unit %v from %d: the stream ended after %d chunks of %q", unit, got.from, len(got.chunks), want)
	}
}

// checkProgress wants percents that grow, none that is older than what was told
// before, and 100 at the end of what is complete, and there alone.
func (s *story) checkProgress(got session) {
	last := got.request.After
	for _, chunk := range got.chunks {
		if chunk.position <= last {
			s.t.Errorf("after %d %% came %+v", last, chunk)
		}
		if last = chunk.position; last == actors.LastPercent {
			if s.ending != "complete" || chunk.at < s.over {
				s.t.Errorf("it was said to be done: %+v", chunk)
			}
			continue
		}
		told := false
		for _, put := range s.puts {
			told = told || put.percent == chunk.position && put.activity == chunk.text && put.at <= chunk.at
			if !got.slow && put.percent > chunk.position && put.at < chunk.at && chunk.at <= s.done() {
				s.t.Errorf("at %v came %+v, though %+v", chunk.at, chunk, put)
			}
		}
		if !told {
			s.t.Errorf("nobody has told %+v", chunk)
		}
	}
	if s.checkEnd(got) && (got.state == broker.StateComplete) != (last == actors.LastPercent) {
		s.t.Errorf("the last percent of a message that is %s was %d", got.state, last)
	}
}

// done returns when the job was done. That is held back, and then nothing newer is
// told, until its message is complete.
func (s *story) done() time.Duration {
	done := s.over
	for _, put := range s.puts {
		if put.percent == actors.LastPercent {
			done = min(done, put.at)
		}
	}
	return done
}

// checkEnd wants the end of a stream to be its reader's or that of the message. It
// says whether the stream had all.
func (s *story) checkEnd(got session) (all bool) {
	want := map[string]broker.State{
		"complete": broker.StateComplete, "fail": broker.StateFailed, "silence": broker.StateFailed, "deletion": broker.StateOpen,
	}[s.ending]
	switch {
	case errors.Is(got.err, broker.ErrClientGone):
		return false
	case errors.Is(got.err, broker.ErrNotFound):
		return got.ended < s.over && s.wrong(got)
	case errors.Is(got.err, broker.ErrEvicted) && s.ending != "deletion":
		return got.ended < s.over+timeToLive && s.wrong(got)
	case errors.Is(got.err, broker.ErrDeleted) && s.ending == "deletion":
		return got.ended < s.over && s.wrong(got)
	case got.err != nil || got.state != want || s.ending == "deletion" || got.ended < s.over:
		return s.wrong(got)
	}
	return true
}

func (s *story) wrong(got session) bool {
	s.t.Errorf("a stream ended at %v with %v, the message is %s; it ended at %v by %s", got.ended, got.err, got.state, s.over, s.ending)
	return false
}
