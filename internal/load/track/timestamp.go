package track

import (
	"errors"
	"strconv"
	"time"

	"sseserver/internal/eventstream"
	"sseserver/internal/load/measure"
)

// Timestamp says where the data of an event has the moment of its sending. The
// zero value says nowhere.
type Timestamp struct {
	Path Path
	Unit TimeUnit
}

// TimeUnit is how a moment is written: "s", "ms", "us" or "ns" since 1970, as a
// number or a string of one, or "rfc3339". The zero value is "ms".
type TimeUnit string

var timeUnits = map[TimeUnit]time.Duration{
	"": time.Millisecond, "s": time.Second, "ms": time.Millisecond, "us": time.Microsecond, "ns": time.Nanosecond, "rfc3339": 0,
}

func (u TimeUnit) String() string {
	if u == "" {
		return "ms"
	}
	return string(u)
}

// UnmarshalText reads the name of a unit.
func (u *TimeUnit) UnmarshalText(text []byte) error {
	if _, ok := timeUnits[TimeUnit(text)]; !ok {
		return errors.New("want s, ms, us, ns or rfc3339, got \"" + string(text) + "\"")
	}
	*u = TimeUnit(text)
	return nil
}

// In is the moment that stands in an event's data, if there is one.
func (t Timestamp) In(data []byte) (moment time.Time, ok bool) {
	value := t.Path.In(data)
	text := value.Str
	if text == "" {
		text = value.Raw
	}
	if t.Unit == "rfc3339" {
		moment, err := time.Parse(time.RFC3339, text) // which takes fractions, too
		return moment, err == nil
	}
	unit := timeUnits[t.Unit]
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		perSecond := int64(time.Second / unit)
		return time.Unix(n/perSecond, n%perSecond*int64(unit)), true
	}
	n, err := strconv.ParseFloat(text, 64)
	if seconds := n * unit.Seconds(); err == nil && seconds > -maxSeconds && seconds < maxSeconds {
		whole := int64(seconds)
		return time.Unix(whole, int64((seconds-float64(whole))*float64(time.Second))), true
	}
	return time.Time{}, false
}

// maxSeconds is beyond every date; what is later cannot have been meant.
const maxSeconds = 1 << 40

// Plausible is how far from now the time of a sending may be. What is further
// away has another unit, or is no time at all.
const Plausible = 366 * 24 * time.Hour

// Clock relates the run to the server's clock.
type Clock struct {
	Start time.Time     // of the run, as the server's clock shows it
	Error time.Duration // of Start
}

// delivered records how long an event was under way, if it says when it was
// sent.
func (s *Stream) delivered(l *Ledger, e eventstream.Event, at time.Duration) {
	if l.Plan.Timestamp.Path.IsZero() || s.unjudged {
		return
	}
	sent, ok := l.Plan.Timestamp.In(e.Data)
	latency := at - sent.Sub(l.Plan.Clock.Start)
	if !ok || latency.Abs() > Plausible {
		l.Tally.Counts.NoTimestamp++
		return
	}
	if latency < -l.Plan.Clock.Error {
		l.Tally.Counts.BeforeSent++
	}
	s.record(l, measure.Latency, l.Windows.Of(at), max(latency, 0))
}
