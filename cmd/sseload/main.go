// Command sseload loads a server of Server-Sent Events with very many clients
// and measures what becomes of each event.
package main

import (
	"io"
	"log"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

// garbage is the percentage by which the heap may grow before it is collected
// (GOGC). It is low: a client that only reads allocates nothing, so memory
// counts for more than the work of collecting.
const garbage = 25

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
	// net/http logs what it finds odd about a server, such as an answer that
	// nobody asked for. Standard error is for our own lines, and what an oddity
	// does to the run is in the report.
	log.SetOutput(io.Discard)
	signals := make(chan os.Signal, 2) // room for two that come together
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	os.Exit(run(process{
		args:    os.Args[1:],
		stdin:   os.Stdin,
		stdout:  os.Stdout,
		stderr:  os.Stderr,
		signals: signals,
		rest:    rest,
	}))
}
