package actors

import "time"

// Pace is an absolute schedule: the first chunk is due at the start of the stream,
// each other one Interval after the one before was due, so delays do not add up. A
// chunk whose text was not there by then is due as soon as it is. It is pure: the
// streamer alone reads a clock.
type Pace struct {
	Interval time.Duration // between two chunks; 0 sends each as soon as it is there
}

// Next returns when a chunk is due, from the start of the stream: before is when
// the one before it was due, and since is when its text was there.
func (p Pace) Next(before, since time.Duration) time.Duration { return max(before+p.Interval, since) }

// Slack bounds how late a stream may be woken for the sake of others: together
// they cost much less, the server as well as their clients.
const (
	slackShare = 50                   // of the interval, one part in so many
	maxSlack   = 5 * time.Millisecond // whatever the interval
)

// grid returns the distance, in ticks of a Clock, between the moments at which a
// stream of this pace may be woken. The interval is a multiple of it: where the
// first chunk is late by some of the slack, all the others are by the same, and
// the time between two of them is exact.
func (p Pace) grid() int64 {
	for grid := min(maxSlack, p.Interval/slackShare).Truncate(Tick); grid > Tick; grid -= Tick {
		if p.Interval%grid == 0 {
			return int64(grid / Tick)
		}
	}
	return 1
}
