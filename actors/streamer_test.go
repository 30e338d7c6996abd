package actors_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/actors"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const interval = 50 * time.Millisecond

// planFor streams the characters of text from now on, one each interval.
func planFor(text string) actors.Plan {
	return actors.Plan{
		Source: actors.NewIndex(text, actors.Character).Source(),
		Start:  time.Now(),
		Pace:   actors.Pace{Interval: interval},
	}
}

// clock returns a clock that runs until the test ends.
func clock(t testing.TB) *actors.Clock {
	c := actors.NewClock()
	go c.Run(t.Context())
	return c
}

// running is a streamer under test, as its one reader sees it.
type running struct {
	*actors.Streamer
	t     *testing.T
	start time.Time // of the test, which need not be that of the plan
	plan  time.Time
}

// start runs a streamer until it is done or ctx ends. The bubble waits for it.
func start(t *testing.T, ctx context.Context, plan actors.Plan) *running {
	plan.Clock = clock(t)
	if plan.Start.IsZero() {
		plan.Start = time.Now()
	}
	s := &running{actors.New(plan), t, time.Now(), plan.Start}
	go s.Run(ctx)
	return s
}

// wantChunk takes the next chunk, which must come at and be due at the given
// times after the start.
func (s *running) wantChunk(position int, text string, at, due time.Duration) {
	s.t.Helper()
	chunk, ok := <-s.Chunks()
	if !ok {
		s.t.Fatalf("the stream ended with %v, want chunk %d", s.Err(), position)
	}
	want := actors.Chunk{Position: position, Text: text, Due: s.start.Add(due).Sub(s.plan), More: chunk.More}
	if chunk != want {
		s.t.Errorf("got %+v\nwant %+v", chunk, want)
	}
	if got := time.Since(s.start); got != at {
		s.t.Errorf("chunk %d came after %v, want %v", position, got, at)
	}
}

// wantSilence proves that the streamer has nothing to hand over now.
func (s *running) wantSilence() {
	s.t.Helper()
	synctest.Wait()
	select {
	case chunk, ok := <-s.Chunks():
		s.t.Fatalf("got %+v %v, want silence", chunk, ok)
	default:
	}
}

// wantEnd expects no further chunk but the end, at the given time after the
// start and with the given cause.
func (s *running) wantEnd(at time.Duration, cause error) {
	s.t.Helper()
	if chunk, ok := <-s.Chunks(); ok {
		s.t.Fatalf("got %+v, want the end", chunk)
	}
	if !errors.Is(s.Err(), cause) {
		s.t.Errorf("the stream ended with %v, want %v", s.Err(), cause)
	}
	if got := time.Since(s.start); got != at {
		s.t.Errorf("the stream ended after %v, want %v", got, at)
	}
}

// wantEndUnread is wantEnd for a streamer that may still offer a chunk: it is
// given the time to notice its end first.
func (s *running) wantEndUnread(at time.Duration, cause error) {
	s.t.Helper()
	synctest.Wait()
	s.wantEnd(at, cause)
}

func TestChunksComeOnSchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, t.Context(), planFor("a👨‍👩‍👧‍👦c"))
		s.wantChunk(0, "a", 0, 0)
		s.wantSilence()
		s.wantChunk(1, "👨‍👩‍👧‍👦", interval, interval)
		s.wantChunk(2, "c", 2*interval, 2*interval)
		s.wantEnd(2*interval, nil)
	})
}

func TestScheduleMayStartLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		plan := planFor("ab")
		plan.Start = time.Now().Add(time.Second)
		s := start(t, t.Context(), plan)
		s.wantSilence()
		s.wantChunk(0, "a", time.Second, time.Second)
		s.wantChunk(1, "b", time.Second+interval, time.Second+interval)
		s.wantEnd(time.Second+interval, nil)
	})
}

// TestBetweenTicks has a schedule that never meets the clock's grid. Each chunk
// comes at the next tick, and those delays do not add up.
func TestBetweenTicks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		plan := planFor("abcd")
		plan.Start = time.Now().Add(actors.Tick / 10)
		plan.Pace.Interval = interval + actors.Tick/5
		s := start(t, t.Context(), plan)
		for k, text := range []string{"a", "b", "c", "d"} {
			due := actors.Tick/10 + time.Duration(k)*plan.Pace.Interval
			s.wantChunk(k, text, time.Duration(k)*interval+actors.Tick, due)
		}
		s.wantEnd(3*interval+actors.Tick, nil)
	})
}

