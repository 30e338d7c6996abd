package actors_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/actors"
)

// notices is a reader that counts how often it was told something.
type notices struct {
	n   int
	got func() // what it does at each
}

func (r *notices) Ready() {
	r.n++
	if r.got != nil {
		r.got()
	}
}

// startFor runs a streamer that tells reader.
func startFor(t *testing.T, reader *notices, plan actors.Plan) *running {
	plan.Reader = reader
	return start(t, t.Context(), plan)
}

// TestReaderIsTold of each chunk when it is due, and of the end; that is there
// to be received then, without any wait.
func TestReaderIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const text = "abc"
		var s *running
		reader := new(notices)
		reader.got = func() {
			select {
			case chunk, ok := <-s.Chunks():
				k := reader.n - 1
				if ok != (k < len(text)) || ok && chunk.Text != text[k:k+1] {
					t.Errorf("notice %d: got %+v %v", k, chunk, ok)
				}
				if at := time.Since(s.start); at != time.Duration(min(k, len(text)-1))*interval {
					t.Errorf("notice %d came after %v", k, at)
				}
			default:
				t.Errorf("notice %d: nothing to receive", reader.n-1)
			}
		}
		plan := planFor(text)
		plan.Reader, plan.Clock = reader, clock(t)
		s = &running{actors.New(t.Context(), plan), t, time.Now()}
		s.Run()
		if reader.n != len(text)+1 || s.Err() != nil {
			t.Errorf("%d notices and %v, want %d", reader.n, s.Err(), len(text)+1)
		}
	})
}

// TestReaderIsAway has a reader that comes late. One chunk waits for it, the
// others in the source; then it is told of each.
func TestReaderIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reader := new(notices)
		s := startFor(t, reader, planFor("abcd"))
		time.Sleep(10 * interval)
		synctest.Wait()
		if len(s.Chunks()) != 1 || reader.n != 1 {
			t.Errorf("%d chunks wait, and %d were announced", len(s.Chunks()), reader.n)
		}
		for k, text := range []string{"a", "b", "c", "d"} {
			s.wantChunk(k, text, 10*interval, time.Duration(k)*interval)
		}
		s.wantEnd(10*interval, nil)
		synctest.Wait()
		if reader.n != 5 {
			t.Errorf("%d notices, want 5", reader.n)
		}
	})
}

// TestCanceledWithAChunkUnread cancels a streamer that offers one chunk more
// than there is room for. The one that was announced is not taken back.
func TestCanceledWithAChunkUnread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reader := new(notices)
		s := startFor(t, reader, planFor("abc"))
		time.Sleep(3 * interval)
		synctest.Wait()
		s.Cancel(errGone)
		synctest.Wait()
		s.wantChunk(0, "a", 3*interval, 0)
		s.wantEnd(3*interval, errGone)
		if reader.n != 2 {
			t.Errorf("%d notices, want that of a chunk and that of the end", reader.n)
		}
	})
}

// TestReaderIsToldOfAPanic, which is an end like another.
func TestReaderIsToldOfAPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reader := new(notices)
		s := startFor(t, reader, actors.Plan{Source: nil, End: 1, Pace: actors.Pace{Interval: interval}})
		synctest.Wait()
		if _, ok := <-s.Chunks(); ok || reader.n != 1 {
			t.Errorf("a chunk %v, %d notices", ok, reader.n)
		}
		var panicked *actors.PanicError
		if !errors.As(s.Err(), &panicked) {
			t.Errorf("it ended with %v", s.Err())
		}
	})
}
