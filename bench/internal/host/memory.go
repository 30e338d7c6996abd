package host

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// PeakRSS is the most resident memory that a process ever had, in bytes. Its
// descendants are not counted.
func PeakRSS(pid int) (int64, error) {
	kib, _, _ := strings.Cut(value(fmt.Sprintf("/proc/%d/status", pid), "VmHWM", ":"), " ")
	n, err := strconv.ParseInt(kib, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("host: peak memory of process %d: %w", pid, err)
	}
	return n << 10, nil
}

// TCPMemory is what the kernel holds for all TCP sockets of the machine, in
// bytes: those of servers, clients and everybody else.
func TCPMemory() (int64, error) {
	text, err := os.ReadFile("/proc/net/sockstat")
	if err != nil {
		return 0, fmt.Errorf("host: %w", err)
	}
	return parseSockstat(string(text))
}

// parseSockstat finds the number of pages.
//
//	TCP: inuse 3 orphan 0 tw 0 alloc 5 mem 141
func parseSockstat(text string) (int64, error) {
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if n := len(fields); n > 2 && fields[0] == "TCP:" && fields[n-2] == "mem" {
			pages, err := strconv.ParseInt(fields[n-1], 10, 64)
			return pages * int64(os.Getpagesize()), err
		}
	}
	return 0, fmt.Errorf("host: no memory of TCP in %q", text)
}

// SocketMemory is the part of that which the kernel holds for a server's own ends
// of its connections: what was received and not read, or written and not yet
// acknowledged. It asks ss(8) of Debian's iproute2.
func SocketMemory(addr string) (int64, error) {
	out, err := exec.Command("ss", "-tmnH", "src", addr).Output()
	if err != nil {
		return 0, fmt.Errorf("host: ss: %w", err)
	}
	return parseSkmem(string(out)), nil
}

// skmem is what ss says of a socket; ss(8) has the names.
//
//	skmem:(r0,rb131072,t0,tb46080,f2048,w14336,o0,bl0,d0)
var skmem = regexp.MustCompile(`skmem:\(r(\d+),rb\d+,t\d+,tb\d+,f(\d+),w(\d+),`)

// parseSkmem adds up what is received, set aside and queued for sending.
func parseSkmem(text string) (bytes int64) {
	for _, socket := range skmem.FindAllStringSubmatch(text, -1) {
		for _, figure := range socket[1:] {
			n, _ := strconv.ParseInt(figure, 10, 64) // digits
			bytes += n
		}
	}
	return bytes
}
