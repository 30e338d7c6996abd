package load

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// A worker process is told its job and the start as two JSON values on its
// standard input, which then stays open: its end, also that of a parent that
// died, tells the worker to stop. It answers with JSON values, too: it is
// ready, a second has passed, this is the part it did, or an error.

type begin struct {
	Start time.Time `json:"start"`
}

type report struct {
	Ready bool   `json:"ready,omitempty"`
	Tick  *Tick  `json:"tick,omitempty"`
	Part  *Part  `json:"part,omitempty"`
	Error string `json:"error,omitempty"`
}

// Serve is the whole life of a worker process: it does the one job that it
// reads, or what can be done of it until ctx ends. What goes wrong is told to
// the parent; the error is only what could not be.
func Serve(ctx context.Context, stdin io.Reader, stdout io.Writer) error {
	in, out := json.NewDecoder(stdin), json.NewEncoder(stdout)
	part, err := serve(ctx, in, out)
	if err != nil {
		return out.Encode(report{Error: err.Error()})
	}
	return out.Encode(report{Part: part})
}

func serve(ctx context.Context, in *json.Decoder, out *json.Encoder) (*Part, error) {
	var job Job
	if err := in.Decode(&job); err != nil {
		return nil, fmt.Errorf("load: read the job: %w", err)
	}
	w := newWorker(job)
	if err := out.Encode(report{Ready: true}); err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	var b begin
	if err := in.Decode(&b); err != nil {
		return nil, fmt.Errorf("load: read the start: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { // ends with the process
		_ = in.Decode(new(any)) // nothing more comes but the end
		cancel()
	}()
	// The clock of another process has no monotonic part in common with ours;
	// the wall clock does.
	start := time.Now().Add(time.Until(b.Start))
	return w.run(ctx, start, func(t Tick) { _ = out.Encode(report{Tick: &t}) })
}

// process is a worker in a process of its own. Its methods are called in order,
// by one goroutine.
type process struct {
	command []string
	job     Job

	cmd *exec.Cmd
	in  io.WriteCloser
	out *json.Decoder
}

func (p *process) ready(ctx context.Context) error {
	p.cmd = exec.Command(p.command[0], p.command[1:]...) //nolint:gosec,noctx // ourselves; it ends with its input
	p.cmd.Stderr = os.Stderr
	detach(p.cmd)
	in, err := p.cmd.StdinPipe()
	if err != nil {
		return fmt.Errorf("load: %w", err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("load: %w", err)
	}
	if err := p.cmd.Start(); err != nil {
		return fmt.Errorf("load: start a worker process: %w", err)
	}
	p.in, p.out = in, json.NewDecoder(bufio.NewReader(out))
	context.AfterFunc(ctx, func() { _ = in.Close() })
	if err := json.NewEncoder(in).Encode(p.job); err != nil {
		return p.failed(err)
	}
	if _, err := p.next(); err != nil { // the first word can only be that it is ready, or an error
		return p.failed(err)
	}
	return nil
}

// run's context is the one that ready was given, so its end has closed the input.
func (p *process) run(_ context.Context, start time.Time, tick func(Tick)) (*Part, error) {
	if err := json.NewEncoder(p.in).Encode(begin{Start: start}); err != nil {
		return nil, p.failed(err)
	}
	for {
		r, err := p.next()
		switch {
		case err != nil:
			return nil, p.failed(err)
		case r.Tick != nil:
			tick(*r.Tick)
		case r.Part != nil:
			_ = p.in.Close()
			return r.Part, p.cmd.Wait()
		}
	}
}

// next reads the process's next word. An error that it tells is returned as one.
func (p *process) next() (report, error) {
	var r report
	if err := p.out.Decode(&r); err != nil {
		return r, err
	}
	if r.Error != "" {
		return r, errors.New(r.Error)
	}
	return r, nil
}

// failed ends a process that is of no use any more, and says why.
func (p *process) failed(err error) error {
	state := p.discard()
	if errors.Is(err, io.EOF) && state != nil {
		err = state
	}
	return fmt.Errorf("load: worker process: %w", err)
}

func (p *process) discard() error {
	if p.in == nil {
		return nil // was not started
	}
	_ = p.in.Close()
	_ = p.cmd.Process.Kill()
	return p.cmd.Wait()
}
