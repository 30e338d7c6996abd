package summary

import (
	"fmt"
	"time"

	"sseserver/internal/logs/reading"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// times is a histogram of times, in microseconds.
type times struct{ *hdrhistogram.Histogram }

// longest is the longest time that is told apart; what is longer counts as it.
const longest = 7 * 24 * time.Hour

func newTimes() *times {
	return &times{hdrhistogram.New(1, longest.Microseconds(), 3)}
}

// add counts the milliseconds of a field, if the line has it.
func (t *times) add(l *reading.Line, key string) {
	if ms, ok := l.Float(key); ok {
		_ = t.RecordValue(int64(max(0, min(ms*1000, float64(longest.Microseconds()))))) // it is in range
	}
}

// row is the times that a row of the table shows: p50, p90, p99 and the most.
func (t *times) row() (cells []string) {
	if t.TotalCount() == 0 {
		return []string{"-", "-", "-", "-"}
	}
	for _, percent := range []float64{50, 90, 99} {
		cells = append(cells, durationText(time.Duration(t.ValueAtPercentile(percent))*time.Microsecond))
	}
	return append(cells, durationText(time.Duration(t.Max())*time.Microsecond))
}

// durationText writes a time with the unit that suits it: 0.31 ms, 12 ms, 6.0 s, 2m30s.
func durationText(d time.Duration) string {
	switch {
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.2f ms", float64(d)/1e6)
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	default:
		return d.Round(time.Second).String()
	}
}
