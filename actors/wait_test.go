package actors_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/actors"
)

// growing is a source of a text that is still written.
type growing struct {
	position int // of the next text
	texts    []string
	ended    bool
}

func (g *growing) Seek(position int) { g.position = position }

func (g *growing) Next() (int, string, actors.Supply) {
	position := g.position
	switch {
	case position < len(g.texts):
		g.position++
		return position, g.texts[position], actors.Ready
	case g.ended:
		return position, "", actors.End
	default:
		return position, "", actors.Wait
	}
}

// append adds texts for the streamer of g, and end ends them.
func (g *growing) append(s *running, texts ...string) {
	synctest.Wait() // until the streamer is at rest
	g.texts = append(g.texts, texts...)
	s.Tell()
}

func (g *growing) end(s *running) {
	synctest.Wait()
	g.ended = true
	s.Tell()
}

// startGrowing starts a streamer of a text that is still empty.
func startGrowing(t *testing.T, ctx context.Context, plan actors.Plan) (*running, *growing) {
	source := new(growing)
	plan.Source = source
	plan.Pace.Interval = interval
	s := start(t, ctx, plan)
	s.wantSilence()
	return s, source
}

func TestWaitsForText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, source := startGrowing(t, t.Context(), actors.Plan{})
		time.Sleep(time.Hour)
		s.Tell() // which is wrong, and does nothing
		s.wantSilence()

		source.append(s, "a", "b")
		s.wantChunk(0, "a", time.Hour, time.Hour)
		s.wantChunk(1, "b", time.Hour+interval, time.Hour+interval)
		s.wantSilence()

		source.end(s)
		s.wantEnd(time.Hour+interval, nil)
	})
}

// TestToldWhileItSleeps tells a streamer of more while it sleeps until a chunk
// is due, which must not come earlier for that.
func TestToldWhileItSleeps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, source := startGrowing(t, t.Context(), actors.Plan{})
		source.append(s, "a", "b")
		s.wantChunk(0, "a", 0, 0)
		for range 4 {
			time.Sleep(interval / 5)
			s.Tell()
			s.wantSilence()
		}
		s.wantChunk(1, "b", interval, interval)
		source.end(s)
		s.wantEnd(interval, nil)
	})
}

// TestWaitsForPosition resumes at a position that is not written yet.
func TestWaitsForPosition(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, source := startGrowing(t, t.Context(), actors.Plan{From: 2})
		source.append(s, "a")
		s.wantSilence()
		source.append(s, "b", "c")
		s.wantChunk(2, "c", 0, 0)
		source.end(s)
		s.wantEnd(0, nil)
	})
}

func TestCanceledWhileItWaitsForText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		s, _ := startGrowing(t, ctx, actors.Plan{Heartbeat: time.Minute})
		time.Sleep(time.Second)
		cancel(errGone)
		s.wantEnd(time.Second, errGone)
	})
}

// wantBeat takes the next chunk, which must be a heartbeat at this time.
func (s *running) wantBeat(at time.Duration) {
	s.t.Helper()
	chunk, ok := <-s.Chunks()
	if got := time.Since(s.start); !ok || chunk.Text != "" || chunk.More || got != at {
		s.t.Errorf("got %+v %v after %v, want a heartbeat after %v", chunk, ok, got, at)
	}
}

// TestHeartbeat has silences between two chunks, while the source waits, and
// while the reader is away.
func TestHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const beat = 15 * time.Second
		plan := planFor("ab")
		plan.Pace.Interval, plan.Heartbeat = 40*time.Second, beat
		s := start(t, t.Context(), plan)
		s.wantChunk(0, "a", 0, 0)
		s.wantBeat(beat)
		s.wantBeat(2 * beat)
		s.wantChunk(1, "b", 40*time.Second, 40*time.Second)
		s.wantEnd(40*time.Second, nil)

		s, source := startGrowing(t, t.Context(), actors.Plan{Heartbeat: beat})
		s.wantBeat(beat)
		time.Sleep(beat - 1)
		s.wantSilence()
		time.Sleep(time.Nanosecond)
		s.wantBeat(2 * beat)
		time.Sleep(5 * beat)
		s.wantBeat(7 * beat) // offered since the third
		s.wantBeat(8 * beat)
		source.append(s, "a")
		s.wantChunk(0, "a", 8*beat, 8*beat)
		s.wantBeat(9 * beat)
		source.end(s)
		s.wantEnd(9*beat, nil)
	})
}

// TestNoHeartbeatInTime has an interval that is exactly the silence.
func TestNoHeartbeatInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		plan := planFor("ab")
		plan.Heartbeat = interval
		s := start(t, t.Context(), plan)
		s.wantChunk(0, "a", 0, 0)
		s.wantChunk(1, "b", interval, interval)
		s.wantEnd(interval, nil)
	})
}
