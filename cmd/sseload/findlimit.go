package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"sseserver/internal/load"
	"sseserver/internal/load/report"
	"sseserver/internal/load/threshold"
)

// finder makes runs at one load after the other, until it knows the highest
// that holds.
type finder struct {
	config     load.Config
	conditions []threshold.Threshold // of the search; each run is judged by those of config, too
	out        io.Writer             // gets a line for each run
	run        func(context.Context, load.Config) (*report.Report, error)
	rest       func(context.Context) // between two runs

	search *load.LimitSearch
	notes  map[int]string // what the latest run at a load came to
	best   *report.Report // of the highest load that holds, else of the latest run
}

// restTime is the time between two runs.
const restTime = time.Second

func rest(ctx context.Context) {
	select {
	case <-time.After(restTime):
	case <-ctx.Done():
	}
}

// findLimit searches for the highest load, and reports the best run.
func (p process) findLimit(ctx context.Context, asked request) int {
	outputs, err := p.create(asked.forms)
	if err != nil {
		return p.fail(exitConfig, err)
	}
	defer outputs.close()
	f := &finder{
		config: asked.config, conditions: asked.findLimit, out: outputs.summary, rest: p.rest,
		run: func(ctx context.Context, c load.Config) (*report.Report, error) { return p.measure(ctx, asked, c) },
	}
	interrupted, err := f.find(ctx)
	switch {
	case errors.Is(err, load.ErrConfig):
		return p.fail(exitConfig, err)
	case err != nil:
		return p.fail(exitError, err)
	case f.best != nil:
		fmt.Fprintln(outputs.summary)
		if err := outputs.write(f.best); err != nil {
			return p.fail(exitError, err)
		}
	}
	sentence, code := f.result(interrupted)
	fmt.Fprintf(outputs.summary, "\n%s\n", sentence)
	return code
}

// find makes the runs. An error means that not even the first could be made;
// later on that is the server's failure.
func (f *finder) find(ctx context.Context) (interrupted bool, err error) {
	f.search, f.notes = load.NewLimitSearch(f.config.FirstLoad()), map[int]string{}
	f.config.Thresholds = slices.Concat(f.conditions, f.config.Thresholds)
	for runs := 0; f.search.Next() > 0; runs++ {
		if runs > 0 {
			f.rest(ctx)
		}
		at := f.search.Next()
		r, err := f.run(ctx, f.config.AtLoad(at))
		switch {
		case ctx.Err() != nil:
			return true, nil
		case err != nil && runs == 0:
			return false, err
		}
		f.tell(at, r, err)
	}
	return false, nil
}

// tell takes in what a run came to.
func (f *finder) tell(at int, r *report.Report, err error) {
	holding, word := load.Fails, "fails"
	switch {
	case errors.Is(err, load.ErrConfig): // too few files, ports or rows of data for so many
		holding, word = load.Beyond, "the generator is the limit"
	case err != nil:
	case r.Outcome == report.Pass:
		holding, word = load.Holds, "holds"
	case r.Outcome == report.Invalid:
		holding, word = load.Unfit, "the generator is the limit"
	}
	if err != nil {
		f.notes[at] = strings.TrimPrefix(err.Error(), load.ErrConfig.Error()+": ") // it stands in a sentence
	} else {
		f.notes[at] = f.observed(r)
	}
	if held, _, _ := f.search.Found(); r != nil && (holding == load.Holds || held == 0) {
		f.best = r
	}
	f.search.Tell(holding)
	fmt.Fprintf(f.out, "%7d %s: %s%s\n", at, f.unit(), word, inBrackets(f.notes[at]))
}

func inBrackets(note string) string {
	if note == "" {
		return ""
	}
	return " (" + note + ")"
}

func (f *finder) unit() string {
	if f.config.Arrivals > 0 {
		return "new clients per second"
	}
	return "clients"
}

// observed is what a run says about the conditions of the search, and about
// whatever else it did not meet; or why it is not valid.
func (f *finder) observed(r *report.Report) string {
	if !r.Health.Valid {
		return strings.Join(r.Health.Complaints, "; ")
	}
	var list []string
	for _, v := range r.Thresholds {
		asked := slices.ContainsFunc(f.conditions, func(t threshold.Threshold) bool { return t.Text == v.Threshold })
		if asked || !v.Pass {
			name := v.Threshold[:strings.IndexAny(v.Threshold, "<>=!")]
			list = append(list, name+" "+v.Text)
		}
	}
	return strings.Join(list, ", ")
}

// result is the last line, and the exit code.
func (f *finder) result(interrupted bool) (sentence string, code int) {
	held, fails, generator := f.search.Found()
	atLeast := ""
	if generator > 0 || interrupted {
		atLeast = "at least "
	}
	switch {
	case held > 0:
		sentence = fmt.Sprintf("highest load that holds: %s%d %s%s", atLeast, held, f.unit(), inBrackets(f.notes[held]))
	case fails > 0:
		sentence, code = fmt.Sprintf("no load holds: not even %d %s", fails, f.unit()), report.Fail.ExitCode()
	default:
		sentence = "no load is known to hold"
	}
	if fails > 0 {
		sentence += fmt.Sprintf("; %d fails: %s", fails, f.notes[fails])
	}
	switch {
	case interrupted:
		return sentence + "; interrupted", exitInterrupted
	case generator > 0:
		return sentence + fmt.Sprintf("; at %d the generator was the limit: %s", generator, f.notes[generator]), report.Invalid.ExitCode()
	}
	return sentence, code
}
