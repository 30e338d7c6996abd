package load

import (
	"slices"
	"testing"
)

// An event that comes seconds after it was due is in the tick of the second in
// which it came, once.
func TestLateIsTold(t *testing.T) {
	known := map[int][]uint64{}
	add := func(second int, row []uint64) {
		for bucket, n := range known[second] {
			row[bucket] += n
		}
	}
	var told lateTold
	for _, step := range []struct {
		second int
		known  []uint64 // of second 0
		want   []uint64
	}{
		{0, []uint64{5}, []uint64{5}},
		{1, []uint64{5}, nil},
		{2, []uint64{5, 0, 3}, []uint64{0, 0, 3}},
		{lateFor - 1, []uint64{6, 0, 3}, []uint64{1}},
		{lateFor, []uint64{6, 0, 9}, nil}, // too late
	} {
		known[0] = step.known
		if got := told.fresh(step.second, add); !slices.Equal(got, step.want) {
			t.Errorf("second %d: got %v, want %v", step.second, got, step.want)
		}
	}
	known[lateFor] = []uint64{1}
	if got := told.fresh(lateFor, add); !slices.Equal(got, []uint64{1}) {
		t.Errorf("in the place of the forgotten second: got %v, want one", got)
	}
}
