package fault_test

import (
	"strings"
	"testing"

	"sseserver/internal/fault"
)

// FuzzPlan checks that a plan that was read and written is the same plan, that what
// it does to a chunk depends on nothing but the seed and the chunk, and that nothing
// panics.
func FuzzPlan(f *testing.F) {
	f.Add(all(","), uint64(42), 3, 11, 12, true)
	f.Add("cut@12,stall:5s:2.5%", uint64(0), 0, -1, 0, false)
	f.Add("jitter:1h,burst:2,corrupt:100%", ^uint64(0), -5, 1<<31, -1<<31, true)
	f.Add("explode,cut@", uint64(1), 0, 0, 1, false)
	f.Fuzz(func(t *testing.T, text string, seed uint64, from, before, position int, resumed bool) {
		plan, err := fault.Parse(text)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "fault: ") || !plan.Empty() {
				t.Fatalf("%q: %q, %v", text, plan, err)
			}
			return
		}
		again := parse(t, plan.String())
		if plan.String() != text || again.Status() != plan.Status() {
			t.Fatalf("%q is written as %q, which is the status %d, and was %d", text, plan, again.Status(), plan.Status())
		}
		for _, r := range text {
			if r <= ' ' || r > '~' {
				t.Fatalf("%q has a character that no header takes", text)
			}
		}
		one, other := plan.Of(seed, from, resumed), again.Of(seed, from, resumed)
		wantSame(t, one, other, before, position)
		wantSame(t, one, one, before, position) // what was asked before does not count
	})
}

// wantSame checks that two streams do the same to a chunk.
func wantSame(t *testing.T, one, other *fault.Stream, before, position int) {
	t.Helper()
	if one.Whole() != other.Whole() || one.EOL() != other.EOL() || one.Split() != other.Split() {
		t.Fatalf("to the whole: %q and %q", names(one.Whole()), names(other.Whole()))
	}
	if got, want := other.At(before, position), one.At(before, position); got != want {
		t.Fatalf("to the chunk %d after %d: %q and %q", position, before, names(want), names(got))
	}
	pause, late, together := one.Pace(before, position)
	if p, l, g := other.Pace(before, position); p != pause || l != late || g != together || p < 0 || l < 0 {
		t.Fatalf("pace of %d after %d: %s %s %t and %s %s %t", position, before, pause, late, together, p, l, g)
	}
	if got, want := other.Corrupt(position, "é"), one.Corrupt(position, "é"); got != want || len(got) != 1 {
		t.Fatalf("corrupt %d: %q and %q", position, want, got)
	}
}
