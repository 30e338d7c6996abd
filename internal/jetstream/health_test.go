package jetstream

import (
	"errors"
	"testing"
	"time"
)

var errReset = errors.New("connection reset")

// at returns the time so long after a test has begun.
func at(seconds float64) time.Time {
	return time.UnixMilli(1_790_000_000_000).Add(time.Duration(seconds * float64(time.Second)))
}

// healthy returns the health of an engine that is there.
func healthy() *health {
	h := newHealth(at(-1))
	h.connected()
	h.restore(at(0))
	return h
}

func wantLost(t *testing.T, h *health, seconds float64, want error) {
	t.Helper()
	got, lost := h.lose(at(seconds))
	if lost != (want != nil) || got != want || h.available() == lost {
		t.Errorf("after %v s: lost %v because of %v; want %v", seconds, lost, got, want)
	}
}

func wantProbe(t *testing.T, h *health, seconds float64, ask bool, wait time.Duration) {
	t.Helper()
	gotWait, got := h.probe(at(seconds))
	if got != ask || gotWait != wait {
		t.Errorf("after %v s: probe %v, wait %v; want %v, %v", seconds, got, gotWait, ask, wait)
	}
}

func TestNotThereYet(t *testing.T) {
	h := newHealth(at(0))
	if h.available() || h.missing() != errNotYet {
		t.Error("an engine is there that was never seen")
	}
	wantProbe(t, h, 0, false, probeLost) // there is no connection
	h.connected()
	wantProbe(t, h, 1, true, 0)
	if outage := h.restore(at(2)); outage != 2*time.Second || !h.available() || h.missing() != nil {
		t.Errorf("restored after %v", outage)
	}
}

func TestConnectionIsLost(t *testing.T) {
	h := healthy()
	link, there := h.link(), h.now()
	h.cut(at(5), errReset)
	h.cut(at(5.5), errReset) // another try
	if link.Err() == nil || there.Err() != nil {
		t.Error("a cut ends what is under way, and nothing else yet")
	}
	wantLost(t, h, 5.99, nil)
	wantProbe(t, h, 5.99, false, 10*time.Millisecond)
	wantLost(t, h, 6, errReset)
	if there.Err() == nil {
		t.Error("calls wait for what is lost")
	}
	if _, lost := h.lose(at(7)); lost {
		t.Error("lost twice")
	}
	h.connected()
	wantProbe(t, h, 8, true, 0)
	wantProbe(t, h, 8, false, probeLost)
	if outage := h.restore(at(8.1)); outage != 2100*time.Millisecond || h.link().Err() != nil {
		t.Errorf("restored after %v", outage)
	}
}

func TestConnectionIsRestored(t *testing.T) {
	h := healthy()
	h.cut(at(5), errReset)
	h.connected()
	wantLost(t, h, 6, nil)
	wantProbe(t, h, 6, true, 0)
}

func TestLeaderIsSilent(t *testing.T) {
	h := healthy()
	wantProbe(t, h, 1, false, time.Second)
	wantProbe(t, h, 2, true, 0)
	h.heard(at(2))
	wantLost(t, h, 11.9, nil)
	wantLost(t, h, 12, errSilent)

	h = healthy()
	h.failed(errReset)
	wantLost(t, h, 10, errReset)

	h = healthy()
	h.failed(errReset)
	h.heard(at(1)) // and is forgotten
	wantLost(t, h, 11, errSilent)
}

func TestIdleEngineIsProbed(t *testing.T) {
	h := healthy()
	h.heard(at(1.5)) // by somebody's call
	wantProbe(t, h, 2, false, 1500*time.Millisecond)
	wantProbe(t, h, 3.5, true, 0)
	wantProbe(t, h, 3.75, false, 250*time.Millisecond) // no answer
	wantProbe(t, h, 4, true, 0)
}
