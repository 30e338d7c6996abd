package story

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"sseserver/internal/logs/terminal"
)

// Duration is a time for people: 1.5 ms, 850 ms, 3.4 s, 2 min 5 s.
func Duration(d time.Duration) string {
	switch {
	case d < 0:
		return "-" + Duration(-max(d, -math.MaxInt64)) // there is no such number without the sign
	case d < 10*time.Millisecond:
		return strconv.FormatFloat(float64(d.Round(time.Millisecond/10))/float64(time.Millisecond), 'f', -1, 64) + " ms"
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
	default:
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	}
}

// times is how often: once, twice, 3 times.
func times(n int) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	default:
		return terminal.Grouped(n) + " times"
	}
}

// units is so much of a stream.
func (s *stream) units(n int) string { return Amount(s.kind, s.unit, n) }

// Amount is so much of a stream of this kind and unit: 12 characters, 37 %.
func Amount(kind, unit string, n int) string {
	if kind == progress {
		return fmt.Sprintf("%d %%", n)
	}
	if unit == "" {
		unit = "chunk"
	}
	return terminal.Count(n, unit)
}

// Share is how much of how much: 37 of 5 000 characters, 37 %.
func Share(kind, unit string, got, total int) string {
	switch {
	case got < 0 && total >= 0:
		return "an unknown part of " + Amount(kind, unit, total)
	case got < 0:
		return "an unknown part of the message"
	case kind == progress:
		return fmt.Sprintf("%d %%", got)
	case total < 0:
		return Amount(kind, unit, got)
	default:
		return terminal.Grouped(got) + " of " + Amount(kind, unit, total)
	}
}
