package track

import "time"

// schedule is when the chunks of a connection are due whose plan bends its pace. It
// goes by the recurrence of the server's streamers.
type schedule struct {
	interval time.Duration // 0 for what is appended, which is due as it comes
	pace     pace
	dues     [Width]time.Duration // of the latest positions that were asked for, by position modulo Width

	// What is due by the ends of these windows; asked for often when that of the
	// steady one has passed.
	windows     Windows
	steady, end int64 // one past the last position
}

// pace is how far the recurrence has come.
type pace struct {
	next       int64         // position
	paced, due time.Duration // of the one before; paced is without what concerned it alone
}

func (s *Stream) newSchedule(l *Ledger, from int64) schedule {
	interval := l.Plan.Interval
	if s.reading.Live != nil {
		interval = 0
	}
	before := s.t0 - interval
	return schedule{interval: interval, pace: pace{next: from, paced: before, due: before}}
}

// bend goes on by one position and says when that is due.
func (s *Stream) bend(p *pace) time.Duration {
	f := s.faults
	pause, late, together := f.of.Pace(f.before(p.next), int(p.next))
	there := s.t0
	if s.reading.Live != nil {
		there = s.dueLive(p.next)
	}
	p.paced = max(p.paced+f.schedule.interval, there) + pause
	if together && pause == 0 {
		p.due = max(p.due, there)
	} else {
		p.due = max(p.due, p.paced+late)
	}
	p.next++
	return p.due
}

// dueBent is due for a connection with a plan. A chunk that was swapped is due with
// the one that follows it.
func (s *Stream) dueBent(pos int64) time.Duration {
	c := &s.faults.schedule
	if now := s.faults.now; now.late && now.pos == pos {
		pos = now.with
	}
	for c.pace.next <= pos {
		at := c.pace.next % Width
		c.dues[at] = s.bend(&c.pace)
	}
	return c.dues[max(pos, c.pace.next-Width, s.faults.from)%Width] // none is asked for that is much older
}

// horizon brings up to date what is due by the ends of the windows.
func (s *Stream) horizon(l *Ledger) *schedule {
	c := &s.faults.schedule
	if c.windows == l.Windows {
		return c
	}
	c.windows = l.Windows
	p := c.pace
	c.steady, c.end = p.next, p.next
	for last := s.end(l); p.next <= last; {
		pos := p.next
		switch due := s.bend(&p); {
		case due > l.Windows.End:
			return c
		case due <= l.Windows.Steady:
			c.steady = pos + 1
		}
		c.end = pos + 1
	}
	return c
}
