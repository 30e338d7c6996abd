package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"time"

	"sseserver/bench/internal/field"
	"sseserver/bench/internal/host"
	"sseserver/bench/internal/report"
	"sseserver/bench/internal/run"
)

// measure prepares the servers and runs all scenarios. Whatever it started or
// made is gone when it returns, but for Go's and npm's caches.
func measure(ctx context.Context, o options, stderr io.Writer) (report.Results, error) {
	results := report.Results{Date: time.Now().UTC(), Command: o.command, Machine: host.ThisMachine()}
	if cores := runtime.NumCPU(); max(o.serverCore, o.clientCore) >= cores {
		return results, usage("this machine has %d cores, and two are needed", cores)
	}
	dir, err := os.MkdirTemp("", "sseserver-bench-")
	if err != nil {
		return results, err
	}
	defer os.RemoveAll(dir)
	repo, err := repository()
	if err != nil {
		return results, err
	}
	progress := log.New(stderr, "", log.Ltime)
	o.estimate(progress)
	self, err := os.Executable()
	if err != nil {
		return results, err
	}
	b := &run.Bench{ClientCore: o.clientCore, Attacker: []string{self, attackCommand}, Workshop: &field.Workshop{
		Repo: repo, Dir: dir, Core: o.serverCore, Files: results.Machine.OpenFiles, Log: progress,
	}}
	if results.Servers, err = prepare(ctx, b, o.servers); err != nil {
		return results, err
	}
	if err := moveTo(o.clientCore); err != nil {
		return results, err
	}
	for i, s := range o.scenarios {
		progress.Printf("%s: about %s min; %s min left in all", s.Name, minutes(o.expected(s)), minutes(o.left(i)))
		for _, step := range s.Steps() {
			outcome, err := measureStep(ctx, b, step, o.field(s))
			if err != nil {
				return results, err
			}
			results.Scenarios = append(results.Scenarios, outcome)
		}
	}
	return results, nil
}

// repository is the root of the repository: bench/run builds this program as
// bench/.build/bench.
func repository() (string, error) {
	program, err := os.Executable()
	if err != nil {
		return "", err
	}
	root := filepath.Join(filepath.Dir(program), "..", "..")
	if _, err := os.Stat(filepath.Join(root, "bench", "floor", "floor.c")); err != nil {
		return "", usage("start it with bench/run, from a clone of the repository")
	}
	return root, nil
}

// prepare installs or builds the client and the servers.
func prepare(ctx context.Context, b *run.Bench, servers []field.Entry) (versions []report.Server, err error) {
	w := b.Workshop
	w.Log.Print("building sseload")
	if b.Sseload, err = w.Build(ctx, w.Repo, "sseload", "./cmd/sseload"); err != nil {
		return nil, err
	}
	for _, e := range servers {
		w.Log.Printf("preparing %s", e.Title)
		version, err := e.Install(ctx, w)
		if err != nil {
			return nil, err
		}
		versions = append(versions, report.Server{Name: e.Name, Title: e.Title, Version: version})
	}
	return versions, nil
}

// moveTo moves this process to the client's core, out of the servers' way.
func moveTo(core int) error {
	out, err := exec.Command("taskset", "-a", "-c", "-p", strconv.Itoa(core), strconv.Itoa(os.Getpid())).CombinedOutput()
	if err != nil {
		return fmt.Errorf("taskset: %w: %s", err, out)
	}
	return nil
}

// measureStep lets the servers take turns, round by round.
func measureStep(ctx context.Context, b *run.Bench, s run.Scenario, servers []field.Entry) (report.Outcome, error) {
	var samples []run.Sample
	for round := 1; round <= s.Rounds; round++ {
		for _, e := range inTurn(servers, round) {
			sample, err := b.Turn(ctx, s, round, e)
			if err != nil {
				return report.Outcome{}, err
			}
			tell(b.Workshop.Log, s, sample)
			samples = append(samples, sample)
		}
	}
	return report.NewOutcome(s, samples), nil
}

// inTurn is the servers in the order of a round. Every second one goes backwards,
// so that a machine that slowly gets faster or slower favours nobody.
func inTurn(servers []field.Entry, round int) []field.Entry {
	order := slices.Clone(servers)
	if round%2 == 0 {
		slices.Reverse(order)
	}
	return order
}

// tell reports a turn while the others are still to come.
func tell(l *log.Logger, s run.Scenario, r run.Sample) {
	turn := fmt.Sprintf("%s, %d streams, round %d of %d, %-10s", s.Name, s.Work.Streams, r.Round, s.Rounds, r.Server)
	if r.Error != "" {
		l.Printf("%s failed: %s", turn, r.Error)
		return
	}
	if k := r.Kills; k != nil {
		l.Printf("%s live: p99 of outages %.2f s, wrong %v; stored: %.2f s, %v", s.Name, k.Live.Outage.P99/1000, k.Live.Wrong, k.Stored.Outage.P99/1000, k.Stored.Wrong)
		return
	}
	if a := r.Appends; a != nil {
		l.Printf("%s %-10s %.0f appends/s, %.0f µs each", s.Name, r.Server, a.PerSecond, a.CPUPerAppend)
		return
	}
	if h := r.Hold; h != nil {
		l.Printf("%s %d live messages of %d chunks: %.2f KiB each, %.2f KiB of it in use, %.0f µs/append",
			s.Name, h.Messages, h.Chunks, h.RSSKiB, h.HeapKiB, h.CPUPerAppend)
		return
	}
	l.Printf("%s %6.2f µs/event, %3.0f %% of a core, %5.1f KiB/stream, late p50 %.1f p99 %.1f ms, lost %d, faults %d",
		turn, r.CPUPerEvent, 100*r.Core, r.RSSPerStream, r.LatenessP50, r.LatenessP99, r.Lost, r.Faults)
	for _, complaint := range r.Complaints {
		l.Printf("  sseload: %s", complaint)
	}
}
