package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"time"

	"sseserver/bench/internal/field"
	"sseserver/bench/internal/soak"
)

// soakCommand is the first argument for a soak instead of a comparison.
const soakCommand = "soak"

// soakWith soaks this checkout's server. It prints what does not add up, and
// then fails.
//
//	bench/run soak [--duration 10m] [--seed 1] [--dir DIRECTORY]
func soakWith(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("bench/run soak", flag.ContinueOnError)
	flags.SetOutput(stderr)
	c := soak.Config{Log: log.New(stderr, "", log.Ltime)}
	flags.DurationVar(&c.Duration, "duration", 10*time.Minute, "how long the load lasts; a minute is added for the rest")
	flags.Uint64Var(&c.Seed, "seed", 1, "of what the clients do at random")
	flags.StringVar(&c.Dir, "dir", "", "new `directory` to keep the logs in; without it they are kept only if something does not add up")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return errUsage // flag has said what is wrong
	}
	if flags.NArg() > 0 || c.Duration <= 0 {
		return usage("soak takes options only, and lasts for some time")
	}
	keep := c.Dir != ""
	var err error
	if keep {
		err = os.MkdirAll(c.Dir, 0o755)
	} else {
		c.Dir, err = os.MkdirTemp("", "sseserver-soak-")
	}
	if err != nil {
		return err
	}
	if c.Program, err = buildForSoak(ctx, c); err != nil {
		return err
	}
	problems, err := soak.Run(ctx, c)
	for _, p := range problems {
		fmt.Fprintln(stdout, p)
	}
	if len(problems) > 0 {
		err = errors.Join(err, fmt.Errorf("%d problems; the logs are in %s", len(problems), c.Dir))
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(stdout, "everything adds up")
	if keep {
		return nil
	}
	return os.RemoveAll(c.Dir)
}

// buildForSoak builds the server with the race detector, which needs a C
// compiler.
func buildForSoak(ctx context.Context, c soak.Config) (program string, err error) {
	repo, err := repository()
	if err != nil {
		return "", err
	}
	c.Log.Print("building the server with the race detector")
	w := &field.Workshop{Repo: repo, Dir: c.Dir, Log: c.Log}
	if program, err = filepath.Abs(filepath.Join(c.Dir, "sseserver")); err != nil {
		return "", err
	}
	return program, w.BuildRace(ctx, program, "./cmd/sseserver")
}
