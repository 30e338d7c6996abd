package host

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Usage is what a process and its descendants have used by one moment.
type Usage struct {
	At  time.Time
	CPU time.Duration // user and system time since their start
	RSS int64         // resident memory now, in bytes; a page that two of them share counts twice
}

// tick is the unit of CPU time in /proc: USER_HZ, which is 100 on every
// architecture that Go runs on.
const tick = 10 * time.Millisecond

// UsageOf reads /proc for pid and its descendants. The time that the kernel
// spends on a packet in softirq is in it as far as the kernel charges it to the
// process, which it does for what a write to a loopback socket sets off.
func UsageOf(pid int) (Usage, error) {
	u := Usage{At: time.Now()}
	stats, err := allStats()
	if err != nil {
		return u, err
	}
	if _, ok := stats[pid]; !ok {
		return u, fmt.Errorf("host: process %d is gone", pid)
	}
	for _, p := range family(stats, pid) {
		u.CPU += stats[p].cpu
		u.RSS += stats[p].rss
	}
	return u, nil
}

// stat is what we take from one /proc/PID/stat.
type stat struct {
	parent int
	cpu    time.Duration
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
//	4711 (a) b) S 1 … utime stime … rss …
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
	s.cpu = time.Duration(number(14)+number(15)) * tick
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
