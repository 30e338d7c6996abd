package broker

import (
	"net/netip"
	"testing"

	"github.com/google/uuid"
)

// Of several who ask for the end of a stream, one has ended it.
func TestEndOnce(t *testing.T) {
	r := newState(roomy).streams
	causes := 0
	open := func() *stream {
		s, err := r.open(netip.Prefix{}, MessageID{1}, Characters, func(error) { causes++ })
		if err != nil {
			t.Fatal(err)
		}
		s.runs = &Subscription{ID: SubscriptionID(uuid.New())}
		return s
	}
	ended, other := open(), open()
	if got := r.end(ended.runs.ID, errStop); got != ended.runs {
		t.Errorf("the first ended %v", got)
	}
	if got := r.end(ended.runs.ID, errStop); got != nil {
		t.Errorf("the second ended %v", got)
	}
	if n, listed := r.active(), r.all(); n != 2 || len(listed) != 1 || listed[0] != other.runs {
		t.Errorf("%d are running, listed are %v", n, listed)
	}
	r.closed(ended)
	if n := r.endAll(errStop); n != 1 || r.active() != 1 || causes != 2 {
		t.Errorf("%d were left to end, %d are running, %d were told", n, r.active(), causes)
	}
	r.closed(other)
	if len(r.byMessage) != 0 || r.active() != 0 {
		t.Errorf("%v are left, and %d", r.byMessage, r.active())
	}
}
