package track

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// outcome counts what a Sequence said about a stream.
type outcome struct{ inOrder, reordered, duplicate, impossible, lost int }

func judge(first, end int64, positions ...int64) (got outcome) {
	var s Sequence
	s.StartAt(first)
	lost := func(first, end int64) { got.lost += int(end - first) }
	for _, pos := range positions {
		switch s.See(pos, lost) {
		case InOrder:
			got.inOrder++
		case Reordered:
			got.reordered++
		case Duplicate:
			got.duplicate++
		case Impossible:
			got.impossible++
		}
	}
	s.Settle(end, lost)
	return got
}

func TestSequence(t *testing.T) {
	tests := []struct {
		name      string
		first     int64
		end       int64
		positions []int64
		want      outcome
	}{
		{"nothing", 0, 0, nil, outcome{}},
		{"in order", 0, 3, []int64{0, 1, 2}, outcome{inOrder: 3}},
		{"from one", 1, 4, []int64{1, 2, 3}, outcome{inOrder: 3}},
		{"all lost", 0, 3, nil, outcome{lost: 3}},
		{"first lost", 0, 3, []int64{1, 2}, outcome{inOrder: 2, lost: 1}},
		{"middle lost", 0, 3, []int64{0, 2}, outcome{inOrder: 2, lost: 1}},
		{"last lost", 0, 3, []int64{0, 1}, outcome{inOrder: 2, lost: 1}},
		{"twice", 0, 3, []int64{0, 1, 1, 2}, outcome{inOrder: 3, duplicate: 1}},
		{"swapped", 0, 3, []int64{0, 2, 1}, outcome{inOrder: 2, reordered: 1}},
		{"late, then twice", 0, 3, []int64{0, 2, 1, 1}, outcome{inOrder: 2, reordered: 1, duplicate: 1}},
		{"below the first", 1, 2, []int64{0, 1}, outcome{inOrder: 1, impossible: 1}},
		{"absurdly far", 0, 1, []int64{0, 1 << 40}, outcome{inOrder: 1, impossible: 1}},
		{"last place of the window", 0, 64, slices.Concat(span(1, 64), []int64{0}), outcome{inOrder: 63, reordered: 1}},
		{"one place too late", 0, 65, slices.Concat(span(1, 65), []int64{0}), outcome{inOrder: 64, duplicate: 1, lost: 1}},
		{"a long gap", 0, 1000, []int64{0, 999}, outcome{inOrder: 2, lost: 998}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := judge(tt.first, tt.end, tt.positions...); got != tt.want {
				t.Errorf("positions %v of [%d,%d): got %+v, want %+v", tt.positions, tt.first, tt.end, got, tt.want)
			}
		})
	}
}

// The window is an optimisation: a set that remembers everything must say the
// same as long as nothing arrives more than Width positions late.
func TestSequenceAgreesWithASet(t *testing.T) {
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 1))
		positions := disturb(random, span(0, 400))
		want := outcome{}
		seen, highest := map[int64]bool{}, int64(-1)
		for _, pos := range positions {
			switch {
			case seen[pos]:
				want.duplicate++
			case pos < highest:
				want.reordered++
			default:
				want.inOrder++
			}
			seen[pos] = true
			highest = max(highest, pos)
		}
		want.lost = 400 - len(seen)
		if got := judge(0, 400, positions...); got != want {
			t.Fatalf("seed %d: got %+v, want %+v", seed, got, want)
		}
	}
}

func TestMissingIsWhatSettleTells(t *testing.T) {
	for seed := range uint64(100) {
		random := rand.New(rand.NewPCG(seed, 2))
		var s Sequence
		lost := 0
		for _, pos := range disturb(random, span(0, 150)) {
			s.See(pos, func(int64, int64) {})
		}
		for _, end := range []int64{0, s.floor, s.floor + 1, s.next, s.next + 100} {
			missing, copied := s.Missing(end), s
			lost = 0
			copied.Settle(end, func(first, end int64) { lost += int(end - first) })
			if missing != int64(lost) {
				t.Fatalf("seed %d, end %d: Missing says %d, Settle told %d", seed, end, missing, lost)
			}
		}
	}
}

// disturb drops, doubles and moves some positions, none of them further than
// half the window.
func disturb(random *rand.Rand, positions []int64) (out []int64) {
	for _, pos := range positions {
		switch random.IntN(12) {
		case 0:
		case 1:
			out = append(out, pos, pos)
		default:
			out = append(out, pos)
		}
	}
	for i := range out {
		if j := i + random.IntN(Width/4); random.IntN(8) == 0 && j < len(out) {
			out[i], out[j] = out[j], out[i]
		}
	}
	return out
}

func span(from, to int64) (out []int64) {
	for ; from < to; from++ {
		out = append(out, from)
	}
	return out
}

// Positions that jump cost no more than others: a walk over each gap would take
// hours here.
func TestJumpsAreNotWalked(t *testing.T) {
	var s Sequence
	lost, pos := int64(0), int64(0)
	const events = 100_000
	for range events {
		s.See(pos, func(first, end int64) { lost += end - first })
		pos += maxJump
	}
	s.Settle(1<<60, func(first, end int64) { lost += end - first })
	if want := int64(1<<60 - events); lost != want {
		t.Errorf("%d lost, want %d", lost, want)
	}
}
