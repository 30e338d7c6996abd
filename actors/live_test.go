package actors_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/actors"
)

// author writes a text that streamers follow. One goroutine at a time writes.
type author struct{ newest atomic.Pointer[actors.Text] }

func newAuthor(chunks ...string) *author {
	a := new(author)
	a.newest.Store(actors.NewGrowingText())
	a.append(chunks...)
	return a
}

func (a *author) Newest() *actors.Text { return a.newest.Load() }

func (a *author) append(chunks ...string) {
	for _, chunk := range chunks {
		a.newest.Store(a.Newest().Append(chunk))
	}
}

func (a *author) end() { a.newest.Store(a.Newest().End()) }

// follow starts a streamer of what a has appended. It is to be told of the rest.
func (a *author) follow(t *testing.T, ctx context.Context, plan actors.Plan) *running {
	plan.Source = actors.Follow(a, actors.Appended)
	return start(t, ctx, plan)
}

const second = time.Second

// TestAsItComes has no interval: what there is goes out at once, and then each
// chunk as it comes.
func TestAsItComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAuthor("a", "b", "c")
		s := a.follow(t, t.Context(), actors.Plan{From: 1})
		s.wantMore(1, "b", 0, 0, true)
		s.wantMore(2, "c", 0, 0, false)
		s.wantSilence()
		time.Sleep(second)
		a.append("d")
		s.Tell()
		s.wantMore(3, "d", second, second, false)
		time.Sleep(second)
		s.Tell() // for nothing
		s.wantSilence()
		a.append("e", "f")
		a.end()
		s.Tell()
		s.wantMore(4, "e", 2*second, 2*second, true)
		s.wantMore(5, "f", 2*second, 2*second, true)
		s.wantEnd(2*second, nil)
	})
}

// wantMore is wantChunk, of a chunk that says whether more follows.
func (s *running) wantMore(position int, text string, at, due time.Duration, more bool) {
	s.t.Helper()
	chunk := <-s.Chunks()
	want := actors.Chunk{Position: position, Text: text, Due: due, More: more}
	if got := time.Since(s.start); chunk != want || got != at {
		s.t.Errorf("after %v came %+v\nafter %v want %+v", got, chunk, at, want)
	}
}

// TestSmoothed has chunks that are appended in bursts and with pauses, some before
// the stream begins. Each is due an interval after the one before, or when it is
// there, if that is later.
func TestSmoothed(t *testing.T) {
	for seed := range uint64(50) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 0))
			a := newAuthor()
			var appended []time.Duration
			for range random.IntN(4) {
				a.append("history")
				appended = append(appended, 0)
			}
			history, at := len(appended), time.Duration(0)
			for range 30 {
				at += time.Duration(random.IntN(3)*random.IntN(90)) * time.Millisecond
				appended = append(appended, at)
			}
			s := a.follow(t, t.Context(), actors.Plan{Pace: actors.Pace{Interval: interval}})
			go func() {
				for _, at := range appended[history:] {
					time.Sleep(time.Until(s.start.Add(at)))
					a.append("now")
					s.Tell()
				}
				a.end()
				s.Tell()
			}()
			k, due := 0, -interval
			for chunk := range s.Chunks() {
				due = max(due+interval, appended[k])
				if at := time.Since(s.start); chunk.Position != k || chunk.Due != due || at != due {
					t.Fatalf("seed %d: after %v came %+v, want chunk %d after %v", seed, at, chunk, k, due)
				}
				k++
			}
			if k != len(appended) {
				t.Errorf("%d of %d chunks came", k, len(appended))
			}
		})
	}
}

// TestReaderAwayFromWriting has a reader who is away while two chunks come. The
// first is due when the streamer was told of it, the second when it could have been
// sent at the earliest.
func TestReaderAwayFromWriting(t *testing.T) {
	for name, test := range map[string]struct {
		interval      time.Duration
		due2, due3    time.Duration
		more1, more2  bool
		afterThatMore bool
	}{
		"as it comes":          {0, 2 * second, 2 * second, false, true, false},
		"with a short pause":   {second / 2, 2 * second, 2*second + second/2, false, true, false},
		"with one that is due": {2 * second, 3 * second, 5 * second, false, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := newAuthor()
				s := a.follow(t, t.Context(), actors.Plan{Pace: actors.Pace{Interval: test.interval}, Heartbeat: time.Hour})
				time.Sleep(second)
				a.append("a")
				s.Tell()
				time.Sleep(second)
				a.append("b", "c")
				s.Tell()
				time.Sleep(4 * second)
				s.wantMore(0, "a", 6*second, second, test.more1) // it was offered when nothing else was there
				s.wantMore(1, "b", 6*second, test.due2, test.more2)
				s.wantMore(2, "c", 6*second, test.due3, test.afterThatMore)
				a.append("d")
				s.Tell()
				at := max(test.due3+test.interval, 6*second)
				s.wantMore(3, "d", at, at, false)
				a.end()
				s.Tell()
				s.wantEnd(at, nil)
			})
		})
	}
}

