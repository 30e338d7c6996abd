package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"sseserver/bench/internal/attack"
)

// attackCommand is the first argument of the process that the scenario fair
// starts beside its load. It works alone, too.
const attackCommand = "attack"

// attackWith attacks the server that the arguments name.
//
//	bench/run attack [--duration 10s] [--json FILE] NAME http://127.0.0.1:4400
func attackWith(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("bench/run attack", flag.ContinueOnError)
	flags.SetOutput(stderr)
	duration := flags.Duration("duration", 10*time.Second, "how long it lasts")
	file := flags.String("json", "", "`file` to write the tally to")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return errUsage // flag has said what is wrong
	}
	if flags.NArg() != 2 {
		return usage("attack needs the name of an attack and the address of a server")
	}
	a, err := attack.Named(flags.Arg(0))
	if err != nil {
		return usage("%v", err)
	}
	timed, cancel := context.WithTimeout(ctx, *duration)
	defer cancel()
	tally, err := attack.Run(timed, a, flags.Arg(1))
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s: %v\n", a.Name, tally)
	if tally.Broken > 0 {
		fmt.Fprintln(stdout, "the last one cut off:", tally.LastBroken)
	}
	if *file == "" {
		return nil
	}
	text, err := json.Marshal(tally)
	if err != nil {
		return err
	}
	return os.WriteFile(*file, text, 0o600)
}
