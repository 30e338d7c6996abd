package measure

import (
	"math/bits"
	"time"
)

// A heat row counts latenesses in fixed buckets, four to each doubling, so that
// a row costs a few hundred bytes where a histogram would cost many thousands.
// Bucket 0 is all below heatUnit; after it come 1, 1¼, 1½, 1¾, 2, 2½, 3, 3½, 4,
// 5, … times heatUnit.
const (
	heatUnit    = 125 * time.Microsecond
	heatOctaves = 20 // up to 131 s, which is also where the last bucket takes all that is later
	HeatBuckets = 1 + 4*heatOctaves
)

// HeatBucket is the bucket that a lateness belongs to.
func HeatBucket(lateness time.Duration) int {
	if lateness < heatUnit {
		return 0
	}
	quarters := uint64(lateness / (heatUnit / 4)) // at least 4
	octave := bits.Len64(quarters) - 3
	part := int(quarters>>octave) & 3
	return min(1+4*octave+part, HeatBuckets-1)
}

// HeatEdge is the lower edge of a bucket, and the upper edge of the one before.
func HeatEdge(bucket int) time.Duration {
	if bucket == 0 {
		return 0
	}
	octave, part := (bucket-1)/4, (bucket-1)%4
	return heatUnit / 4 * time.Duration(4+part) << octave
}

// HeatQuantile estimates a quantile from 0 to 1 of a row, as the upper edge of
// the bucket that it lies in. A row may be shorter than HeatBuckets. An empty
// one gives 0.
func HeatQuantile(row []uint64, quantile float64) time.Duration {
	var total, sum uint64
	for _, n := range row {
		total += n
	}
	for i, n := range row {
		if sum += n; n > 0 && float64(sum) >= quantile*float64(total) {
			return HeatEdge(i + 1)
		}
	}
	return 0
}