// TestBeatsBetweenWriting has silences of a producer, and one of smoothing.
func TestBeatsBetweenWriting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAuthor("a")
		s := a.follow(t, t.Context(), actors.Plan{Pace: actors.Pace{Interval: 5 * second}, Heartbeat: 2 * second})
		s.wantChunk(0, "a", 0, 0)
		s.wantBeat(2 * second)
		time.Sleep(second)
		a.append("b", "c")
		s.Tell()
		s.wantBeat(4 * second) // b is not sent yet, so the silence lasts
		s.wantChunk(1, "b", 5*second, 5*second)
		s.wantBeat(7 * second)
		s.wantBeat(9 * second)
		s.wantChunk(2, "c", 10*second, 10*second)
		s.wantBeat(12 * second)
		a.end()
		s.Tell()
		s.wantEnd(12*second, nil)
	})
}

// TestCanceledAnywhere cancels a live stream at each moment of a life in which it
// waits for its text, for its reader, and until a chunk is due.
func TestCanceledAnywhere(t *testing.T) {
	const step = 5 * time.Millisecond
	for at := time.Duration(0); at < 600*time.Millisecond; at += step {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			a := newAuthor("a", "b")
			s := a.follow(t, ctx, actors.Plan{Pace: actors.Pace{Interval: interval}, Heartbeat: 2 * interval})
			var writing sync.WaitGroup
			writing.Go(func() {
				for range 3 {
					time.Sleep(5*interval/2 + step/2)
					a.append("c", "d")
					s.Tell()
				}
			})
			defer writing.Wait()
			time.AfterFunc(at, func() { cancel(errGone) })
			for chunk := range s.Chunks() {
				if chunk.Position > 1 {
					time.Sleep(3 * interval / 2)
				}
				if came := time.Since(s.start) - at; came > 3*interval/2 {
					t.Errorf("canceled after %v, %+v came %v later", at, chunk, came)
				}
			}
			if !errors.Is(s.Err(), errGone) {
				t.Errorf("canceled after %v, it ended with %v", at, s.Err())
			}
		})
	}
}

// job is one whose progress streamers follow.
type job struct{ now atomic.Pointer[progress] }

type progress struct {
	percent  int
	activity string
	ended    bool
}

func (j *job) Progress() (int, string, bool) {
	p := j.now.Load()
	return p.percent, p.activity, p.ended
}

func (j *job) put(s *running, percent int, activity string, ended bool) {
	j.now.Store(&progress{percent, activity, ended})
	s.Tell()
	synctest.Wait()
}

func startJob(t *testing.T, pace time.Duration, from int) (*running, *job) {
	j := new(job)
	j.now.Store(&progress{percent: -1})
	s := start(t, t.Context(), actors.Plan{
		Source: actors.FollowProgress(j), Pace: actors.Pace{Interval: pace}, From: from, Latest: true,
	})
	s.wantSilence()
	return s, j
}

// TestNewestProgress sends, of what was told meanwhile, the last: while the stream
// is smoothed, and while its reader is away, but for the one that is offered.
func TestNewestProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, j := startJob(t, second, 0)
		j.put(s, 0, "begun", false)
		s.wantMore(0, "begun", 0, 0, false)
		j.put(s, 5, "five", false)
		j.put(s, 5, "five again", false)
		s.wantSilence()
		time.Sleep(second / 2)
		j.put(s, 7, "seven", false)
		j.put(s, 9, "nine", false)
		s.wantMore(9, "nine", second, second, false)
		j.put(s, 9, "still nine", false) // which was sent
		time.Sleep(4 * second)
		s.wantSilence()

		j.put(s, 20, "offered", false)
		j.put(s, 30, "thirty", false)
		time.Sleep(second)
		j.put(s, 40, "forty", false)
		s.wantMore(20, "offered", 6*second, 5*second, false)
		s.wantMore(40, "forty", 6*second, 6*second, false)
		j.put(s, 100, "done", false) // and held back, as nothing was told
		time.Sleep(4 * second)
		s.wantSilence()
		j.put(s, 100, "done", true)
		s.wantMore(100, "done", 10*second, 10*second, true)
		s.wantEnd(10*second, nil)
	})
}

// TestNewestProgressBent leaves nothing out that its plan has before a percent that
// takes the place of another one.
func TestNewestProgressBent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := new(job)
		j.now.Store(&progress{percent: -1})
		s := start(t, t.Context(), actors.Plan{
			Source: actors.FollowProgress(j), Latest: true,
			Bend: func(before, position int) (pause, late time.Duration, together bool) {
				for _, at := range []int{10, 50} {
					if before < at && at <= position {
						pause += 2 * second
					}
				}
				return pause, 0, false
			},
		})
		s.wantSilence()
		j.put(s, 10, "ten", false)
		time.Sleep(second)
		j.put(s, 60, "sixty", false)
		s.wantMore(60, "sixty", 4*second, 4*second, false)
		j.put(s, 61, "more", false)
		s.wantMore(61, "more", 4*second, 4*second, false)
		j.put(s, 100, "done", true)
		s.wantMore(100, "done", 4*second, 4*second, true)
		s.wantEnd(4*second, nil)
	})
}

