package summary

import (
	"slices"
	"time"
)

// minutes counts what happened in each minute of the log.
type minutes struct {
	all map[int64]*happened // by minutes since 1970
}

type happened struct{ opened, failed int64 }

// maxMinutes bounds the minutes that are told apart: a year of a busy server. What
// happened in others is left out of the picture.
const maxMinutes = 366 * 24 * 60

func (m *minutes) at(now time.Time) *happened {
	index := now.Unix() / int64(minute.Seconds())
	if m.all == nil {
		m.all = make(map[int64]*happened)
	}
	if h := m.all[index]; h != nil {
		return h
	}
	h := new(happened)
	if len(m.all) < maxMinutes {
		m.all[index] = h
	}
	return h
}

func (m *minutes) opened(now time.Time) { m.at(now).opened++ }
func (m *minutes) failed(now time.Time) { m.at(now).failed++ }

// steps are the widths that a column of the picture may have.
var steps = []time.Duration{
	minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 7 * 24 * time.Hour, 28 * 24 * time.Hour,
}

// picture is what happened in each column, from a time on.
type picture struct {
	from           time.Time
	step           time.Duration
	opened, failed []int64
}

// picture returns as many columns as fit, at most so many, or false if nothing
// happened.
func (m *minutes) picture(most int) (picture, bool) {
	if len(m.all) == 0 {
		return picture{}, false
	}
	first, last := int64(1)<<62, int64(-1)<<62
	for index := range m.all {
		first, last = min(first, index), max(last, index)
	}
	step := int64(1)
	fits := func(s time.Duration) bool {
		step = int64(s / minute)
		return last/step-first/step < int64(most)
	}
	if !slices.ContainsFunc(steps, fits) {
		step = (last-first)/int64(most-1) + 1
	}
	begin := first / step
	columns := last/step - begin + 1
	p := picture{
		from: time.Unix(begin*step*int64(minute.Seconds()), 0).UTC(), step: time.Duration(step) * minute,
		opened: make([]int64, columns), failed: make([]int64, columns),
	}
	for index, h := range m.all {
		p.opened[index/step-begin] += h.opened
		p.failed[index/step-begin] += h.failed
	}
	return p, true
}

// bars are the heights of a column, of eight; nothing is a space.
var bars = []rune(" ▁▂▃▄▅▆▇█")

// spark draws numbers in a line. The least that is not nothing can be seen.
func spark(numbers []int64) string {
	most := slices.Max(numbers)
	line := make([]rune, len(numbers))
	for i, n := range numbers {
		height := 0
		if n > 0 {
			height = int((n*int64(len(bars)-1) + most - 1) / most)
		}
		line[i] = bars[height]
	}
	return string(line)
}
