package broker

import (
	"net/netip"
	"testing"

	"sseserver/actors"
)

// TestClaim tells a client that comes back by the stream that it had.
func TestClaim(t *testing.T) {
	here := reader{message: MessageID{1}, client: netip.MustParsePrefix("192.0.2.1/32"), agent: 1, kind: Characters, unit: actors.Word}
	another, elsewhere, other, progress, character := here, here, here, here, here
	another.message = MessageID{2}
	elsewhere.client, other.agent, progress.kind, character.unit = netip.MustParsePrefix("192.0.2.2/32"), 2, Progress, actors.Character
	lost := func(id byte, who reader, position int) *interruption {
		return &interruption{id: SubscriptionID{id}, reader: who, mark: newMark(position)}
	}
	tests := map[string]struct {
		lost  []*interruption
		after int
		want  byte // 0 for none
	}{
		"nobody":              {nil, 5, 0},
		"the one":             {[]*interruption{lost(1, here, 5)}, 5, 1},
		"received less":       {[]*interruption{lost(1, here, 9)}, 5, 1},
		"received more":       {[]*interruption{lost(1, here, 4)}, 5, 0},
		"the nearest":         {[]*interruption{lost(1, here, 9), lost(2, here, 6), lost(3, here, 7)}, 5, 2},
		"the first":           {[]*interruption{lost(1, here, 6), lost(2, here, 6)}, 5, 1},
		"another address":     {[]*interruption{lost(1, elsewhere, 5)}, 5, 0},
		"another agent":       {[]*interruption{lost(1, other, 5)}, 5, 0},
		"another kind":        {[]*interruption{lost(1, progress, 5)}, 5, 0},
		"another message":     {[]*interruption{lost(1, another, 5)}, 5, 0},
		"another unit":        {[]*interruption{lost(1, character, 5)}, 5, 0},
		"one that fits of it": {[]*interruption{lost(1, other, 5), lost(2, here, 3), lost(3, here, 8)}, 5, 3},
	}
	for name, test := range tests {
		i := newInterrupted()
		for _, ended := range test.lost {
			i.add(ended)
		}
		got, found := i.claim(here, test.after)
		if got != (SubscriptionID{test.want}) || found != (test.want != 0) {
			t.Errorf("%s: %v, %v, want %d", name, got, found, test.want)
		}
		if again, found := i.claim(here, test.after); found && again == got {
			t.Errorf("%s: claimed twice", name)
		}
		for i.byAge.len > 0 {
			i.remove(i.byAge.first.value)
		}
		if len(i.byReader) != 0 {
			t.Errorf("%s: %d readers are left", name, len(i.byReader))
		}
	}
}

// TestInterruptionsAreBounded forgets the stream that ended first.
func TestInterruptionsAreBounded(t *testing.T) {
	i := newInterrupted()
	for n := range maxInterrupted + 1 {
		i.add(&interruption{id: SubscriptionID{1}, reader: reader{message: MessageID{byte(n), byte(n >> 8), 1}}, mark: newMark(0)})
	}
	if _, found := i.claim(reader{message: MessageID{0, 0, 1}}, 0); found || i.byAge.len != maxInterrupted || len(i.byReader) != maxInterrupted {
		t.Errorf("found the first: %v; %d streams of %d readers", found, i.byAge.len, len(i.byReader))
	}
}

// BenchmarkClaim is a client that comes back when as many others that look like it were
// interrupted as are remembered.
func BenchmarkClaim(b *testing.B) {
	i := newInterrupted()
	for n := range maxInterrupted {
		i.add(&interruption{mark: newMark(n % 1000)})
	}
	for b.Loop() {
		i.claim(reader{}, 1000)
	}
}
