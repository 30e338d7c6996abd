package story

import (
	"sort"
	"time"
)

// stalls are the times in which many streams were behind their schedules at once: what
// they have in common is the server.
type stalls []stall

type stall struct {
	from, to time.Time // since when the first was behind, and when the last was found to be
	streams  int
	running  int // how many there were
}

const (
	mostStalls = 10_000
	// stallGap is how long after one stream another is found to be behind as well.
	stallGap = time.Second
)

// note takes that a stream is found to be behind by lag, one of those that are running.
func (s *stalls) note(at time.Time, lag time.Duration, running int) {
	all := *s
	if len(all) == 0 || at.Sub(all[len(all)-1].to) > stallGap {
		if len(all) >= mostStalls {
			all = all[:0]
		}
		all = append(all, stall{from: at.Add(-lag), to: at})
	}
	last := &all[len(all)-1]
	if from := at.Add(-lag); from.Before(last.from) {
		last.from = from
	}
	if at.After(last.to) {
		last.to = at
	}
	last.streams++
	last.running = max(last.running, running)
	*s = all
}

// during returns the stall at this time, or one of no length. Half of the streams have to
// be behind: fewer may be so by their clients.
func (s stalls) during(at time.Time) stall {
	first := sort.Search(len(s), func(i int) bool { return !at.After(s[i].to.Add(momentLength)) })
	for _, one := range s[first:] {
		if !at.Before(one.from) && one.streams >= manyGone && 2*one.streams >= one.running {
			return one
		}
	}
	return stall{}
}
