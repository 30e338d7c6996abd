package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"sseserver/internal/load"
	"sseserver/internal/load/report"
)

// process is what the program gets from the system, so that a test can be it.
type process struct {
	args           []string // without the program's name
	stdin          io.Reader
	stdout, stderr io.Writer
	signals        <-chan os.Signal      // the first ends the run, one after oneSignal the program
	rest           func(context.Context) // lets a server notice that the clients of a run have gone
}

// Exit codes, besides those of report.Outcome.
const (
	exitOK          = 0
	exitError       = 1   // the run could not be made, or not be finished
	exitConfig      = 104 // the configuration is not valid
	exitInterrupted = 105 // stopped before there was anything to report
)

// oneSignal is the time within which further signals are the same one: timeout(1)
// and terminals send it to a program and to its process group.
const oneSignal = time.Second

// run is the whole program; it returns the exit code.
func run(p process) int {
	ctx, interrupt := context.WithCancel(context.Background())
	defer interrupt()
	finished := make(chan int, 1) // room, since after a second signal nobody receives
	go func() { finished <- p.command(ctx) }()
	return p.await(finished, interrupt)
}

// await waits for the exit code of the command, or for somebody who insists.
func (p process) await(finished <-chan int, interrupt func()) int {
	var first time.Time // of the signals
	for {
		select {
		case code := <-finished:
			return code
		case <-p.signals:
			switch {
			case first.IsZero():
				first = time.Now()
				interrupt()
			case time.Since(first) >= oneSignal:
				return exitInterrupted // what still runs ends with the program
			}
		}
	}
}

// command does what the command line asks for.
func (p process) command(ctx context.Context) int {
	asked, err := parse(p.args, p.stdout)
	if err != nil {
		return p.fail(exitConfig, err)
	}
	switch asked.action {
	case doRun:
		if len(asked.findLimit) > 0 {
			return p.findLimit(ctx, asked)
		}
		return p.load(ctx, asked)
	case doCompare:
		return p.compare(asked)
	case doMerge:
		return p.merge(asked)
	case doSchema:
		_, err = p.stdout.Write(report.Schema())
	case doWork:
		err = load.Serve(context.WithoutCancel(ctx), p.stdin, p.stdout) // its parent tells it when to stop
	}
	if err != nil {
		return p.fail(exitError, err)
	}
	return exitOK
}

func (p process) fail(code int, err error) int {
	fmt.Fprintln(p.stderr, "sseload:", err)
	return code
}

// load makes the run and reports it.
func (p process) load(ctx context.Context, asked request) int {
	outputs, err := p.create(asked.forms)
	if err != nil {
		return p.fail(exitConfig, err)
	}
	defer outputs.close()
	r, err := p.measure(ctx, asked, asked.config)
	switch {
	case err != nil && ctx.Err() != nil:
		return p.fail(exitInterrupted, errors.New("interrupted before the run began"))
	case errors.Is(err, load.ErrConfig):
		return p.fail(exitConfig, err)
	case err != nil:
		return p.fail(exitError, err)
	}
	if err := outputs.write(r); err != nil {
		return p.fail(exitError, err)
	}
	return r.ExitCode
}

// measure makes one run. An error that wraps load.ErrConfig is the caller's
// fault.
func (p process) measure(ctx context.Context, asked request, c load.Config) (*report.Report, error) {
	progress := newProgress(p.stderr, c.Crowd(), c.Scheduled())
	defer progress.clear()
	live := newLive(c.Processes, progress)
	if asked.metricsAddr != "" {
		metrics := newMetrics(c.Processes)
		stop, err := metrics.serve(asked.metricsAddr, p.stderr)
		if err != nil {
			return nil, badConfig{err}
		}
		defer stop()
		live.watchers = append(live.watchers, metrics)
	}
	result, err := load.Run(ctx, c, load.Watch{Phase: live.phase, Tick: live.tick})
	if err != nil {
		return nil, err
	}
	return report.New(result, generator()), nil
}

// badConfig is an error that is the caller's fault, as load.ErrConfig is.
type badConfig struct{ error }

func (badConfig) Is(target error) bool { return target == load.ErrConfig }
