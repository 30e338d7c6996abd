package field

import (
	"context"
	"strconv"
	"strings"

	"sseserver/bench/internal/host"
)

// floor is the kernel's own cost: floor/floor.c.
type floor struct{}

func (floor) Install(ctx context.Context, w *Workshop) (string, error) {
	_, err := w.command(ctx, w.Repo, "cc", "-O2", "-std=gnu11", "-Wall", "-Wextra", "-Werror",
		"-o", w.path(Floor), w.bench("floor", "floor.c"))
	if err != nil {
		return "", err
	}
	compiler, err := w.command(ctx, w.Repo, "cc", "--version")
	first, _, _ := strings.Cut(compiler, "\n")
	return first, err
}

func (floor) Start(ctx context.Context, w *Workshop, work Work) (*Running, error) {
	return w.startOnPort(ctx, work, w.path(Floor))
}

// startOnPort starts a program with the arguments port, interval in
// milliseconds and number of events.
func (w *Workshop) startOnPort(ctx context.Context, work Work, program ...string) (*Running, error) {
	addr, err := host.FreeAddr()
	if err != nil {
		return nil, err
	}
	port := addr[strings.LastIndexByte(addr, ':')+1:]
	interval := strconv.FormatInt(work.Interval.Milliseconds(), 10)
	return w.launch(ctx, addr, "/stream", host.Command{
		Args: append(program, port, interval, strconv.Itoa(events)),
		Env:  []string{"NODE_ENV=production"},
	})
}
