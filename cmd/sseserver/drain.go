package main

import (
	"context"
	"os"
	"time"

	"sseserver/broker"
	"sseserver/internal/logs"
)

// closingGrace is how long the end of the last streams may take, once they were
// told to end; a client that blocks its stream's last write loses it then.
const closingGrace = 3 * time.Second

// cutOffGrace is how long it may take to notice that.
const cutOffGrace = 2 * time.Second

// drain ends the program in order: refuse new work, let streams finish, end the
// rest and the bodies of producers, close the listeners. Another signal to stop ends
// it at once.
func (pr *program) drain(signal os.Signal, asked signals) (code int, insisted bool) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	logger := pr.output.Logger.Named("server")
	pr.api.Drain()
	noWait, ended := context.WithCancel(ctx)
	ended()
	_ = pr.broker.Drain(noWait) // new work is refused before the log says so; endStreams waits
	logs.ServerShutdownStarted.Log(logger, logs.Signal(signal.String()), logs.ActiveStreams(pr.api.Streams()))

	drained := make(chan int, 1)
	go func() { drained <- pr.endStreams(ctx) }() // ends with ctx; received from below, or abandoned with the process
	for {
		select {
		case remaining := <-drained:
			pr.api.LogRejections()
			if remaining > 0 {
				logs.ServerShutdownForced.Log(logger, logs.Remaining(remaining))
			}
			return exitOK, false
		case <-asked.hangup:
			pr.output.Reopen()
		case <-asked.stop:
			logs.ServerShutdownForced.Log(logger, logs.Remaining(pr.api.Streams()))
			return exitFailed, true
		}
	}
}

// tellEnd says that all has ended since the signal came, and what there was since the
// start.
func (pr *program) tellEnd(signaled time.Time) {
	logs.ServerShutdownCompleted.Log(pr.output.Logger.Named("server"), logs.DurationMS(time.Since(signaled)),
		logs.MessagesStored(pr.stats().MessagesStored), logs.Counts(pr.metrics.Account()))
}

// endStreams waits for the running streams, ends those that do not finish in
// time, and shuts the servers down. It returns how many streams had to be cut
// off without an ending.
func (pr *program) endStreams(ctx context.Context) (remaining int) {
	patience, cancel := context.WithTimeout(ctx, pr.config.Drain)
	defer cancel()
	if pr.broker.Drain(patience) != nil {
		_, _ = pr.broker.EndStreams(ctx, broker.ErrShuttingDown)
	}

	pr.api.EndBodies()
	grace, cancel := context.WithTimeout(ctx, closingGrace)
	defer cancel()
	// Shutdown waits for plain requests and idle connections, Wait for streams.
	shutdown := pr.public.server.Shutdown(grace)
	waited := pr.api.Wait(grace)
	if shutdown != nil || waited != nil {
		remaining = pr.api.Streams()
		pr.api.Close()
		cutOff, cancel := context.WithTimeout(ctx, cutOffGrace) // for their last lines in the log
		defer cancel()
		_ = pr.api.Wait(cutOff)
		_ = pr.public.server.Close()
	}
	return remaining
}
