package host

import (
	"os"
	"slices"
	"testing"
	"time"
)

func TestParseStat(t *testing.T) {
	// The command may hold spaces and parentheses.
	line := "4711 (a) (b) S 42 4711 4711 0 -1 4194560 1 2 3 4 150 275 9 9 20 0 1 0 100 2048000 321 18446744073709551615 1\n"
	pid, s, err := parseStat([]byte(line))
	want := stat{parent: 42, rss: 321 * int64(os.Getpagesize())}
	if err != nil || pid != 4711 || s != want {
		t.Errorf("got %d, %+v, %v; want 4711, %+v", pid, s, err, want)
	}
}

func TestParseStatRefuses(t *testing.T) {
	for _, line := range []string{"", "4711 a S 1", "4711 (a) S 1 2 3", "x (a) S 42 0 0 0 0 0 0 0 0 0 0 1 2 0 0 0 0 0 0 0 0 3 0"} {
		if pid, s, err := parseStat([]byte(line)); err == nil {
			t.Errorf("%q: got %d, %+v; want an error", line, pid, s)
		}
	}
}

func TestFamily(t *testing.T) {
	stats := map[int]stat{1: {}, 10: {parent: 1}, 11: {parent: 10}, 12: {parent: 11}, 20: {parent: 1}}
	got := family(stats, 10)
	slices.Sort(got)
	if want := []int{10, 11, 12}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestParseBusy(t *testing.T) {
	text := "cpu  9 9 9 9 9 9 9 9 0 0\ncpu0 100 1 20 5000 300 2 3 4 50 0\ncpu1 1 1 1 1 1 1 1 1 0 0\nintr 5\n"
	if got, err := parseBusy(text, 0); err != nil || got != 1300*time.Millisecond {
		t.Errorf("core 0: got %v, %v; want 1.3s", got, err)
	}
	if got, err := parseBusy(text, 2); err == nil {
		t.Errorf("core 2: got %v, want an error", got)
	}
}

// The test is a process of its own that one can look at. Its CPU clock moves by
// less than the ticks that /proc has.
func TestUsageOf(t *testing.T) {
	before, err := UsageOf(os.Getpid())
	if err != nil || before.RSS <= 0 || before.CPU <= 0 || before.CPU%tick == 0 {
		t.Errorf("got %+v, %v; want some memory, and CPU time in nanoseconds", before, err)
	}
	if after, err := UsageOf(os.Getpid()); err != nil || after.CPU <= before.CPU || !after.At.After(before.At) {
		t.Errorf("got %+v after %+v, %v; want more CPU time", after, before, err)
	}
	if u, err := UsageOf(1 << 22); err == nil { // pid_max is at most that
		t.Errorf("no such process: got %+v, want an error", u)
	}
}

func TestCPUTimeOfNobody(t *testing.T) {
	if cpu, err := cpuTime(1 << 22); err == nil {
		t.Errorf("got %v, want an error", cpu)
	}
}
