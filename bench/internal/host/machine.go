package host

import (
	"bufio"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

// Machine is what belongs beside every figure.
type Machine struct {
	CPU       string `json:"cpu"`
	Cores     int    `json:"cores"`
	MemoryMiB int64  `json:"memory_mib"`
	Kernel    string `json:"kernel"`
	System    string `json:"system"`
	OpenFiles uint64 `json:"open_files"` // the most that one process may have
}

// ThisMachine reads what /proc and /etc tell; what they do not stays empty.
func ThisMachine() Machine {
	m := Machine{
		CPU:    value("/proc/cpuinfo", "model name", ":"),
		Cores:  runtime.NumCPU(),
		System: value("/etc/os-release", "PRETTY_NAME", "="),
	}
	kib, _, _ := strings.Cut(value("/proc/meminfo", "MemTotal", ":"), " ")
	if n, err := strconv.ParseInt(kib, 10, 64); err == nil {
		m.MemoryMiB = n >> 10
	}
	if release, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		m.Kernel = strings.TrimSpace(string(release))
	}
	var files syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files) == nil {
		m.OpenFiles = files.Max
	}
	return m
}

// value finds the first line "key SEPARATOR value" of a file.
func value(file, key, separator string) string {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		k, v, found := strings.Cut(lines.Text(), separator)
		if found && strings.TrimSpace(k) == key {
			return strings.Trim(strings.TrimSpace(v), `"`)
		}
	}
	return ""
}
