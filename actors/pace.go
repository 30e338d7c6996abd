package actors

import "time"

// Pace is an absolute schedule: chunk k of a subscription, counted from 0, is
// due k·Interval after the start of the stream. Being absolute, delays do not
// add up. It is pure: the streamer alone reads a clock.
type Pace struct {
	Interval time.Duration // between two chunks; positive
}

// Due returns when chunk k is to be sent, from the start of the stream.
func (p Pace) Due(k int) time.Duration { return time.Duration(k) * p.Interval }

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
