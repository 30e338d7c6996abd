package load

import (
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"syscall"
)

// reserved is how many files a process needs besides its clients' connections:
// standard streams, pipes, the poller, its own event and what the Go runtime
// opens at times.
const reserved = 32

// checkLimits tells whether the system lets so many connections be made. Over
// HTTP/2 many streams share a connection, so neither limit is near. How many
// are open at a time when clients arrive and go depends on the server, so a
// limit is only known when it is met: see Health.Starved.
func (c Config) checkLimits() error {
	if c.Protocol != "http1" || c.Arrivals > 0 {
		return nil
	}
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err == nil {
		if err := c.checkFiles(files.Cur); err != nil {
			return err
		}
	}
	return c.checkPorts(localPorts())
}

func (c Config) checkFiles(limit uint64) error {
	fit, keep := uint64(0), uint64(reserved)
	if c.Publish.on() {
		keep += uint64(maxInFlight)
	}
	if c.Live.On {
		keep += uint64(c.liveShare(0)) // its producers
	}
	if limit > keep {
		fit = limit - keep
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

// checkPorts: connections from one address to one server differ in the local
// port alone.
func (c Config) checkPorts(ports int) error {
	sources, clients := max(len(c.SourceAddresses), 1), c.busiest()
	if fit := sources * ports; ports > 0 && clients > fit {
		return invalid("the system has %d local ports (net.ipv4.ip_local_port_range), so %d source address(es) can have %d clients of one server, not %d: use --source-addresses %d",
			ports, sources, fit, clients, (clients+ports-1)/ports)
	}
	return nil
}

// busiest is how many clients begin at one server, at most.
func (c Config) busiest() int {
	targets := c.targets()
	if len(targets) == 0 {
		return c.Clients // not valid, and told so
	}
	connections := c.Clients + c.Live.Messages // producers have theirs
	hosts, most := map[string]int{}, 0
	for _, target := range targets {
		host := target // each its own, as far as one knows
		if u, err := url.Parse(target); err == nil {
			host = u.Host
		}
		hosts[host]++
		most = max(most, hosts[host])
	}
	return (connections*most + len(targets) - 1) / len(targets)
}

// withSources spreads many clients of a server on the loopback network over
// several of its addresses. Linux gives a connection an odd port as long as
// there is one free, and looks through all of them before it takes an even one,
// so beyond half of the ports each connection costs milliseconds.
func (c Config) withSources(ports int) Config {
	if len(c.SourceAddresses) > 0 || c.Protocol != "http1" || ports == 0 || slices.ContainsFunc(c.targets(), elsewhere) {
		return c
	}
	each := max(ports*2/5, 1) // somewhat less than half, since closed connections keep their port for a while
	if n := (c.busiest() + each - 1) / each; n > 1 {
		c.SourceAddresses = Loopback(min(n, MaxLoopback))
	}
	return c
}

// elsewhere tells whether an address is not on the loopback network, for IPv4.
func elsewhere(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return true
	}
	host, err := netip.ParseAddr(u.Hostname())
	return err != nil || !host.Is4() || !host.IsLoopback()
}

// MaxLoopback is the most addresses that Loopback gives.
const MaxLoopback = 254

// Loopback is the addresses 127.0.0.1 to 127.0.0.n.
func Loopback(n int) (list []netip.Addr) {
	for i := range n {
		list = append(list, netip.AddrFrom4([4]byte{127, 0, 0, byte(i + 1)}))
	}
	return list
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
