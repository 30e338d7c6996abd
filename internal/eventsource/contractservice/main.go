// Contractservice lets an outside contract suite drive package eventsource over
// HTTP.
//
// It is a test service in the sense of launchdarkly/sse-contract-tests, whose
// document docs/service_spec.md defines the calls. The suite opens streams
// through it, plays the server itself, and is told of every event, comment and
// error. To run the suite against it:
//
//	go run ./internal/eventsource/contractservice -addr 127.0.0.1:8000
//	sse-contract-tests -url http://127.0.0.1:8000
//
// With -poll the client reads as the load generator does, see
// eventsource.Transport.Poll. Streams that wait for the suite hold up others
// then, but the suite has one at a time. All 193 tests of the suite passed both
// ways, in the state of its version 2.31.1 with the sizes of payloads that came
// after it, up to 128 MiB. The client no longer offers the optional restart, so
// the suite skips its tests.
//
// It serves tests only: whoever reaches its address can make it connect
// anywhere.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"

	"sseserver/internal/eventsource"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stderr))
}

// run serves until ctx ends or a client stops the service, and returns the exit
// code.
func run(ctx context.Context, args []string, stderr io.Writer) int {
	flags := flag.NewFlagSet("contractservice", flag.ContinueOnError)
	flags.SetOutput(stderr)
	addr := flags.String("addr", "127.0.0.1:8000", "address to listen on")
	poll := flags.Bool("poll", false, "read the streams with a poller")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		fmt.Fprintln(stderr, "contractservice:", err)
		return 1
	}
	fmt.Fprintf(stderr, "contractservice: listening on http://%s\n", listener.Addr())

	ctx, stop := context.WithCancel(ctx)
	defer stop()
	s := newService(ctx, stop, &eventsource.Transport{Poll: *poll})
	server := &http.Server{Handler: s.handler()}
	answered := make(chan struct{}) // closed when the last request has its answer
	context.AfterFunc(ctx, func() {
		_ = server.Shutdown(context.WithoutCancel(ctx))
		close(answered)
	})
	err = server.Serve(listener)
	stop()
	<-answered
	s.streams.Wait()
	if !errors.Is(err, http.ErrServerClosed) {
		fmt.Fprintln(stderr, "contractservice:", err)
		return 1
	}
	return 0
}
