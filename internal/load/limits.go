package load

import (
	"fmt"
	"os"
	"syscall"
)

// reserved is how many files a process needs besides its clients' connections: standard streams,
// pipes, the poller, its own event and what the Go runtime opens at times.
const reserved = 32

// checkLimits tells whether the system lets so many connections be made. Over HTTP/2 many streams
// share a connection, so neither limit is near.
func (c Config) checkLimits() error {
	if c.Protocol != "http1" {
		return nil
	}
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err == nil {
		if err := c.checkFiles(files.Cur); err != nil {
			return err
		}
	}
	if ports := localPorts(); ports > 0 {
		return c.checkPorts(ports)
	}
	return nil
}

func (c Config) checkFiles(limit uint64) error {
	fit := uint64(0)
	if limit > reserved {
		fit = limit - reserved
	}
	if each := uint64(c.share(0)); each > fit {
		advice := "raise it"
		if fit > 0 {
			advice = fmt.Sprintf("raise it, or use --processes %d", (uint64(c.Clients)+fit-1)/fit)
		}
		return invalid("the open-file limit of %d (RLIMIT_NOFILE, ulimit -n) leaves room for %d clients in a process, not %d: %s",
			limit, fit, each, advice)
	}
	return nil
}

// checkPorts: connections from one address to one server differ in the local port alone.
func (c Config) checkPorts(ports int) error {
	sources := max(len(c.SourceAddresses), 1)
	if fit := sources * ports; c.Clients > fit {
		return invalid("the system has %d local ports (net.ipv4.ip_local_port_range), so %d source address(es) can have %d clients, not %d: use --source-addresses %d",
			ports, sources, fit, c.Clients, (c.Clients+ports-1)/ports)
	}
	return nil
}

// localPorts is how many ports the system chooses from, 0 if it does not say.
func localPorts() int {
	var first, last int
	text, err := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range")
	if err != nil {
		return 0
	}
	if n, _ := fmt.Sscan(string(text), &first, &last); n != 2 || last < first {
		return 0
	}
	return last - first + 1
}

// share is the number of clients of one of the processes.
func (c Config) share(process int) int {
	return (c.Clients - process + c.Processes - 1) / c.Processes
}