// TestSlowReaderCatchesUp has a reader who is away for some intervals. What is
// due by then comes at once, and the rest as if he had been there.
func TestSlowReaderCatchesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, t.Context(), planFor("abcdef"))
		s.wantChunk(0, "a", 0, 0)
		away := 3*interval + interval/2
		time.Sleep(away)
		s.wantChunk(1, "b", away, interval)
		s.wantChunk(2, "c", away, 2*interval)
		s.wantChunk(3, "d", away, 3*interval)
		s.wantSilence()
		s.wantChunk(4, "e", 4*interval, 4*interval)
		s.wantChunk(5, "f", 5*interval, 5*interval)
		s.wantEnd(5*interval, nil)
	})
}

// TestEachChunkLate has a reader who is always a little late. His delays must
// not add up.
func TestEachChunkLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		text := strings.Repeat("x", 200)
		s := start(t, t.Context(), planFor(text))
		for k := range len(text) {
			due := time.Duration(k) * interval
			time.Sleep(time.Until(s.start.Add(due + interval - 1)))
			s.wantChunk(k, "x", due+interval-1, due)
		}
		s.wantEnd(200*interval-1, nil)
	})
}

// TestLongPauses has intervals, and then a reader, that take hours.
func TestLongPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		plan := planFor("abcd")
		plan.Pace.Interval = 90 * time.Minute
		s := start(t, t.Context(), plan)
		s.wantChunk(0, "a", 0, 0)
		s.wantChunk(1, "b", 90*time.Minute, 90*time.Minute)
		time.Sleep(100 * time.Minute)
		s.wantChunk(2, "c", 190*time.Minute, 180*time.Minute)
		s.wantSilence()
		s.wantChunk(3, "d", 270*time.Minute, 270*time.Minute)
		s.wantEnd(270*time.Minute, nil)
	})
}

// TestResume begins at every position. What comes is the tail of the whole, and
// its schedule begins anew.
func TestResume(t *testing.T) {
	const text = "a b👍🏽é\r\nc"
	plans := map[string]func() actors.Plan{
		"characters": func() actors.Plan { return planFor(text) },
		"words": func() actors.Plan {
			plan := planFor(text)
			plan.Source = actors.NewIndex(text, actors.Word).Source()
			return plan
		},
		"progress": func() actors.Plan {
			plan := planFor(text)
			plan.Source = actors.Progress()
			plan.From = actors.FirstPercent
			return plan
		},
	}
	for name, newPlan := range plans {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				whole := units(newPlan().Source)
				first := newPlan().From
				for skip := range len(whole) + 1 {
					plan := newPlan()
					plan.From = first + skip
					s := start(t, t.Context(), plan)
					for k, text := range whole[skip:] {
						due := time.Duration(k) * interval
						s.wantChunk(plan.From+k, text, due, due)
					}
					s.wantEnd(time.Duration(max(0, len(whole)-skip-1))*interval, nil)
				}
			})
		})
	}
}

func TestNothingToSend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, plan := range []actors.Plan{
			{Source: actors.NewIndex("", actors.Character).Source()},
			{Source: actors.NewIndex("abc", actors.Character).Source(), From: 3},
			{Source: actors.NewIndex("abc", actors.Character).Source(), From: 7},
		} {
			start(t, t.Context(), plan).wantEnd(0, nil)
		}
	})
}

// TestMore has a reader who is away for a while. All that is due by then says
// that more follows, but for the last, and so does the chunk before the end.
func TestMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, t.Context(), planFor("abcdef"))
		var got []bool
		for chunk := range s.Chunks() {
			if got = append(got, chunk.More); len(got) == 1 {
				time.Sleep(3*interval + interval/2)
			}
		}
		if want := []bool{false, true, true, false, false, true}; !slices.Equal(got, want) {
			t.Errorf("more follows: %v\nwant %v", got, want)
		}
	})
}

// TestManyStreamers has streamers of one text, which share nothing else.
func TestManyStreamers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const text = "one 👩‍🚀 two"
		var streamers []*running
		for range 100 {
			streamers = append(streamers, start(t, t.Context(), planFor(text)))
		}
		for _, s := range streamers {
			var got []string
			for chunk := range s.Chunks() {
				got = append(got, chunk.Text)
			}
			if want := units(actors.NewIndex(text, actors.Character).Source()); !slices.Equal(got, want) || s.Err() != nil {
				t.Errorf("got %q %v\nwant %q", got, s.Err(), want)
			}
		}
	})
}
