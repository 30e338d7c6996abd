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

// Bend says how the chunk of a position departs from the pace of its stream: it is
// later by pause, with all that follow; it alone is later by late; or it comes
// together with the one before. before is the position of that, -1 for the first
// chunk of the stream. It is pure.
type Bend func(before, position int) (pause, late time.Duration, together bool)

// bent is a pace with a bend.
type bent struct {
	bend   Bend
	paced  time.Duration // when the last chunk was due but for what concerned it alone
	before int           // its position
}

// newBent returns nil where nothing bends a pace.
func newBent(bend Bend, pace Pace) *bent {
	if bend == nil {
		return nil
	}
	return &bent{bend: bend, paced: -pace.Interval, before: -1}
}

// next is Pace.Next for the chunk of a position. None is due before the one before
// it.
func (b *bent) next(pace Pace, position int, before, since time.Duration) time.Duration {
	pause, late, together := b.bend(b.before, position)
	b.before = position
	b.paced = pace.Next(b.paced, since) + pause
	if together && pause == 0 {
		return max(before, since)
	}
	return max(before, b.paced+late)
}

// skip returns how much later the chunk of a position is due, which takes the place of
// the last one.
func (b *bent) skip(position int) (pause time.Duration) {
	pause, _, _ = b.bend(b.before, position)
	b.before = position
	b.paced += pause
	return pause
}

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
