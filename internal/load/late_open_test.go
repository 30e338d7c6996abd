package load

import (
	"testing"
	"time"
)

// A run is not over before its last client was opened and had its turn.
func TestClientsToComeAreWaitedFor(t *testing.T) {
	w := newWorker(Job{Config: Config{URLs: []string{"http://x"}, Processes: 1}.withDefaults()})
	w.start = time.Now()
	if w.satisfied() {
		t.Error("satisfied before all are opened")
	}
	w.allOpened.Store(true)
	if !w.satisfied() {
		t.Error("not satisfied without clients")
	}
	c := w.newClient(visit{until: stays})
	c.group.add(c, 0)
	if w.satisfied() {
		t.Error("satisfied though a client has not begun")
	}
	c.begin(0)
	c.end(false)
	if !w.satisfied() {
		t.Error("not satisfied by a client that has ended")
	}
}
