// Command sseserver streams messages as Server-Sent Events.
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	signals := make(chan os.Signal, 2) // room for the one that stops and the one that insists
	// A reader of the log or of standard output that goes away is no reason to end:
	// the write fails, and that is all.
	signal.Ignore(syscall.SIGPIPE)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	os.Exit(run(process{
		args:    os.Args[1:],
		env:     os.LookupEnv,
		stdin:   os.Stdin,
		stdout:  os.Stdout,
		stderr:  os.Stderr,
		signals: signals,
	}))
}
