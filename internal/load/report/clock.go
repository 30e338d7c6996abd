package report

import (
	"fmt"
	"math"
	"strings"

	"sseserver/internal/load"
	"sseserver/internal/load/measure"
)

// Clock is how the server's clock differs from the generator's, which every
// latency takes into account.
type Clock struct {
	Offset float64 `json:"offset_ms"` // the server's less the generator's
	Error  float64 `json:"error_ms"`  // of the offset, to either side
	Known  bool    `json:"known"`     // else the offset is taken as 0
	Source string  `json:"source"`
}

func newClock(c *load.Clock) *Clock {
	if c == nil {
		return nil
	}
	return &Clock{Offset: millis(c.Offset), Error: millis(c.Error), Known: !c.Unknown, Source: c.Source}
}

// summarizeClock says how far a latency can be trusted.
func (r *Report) summarizeClock(b *strings.Builder) {
	if r.Clock == nil {
		return
	}
	switch c := r.Clock; {
	case !c.Known:
		fmt.Fprintf(b, "clock offset  not known, taken as 0: %s\n", c.Source)
	case c.Error > 0:
		fmt.Fprintf(b, "clock offset  %s ms ± %s ms, %s\n", signed(c.Offset), figure(c.Error), c.Source)
	default:
		fmt.Fprintf(b, "clock offset  %s ms, %s\n", signed(c.Offset), c.Source)
	}
	if n := r.Counts.NoTimestamp; n > 0 {
		fmt.Fprintf(b, "!  %d events had no usable time in %s, and have no latency\n", n, r.Settings.Timestamp)
	}
	if m := r.Metrics[measure.Latency.String()]; m != nil && m.Max >= millis(measure.Longest) {
		fmt.Fprintf(b, "!  latencies of more than an hour count as one hour: is %s right?\n", r.Settings.Timestamp)
	}
	if n := r.Counts.BeforeSent; n > 0 {
		fmt.Fprintf(b, "!  %d events came before they were sent, and count as 0 ms: the clock offset is not right\n", n)
	}
}

func signed(v float64) string {
	if v < 0 {
		return "-" + figure(math.Abs(v))
	}
	return figure(v)
}
