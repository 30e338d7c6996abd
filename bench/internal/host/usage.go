package host

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Usage is what a process and its descendants have used by one moment.
type Usage struct {
	At  time.Time
	CPU time.Duration // user and system time since their start
	RSS int64         // resident memory now, in bytes; a page that two of them share counts twice
}

// UsageOf reads what pid and its descendants have used. The time that the kernel
// spends on a packet in softirq is in it as far as the kernel charges it to the
// process, which it does for what a write to a loopback socket sets off.
func UsageOf(pid int) (Usage, error) {
	stats, err := allStats()
	if err != nil {
		return Usage{}, err
	}
	if _, ok := stats[pid]; !ok {
		return Usage{}, fmt.Errorf("host: process %d is gone", pid)
	}
	u := Usage{At: time.Now()} // after the slow part: the clocks are read at once
	for _, p := range family(stats, pid) {
		cpu, err := cpuTime(p)
		if err != nil {
			return Usage{}, err
		}
		u.CPU += cpu
		u.RSS += stats[p].rss
	}
	return u, nil
}

// cpuTime reads the CPU clock of a process, which counts the nanoseconds of all
// its threads, of those that have ended too. /proc/PID/stat shows the same time
// in ticks of 10 ms, too coarse for 100 streams.
func cpuTime(pid int) (time.Duration, error) {
	const scheduled = 2 // CPUCLOCK_SCHED; clock_getcpuclockid(3) builds the id this way
	var t unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|scheduled), &t); err != nil {
		return 0, fmt.Errorf("host: CPU clock of process %d: %w", pid, err)
	}
	return time.Duration(t.Nano()), nil
}

// stat is what we take from one /proc/PID/stat.
type stat struct {
	parent int
	rss    int64 // bytes
}

func allStats() (map[int]stat, error) {
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	stats := make(map[int]stat, len(files))
	for _, file := range files {
		line, err := os.ReadFile(file)
		if err != nil {
			continue // it ended meanwhile
		}
		pid, s, err := parseStat(line)
		if err != nil {
			return nil, fmt.Errorf("host: %s: %w", file, err)
		}
		stats[pid] = s
	}
	return stats, nil
}

// parseStat reads a line of /proc/PID/stat; proc_pid_stat(5) numbers the fields
// from 1. The second is the command in parentheses, which may hold anything.
//
//	4711 (a) b) S 1 … rss …
func parseStat(line []byte) (pid int, s stat, err error) {
	open, end := bytes.IndexByte(line, '('), bytes.LastIndexByte(line, ')')
	if open < 0 || end < open {
		return 0, s, fmt.Errorf("no command in %q", line)
	}
	const third = 3
	rest := strings.Fields(string(line[end+1:]))
	if len(rest) <= 24-third {
		return 0, s, fmt.Errorf("too few fields in %q", line)
	}
	number := func(field int) int64 {
		n, numberErr := strconv.ParseInt(rest[field-third], 10, 64)
		if numberErr != nil {
			err = numberErr
		}
		return n
	}
	s.parent = int(number(4))
	s.rss = number(24) * int64(os.Getpagesize())
	pid, pidErr := strconv.Atoi(strings.TrimSpace(string(line[:open])))
	if pidErr != nil {
		err = pidErr
	}
	return pid, s, err
}

// family lists pid and all its descendants.
func family(stats map[int]stat, pid int) []int {
	pids := []int{pid}
	for i := 0; i < len(pids); i++ {
		for p, s := range stats {
			if s.parent == pids[i] {
				pids = append(pids, p)
			}
		}
	}
	return pids
}
