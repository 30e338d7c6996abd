// Package host is what the benchmark knows about the machine: processes that
// it starts on one core and stops again, what they cost, and the facts that
// belong beside a figure.
//
// A [Process] is stopped by whoever started it. A [Usage] is that of a process
// and all its descendants at one moment, so a server of several processes is
// charged for each of them.
package host