// TestProgressEnds lets jobs end before all was sent, and after.
func TestProgressEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, j := startJob(t, second, 0) // complete while another percent waits
		j.put(s, 1, "one", false)
		s.wantMore(1, "one", 0, 0, false)
		j.put(s, 50, "fifty", false)
		j.put(s, 100, "done", true)
		s.wantMore(100, "done", second, second, true)
		s.wantEnd(second, nil)

		s, j = startJob(t, second, 0) // failed while one waits
		j.put(s, 1, "one", false)
		s.wantMore(1, "one", 0, 0, false)
		j.put(s, 50, "fifty", false)
		j.put(s, 50, "fifty", true)
		s.wantMore(50, "fifty", second, second, true)
		s.wantEnd(second, nil)

		s, j = startJob(t, 0, 0) // failed before it told anything
		j.put(s, -1, "", true)
		s.wantEnd(0, nil)

		s, j = startJob(t, 0, 38) // resumed
		j.put(s, 37, "known", false)
		s.wantSilence()
		j.put(s, 38, "new", false)
		s.wantMore(38, "new", 0, 0, false)
		j.put(s, 100, "done", true)
		s.wantMore(100, "done", 0, 0, true)
		s.wantEnd(0, nil)
	})
}

// TestFollowFromLater follows a text from a position that is not there yet.
func TestFollowFromLater(t *testing.T) {
	for _, unit := range []actors.Unit{actors.Character, actors.Word, actors.Appended} {
		a := newAuthor("a ", "b ")
		source := actors.Follow(a, unit)
		source.Seek(5)
		wantNext(t, source, 5, "", actors.Wait)
		for _, chunk := range []string{"c ", "d ", "e "} {
			a.append(chunk)
		}
		if unit == actors.Character {
			wantNext(t, source, 5, " ", actors.Ready)
			wantNext(t, source, 6, "d", actors.Ready)
			continue
		}
		wantNext(t, source, 5, "", actors.Wait)
		a.append("f ", "g ", "h")
		wantNext(t, source, 5, "f ", actors.Ready)
		source.Seek(7)
		a.end()
		wantNext(t, source, 7, "h", actors.Ready)
		for range 2 {
			wantNext(t, source, 8, "", actors.End)
		}
		source.Seek(2)
		wantNext(t, source, 2, "c ", actors.Ready)
	}
}

func wantNext(t *testing.T, source actors.Source, position int, text string, supply actors.Supply) {
	t.Helper()
	if p, s, sup := source.Next(); p != position || s != text || sup != supply {
		t.Errorf("next is %d %q %v, want %d %q %v", p, s, sup, position, text, supply)
	}
}

// TestManyChunks finds each of some thousand chunks, of all sizes, also in a text
// that was followed from the beginning.
func TestManyChunks(t *testing.T) {
	a := newAuthor()
	follower := actors.Follow(a, actors.Appended)
	var chunks []string
	for k := range 2000 {
		size := 1 + k%5
		switch {
		case k%100 == 50:
			size = 126 + k%4 // about where a size takes two bytes
		case k == 700:
			size = 1<<14 + 1 // and three
		}
		chunks = append(chunks, strings.Repeat(string(rune('a'+k%26)), size))
		a.append(chunks[k])
		if k%7 == 0 {
			for range 7 {
				if position, text, supply := follower.Next(); supply == actors.Ready && text != chunks[position] {
					t.Fatalf("chunk %d of %d is %.20q, want %.20q", position, k, text, chunks[position])
				}
			}
		}
	}
	for _, source := range []actors.Source{a.Newest().Source(actors.Appended), follower} {
		for k := range chunks {
			source.Seek(k)
			wantNext(t, source, k, chunks[k], actors.Ready)
			if k+1 < len(chunks) {
				wantNext(t, source, k+1, chunks[k+1], actors.Ready)
			}
		}
	}
	a.end()
	follower.Seek(len(chunks))
	wantNext(t, follower, len(chunks), "", actors.End)
}

// TestNoAllocationPerLiveChunk counts from telling a streamer of a chunk to its
// reader's hands.
func TestNoAllocationPerLiveChunk(t *testing.T) {
	for name, unit := range map[string]actors.Unit{"characters": actors.Character, "words": actors.Word, "chunks": actors.Appended} {
		synctest.Test(t, func(t *testing.T) {
			texts := []*actors.Text{actors.NewGrowingText().Append("a ")}
			for k := range 500 {
				texts = append(texts, texts[k].Append("a "))
			}
			a := new(author)
			a.newest.Store(texts[0])
			ctx, cancel := context.WithCancel(t.Context())
			s := start(t, ctx, actors.Plan{Source: actors.Follow(a, unit), From: a.Newest().Count(unit)})
			synctest.Wait()
			k := 0
			if n := testing.AllocsPerRun(100, func() {
				for range 4 {
					k++
					a.newest.Store(texts[k])
					s.Tell()
					<-s.Chunks()
				}
			}); n != 0 {
				t.Errorf("%s: %v allocations in 4 chunks", name, n)
			}
			cancel()
			for range s.Chunks() {
			}
		})
	}
}
