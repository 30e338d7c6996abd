package load

import (
	"context"
	"time"

	"sseserver/internal/load/measure"
	"sseserver/internal/load/track"
)

// firstEventPatience is how long the first event is waited for before the run.
// Where events are rarer, the run finds out what they are like.
const firstEventPatience = 3 * time.Second

// doubt finds what is wrong with the time that an event should tell.
func doubt(timestamp track.Timestamp, data []byte, now time.Time) error {
	switch sent, ok := timestamp.In(data); {
	case timestamp.Path.IsZero():
		return nil
	case !ok:
		return invalid("--timestamp %v: no time in %v there in the first event, which has %s", timestamp.Path, timestamp.Unit, track.Paths(data))
	case now.Sub(sent).Abs() > track.Plausible:
		return invalid("--timestamp %v: %s in %v is %s: is --unit right?", timestamp.Path, timestamp.Path.In(data).Raw, timestamp.Unit,
			sent.UTC().Format(time.RFC3339))
	}
	return nil
}

// setClocks compares the clocks, if it matters, and tells the workers.
func (c Config) setClocks(ctx context.Context, jobs []Job, phase func(string)) *Clock {
	if c.Timestamp.Path.IsZero() {
		return nil
	}
	phase("comparing the server's clock with this one")
	clock := c.clock(ctx)
	for i := range jobs {
		jobs[i].Clock = clock
	}
	return &clock
}

// from is what the streams need to know of the clock in a run that started then.
func (c Clock) from(start time.Time) track.Clock {
	return track.Clock{Start: start.Round(0).Add(c.Offset), Error: c.Error} // without what only our own clock means
}

// checkLatency finds runs that were made for a latency which no event told.
func (c Config) checkLatency(r *Result) error {
	if c.Timestamp.Path.IsZero() || r.Interrupted {
		return nil
	}
	events := r.Tally.Counts.Timely() + r.Tally.Counts.OtherEvents
	if events == 0 || r.Tally.Distributions.Overall(measure.Latency).TotalCount() > 0 {
		return nil
	}
	return invalid("--timestamp %v: no time in %v there in any of %d events", c.Timestamp.Path, c.Timestamp.Unit, events)
}
