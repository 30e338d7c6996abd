// Command cluster starts several nodes of the server, and the engines that they
// keep their messages in, on this machine. Beside it are the files that start the
// same with containers; README.md tells of both.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"sseserver/internal/cluster/engine"
)

// engineArg makes the program one of its engines; the path of a configuration
// follows.
const engineArg = "engine"

func main() {
	if len(os.Args) == 3 && os.Args[1] == engineArg {
		fmt.Fprintln(os.Stderr, engine.Run(os.Args[2]))
		os.Exit(exitFailed)
	}
	signals := make(chan os.Signal, 2) // room for the one that stops and the one that insists
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // as nohup does
		signal.Notify(signals, syscall.SIGHUP)
	}
	// Neither a reader that goes away nor a terminal that is another program's is a
	// reason to end, or to stand still.
	signal.Ignore(syscall.SIGPIPE, syscall.SIGTTIN)
	os.Exit(run(process{
		args:    os.Args[1:],
		stdin:   os.Stdin,
		stdout:  os.Stdout,
		stderr:  os.Stderr,
		signals: signals,
	}))
}
