package host

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of the times in /proc/stat: USER_HZ, which is 100 on every
// architecture that Go runs on.
const tick = 10 * time.Millisecond

// BusyTime is how long a core has not been idle since the machine started,
// counting what the hypervisor took from it.
func BusyTime(core int) (time.Duration, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, fmt.Errorf("host: %w", err)
	}
	return parseBusy(string(text), core)
}

// parseBusy reads /proc/stat; proc_stat(5) has the fields:
//
//	cpu0 user nice system idle iowait irq softirq steal guest guest_nice
//
// Guest time is in user time already.
func parseBusy(text string, core int) (busy time.Duration, err error) {
	name := "cpu" + strconv.Itoa(core)
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) < 9 || fields[0] != name {
			continue
		}
		for i, field := range fields[1:9] {
			const idle, iowait = 3, 4
			n, err := strconv.ParseInt(field, 10, 64)
			if err != nil {
				return 0, fmt.Errorf("host: /proc/stat: %w", err)
			}
			if i != idle && i != iowait {
				busy += time.Duration(n) * tick
			}
		}
		return busy, nil
	}
	return 0, fmt.Errorf("host: /proc/stat has no core %d", core)
}
