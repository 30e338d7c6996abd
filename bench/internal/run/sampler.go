package run

import (
	"sync"
	"time"

	"sseserver/bench/internal/host"
)

// samplePause is the time between two readings of /proc.
const samplePause = 200 * time.Millisecond

// reading is what a server's process and its core have used by one moment.
type reading struct {
	host.Usage
	core time.Duration // by anybody
}

func read(pid, core int) (r reading, err error) {
	if r.Usage, err = host.UsageOf(pid); err != nil {
		return r, err
	}
	r.core, err = host.BusyTime(core)
	return r, err
}

// sampler reads from time to time, until stop.
type sampler struct {
	quit chan struct{}
	done sync.WaitGroup
	all  readings // to be read after done
}

func sample(pid, core int) *sampler {
	s := &sampler{quit: make(chan struct{})}
	s.done.Go(func() {
		ticks := time.NewTicker(samplePause)
		defer ticks.Stop()
		for {
			if r, err := read(pid, core); err == nil {
				s.all = append(s.all, r)
			}
			select {
			case <-ticks.C:
			case <-s.quit:
				return
			}
		}
	})
	return s
}

func (s *sampler) stop() readings {
	close(s.quit)
	s.done.Wait()
	return s.all
}

// readings are in the order of time.
type readings []reading

// cpu is the CPU time that the process used between two moments.
func (r readings) cpu(from, to time.Time) time.Duration {
	used := func(one reading) time.Duration { return one.CPU }
	return r.at(to, used) - r.at(from, used)
}

// others is the time between two moments that the core spent on anything else:
// other processes, the kernel's own threads, and what the hypervisor took.
func (r readings) others(from, to time.Time) time.Duration {
	others := func(one reading) time.Duration { return one.core - one.CPU }
	return max(r.at(to, others)-r.at(from, others), 0)
}

// at is a value at a moment: on the line between the readings before and after.
func (r readings) at(moment time.Time, value func(reading) time.Duration) time.Duration {
	for i, after := range r {
		if after.At.Before(moment) {
			continue
		}
		if i == 0 {
			return value(after)
		}
		before := r[i-1]
		part := float64(moment.Sub(before.At)) / float64(after.At.Sub(before.At))
		return value(before) + time.Duration(part*float64(value(after)-value(before)))
	}
	if len(r) == 0 {
		return 0
	}
	return value(r[len(r)-1])
}

// rss is the most memory between two moments, in bytes.
func (r readings) rss(from, to time.Time) (most int64) {
	for _, one := range r {
		if !one.At.Before(from) && !one.At.After(to) {
			most = max(most, one.RSS)
		}
	}
	return most
}
