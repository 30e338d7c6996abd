// Command bench compares this server with others on the same work, and with the
// kernel's own cost of it. README.md says what is measured and how; run is the
// script that builds and starts it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	os.Exit(bench(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// Exit codes.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130
)

// bench runs the benchmark that the arguments ask for and prints its tables.
func bench(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) > 0 {
		switch args[0] {
		case attackCommand:
			return exit(ctx, attackWith(ctx, args[1:], stdout, stderr), stderr)
		case soakCommand:
			return exit(ctx, soakWith(ctx, args[1:], stdout, stderr), stderr)
		}
	}
	o, err := parse(args, stderr)
	if err != nil {
		fmt.Fprintln(stderr, "bench:", err)
		return exitUsage
	}
	if o.list {
		o.printList(stdout)
		return exitOK
	}
	if o.help {
		return exitOK
	}
	results, err := measure(ctx, o, stderr)
	if err == nil {
		err = publish(o, results, stdout)
	}
	return exit(ctx, err, stderr)
}

// exit tells what went wrong, if anything did, and gives it an exit code.
func exit(ctx context.Context, err error, stderr io.Writer) int {
	switch {
	case err == nil:
		return exitOK
	case ctx.Err() != nil:
		fmt.Fprintln(stderr, "bench: interrupted; everything that was started has been ended")
		return exitInterrupted
	case errors.Is(err, errUsage):
		fmt.Fprintln(stderr, "bench:", err)
		return exitUsage
	default:
		fmt.Fprintln(stderr, "bench:", err)
		return exitFailed
	}
}
