package actors

import "time"

// Pace is an absolute schedule: the k-th chunk of a subscription, counted from
// 0, is due at Start + k·Interval. Being absolute, delays do not add up.
type Pace struct {
	Start    time.Time
	Interval time.Duration
}

// Due returns when chunk k is to be sent.
func (p Pace) Due(k int) time.Time {
	return p.Start.Add(time.Duration(k) * p.Interval)
}
