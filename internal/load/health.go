package load

import (
	"fmt"
	"runtime"
	"syscall"
	"time"

	"sseserver/internal/load/measure"
)

// Limits beyond which a run says more about the generator than about the server.
const (
	maxCPUShare           = 0.80
	DefaultGeneratorLimit = probeInterval // on the p99 of the probe
)

// Health is what a worker knows of its own condition in the steady window.
type Health struct {
	CPU   time.Duration `json:"cpu"`   // processor time used
	Wall  time.Duration `json:"wall"`  // length of what was measured of the window
	Procs int           `json:"procs"` // threads that may run Go code at once (GOMAXPROCS)
	CPUs  int           `json:"cpus"`  // processors that the process may run on (its affinity)

	Starved uint64 `json:"starved"` // connections that it could not make, for want of files or ports, at any time
}

func newHealth() Health { return Health{Procs: runtime.GOMAXPROCS(0), CPUs: runtime.NumCPU()} }

// Merge adds another worker on the same machine.
func (h *Health) Merge(from Health) {
	h.CPU += from.CPU
	h.Wall = max(h.Wall, from.Wall)
	h.Procs += from.Procs
	h.CPUs = max(h.CPUs, from.CPUs)
	h.Starved += from.Starved
}

// Cores is how many processors the generator could use.
func (h Health) Cores() int { return max(min(h.Procs, h.CPUs), 1) }

// CPUShare is how much of them it did use, from 0 to 1.
func (h Health) CPUShare() float64 {
	if h.Wall <= 0 {
		return 0
	}
	return h.CPU.Seconds() / h.Wall.Seconds() / float64(h.Cores())
}

// Complaints are the reasons not to trust the run, none if it is valid. The
// limit is that on the p99 of the probe. Those about its speed look at the
// steady window only, so a run that did not get there has none of them.
func (h Health) Complaints(d *measure.Distributions, limit time.Duration) (complaints []string) {
	if share := h.CPUShare(); share > maxCPUShare {
		complaints = append(complaints, fmt.Sprintf("the generator used %.0f %% of its %d core(s), over %.0f %%: give it more, or use fewer clients",
			100*share, h.Cores(), 100*maxCPUShare))
	}
	if late := time.Duration(d.In(measure.Probe, measure.Steady).ValueAtPercentile(99)) * time.Microsecond; late > limit {
		complaints = append(complaints, fmt.Sprintf("the generator's own event every %d ms was late, p99 %.1f ms, over %v: its machine is too busy to measure",
			probeInterval.Milliseconds(), late.Seconds()*1000, limit))
	}
	if h.Starved > 0 {
		complaints = append(complaints, fmt.Sprintf("the generator had no files or ports left for %d connection(s): "+
			"raise the limit of open files, use --processes or --source-addresses, or a lower load", h.Starved))
	}
	return complaints
}

// processorTime is what this process has used since it began.
func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
