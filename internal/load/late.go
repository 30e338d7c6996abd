package load

import "sseserver/internal/load/measure"

// lateFor is how many seconds after it was due an event can still be told of by
// a tick. The report knows the later ones, too.
const lateFor = 60

// lateTold is what ticks have told of the latest seconds' latenesses. An event
// that is late belongs to the second in which it was due, which is over when it
// comes; a tick that had that second alone would not know of it.
type lateTold [lateFor][measure.HeatBuckets]uint64 // by second modulo lateFor

// fresh is a heat row of what became known since the tick before, with events
// that were due in the given second and in those before it. add adds what is
// known of a second to a row.
func (l *lateTold) fresh(second int, add func(second int, row []uint64)) (row []uint64) {
	l[second%lateFor] = [measure.HeatBuckets]uint64{} // is of a minute ago
	for i := max(0, second-lateFor+1); i <= second; i++ {
		var known [measure.HeatBuckets]uint64
		add(i, known[:])
		told := &l[i%lateFor]
		for bucket, n := range known {
			if n == told[bucket] {
				continue
			}
			for len(row) <= bucket {
				row = append(row, 0)
			}
			row[bucket] += n - told[bucket]
		}
		*told = known
	}
	return row
}
