package story

import "time"

// moments counts the streams that lost their clients, moment by moment: many at once
// have lost something that they have in common.
type moments map[int64]*moment

type moment struct{ gone, running int }

const (
	momentLength = 250 * time.Millisecond
	mostMoments  = 200_000
	// At least so many streams, and so large a part of those that run, are many.
	manyGone     = 5
	manyGonePart = 10
)

func momentOf(at time.Time) int64 { return at.UnixMilli() / momentLength.Milliseconds() }

// note counts one that is gone, of those that were running.
func (m moments) note(at time.Time, running int) {
	if len(m) >= mostMoments { // as hours of a log that is all losses has
		clear(m)
	}
	key := momentOf(at)
	if m[key] == nil {
		m[key] = new(moment)
	}
	m[key].gone++
	m[key].running = max(m[key].running, running)
}

// together is how many were gone at about this time; 0 if that is no more than what
// comes and goes.
func (m moments) together(at time.Time) int {
	gone, running := 0, 0
	for key := momentOf(at) - 1; key <= momentOf(at)+1; key++ {
		if moment := m[key]; moment != nil {
			gone, running = gone+moment.gone, max(running, moment.running)
		}
	}
	if gone < manyGone || gone*manyGonePart < running {
		return 0
	}
	return gone
}
