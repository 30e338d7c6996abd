package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"sseserver/internal/load"
	"sseserver/internal/load/threshold"
)

// action is what the command line asks for.
type action int

const (
	nothing   action = iota // --help and --version, answered already
	doRun                   // load a server
	doCompare               // two reports
	doSchema                // print the schema of the JSON report
	doWork                  // be a worker process
)

// request is the command line, understood.
type request struct {
	action           action
	config           load.Config
	json, html, hgrm string   // files to write; empty means none
	files            []string // to compare
}

const examples = `EXAMPLES:
   sseload http://127.0.0.1:4400                                       100 clients for 10 s
   sseload http://127.0.0.1:4400 --clients 5000 --interval 100ms --html report.html
   sseload --url https://example.org/events --clients 50 --duration 1m any event stream
   sseload http://127.0.0.1:4400 --threshold 'lateness.p99<50ms' --threshold 'lost==0'
   sseload compare before.json after.json                              ratios of two runs

EXIT CODES:
   0    every threshold was met         99   a threshold was not met
   3    the generator was not fit       104  bad configuration
   1    the run could not be made       105  interrupted
`

// parse reads the command line. What --help and --version ask for goes to stdout.
func parse(args []string, stdout io.Writer) (request, error) {
	var r request
	cmd := command(&r)
	cmd.Writer, cmd.ErrWriter = stdout, io.Discard
	if err := cmd.Run(context.Background(), append([]string{cmd.Name}, args...)); err != nil {
		return request{}, errors.New(strings.ReplaceAll(err.Error(), "\n", " "))
	}
	return r, nil
}

func command(r *request) *cli.Command {
	stay := func(context.Context, *cli.Command, error) {} // cli would print the error and exit
	usage := func(_ context.Context, _ *cli.Command, err error, _ bool) error { return err }
	sub := func(name, args, text string, n int, a action) *cli.Command {
		return &cli.Command{
			Name: name, ArgsUsage: args, Usage: text, Hidden: a == doWork, ExitErrHandler: stay, OnUsageError: usage,
			Action: func(_ context.Context, cmd *cli.Command) error {
				if cmd.NArg() != n {
					return fmt.Errorf("%s wants %d arguments, not %d", name, n, cmd.NArg())
				}
				r.action, r.files = a, cmd.Args().Slice()
				return nil
			},
		}
	}
	return &cli.Command{
		Name: "sseload", Usage: "load a server of Server-Sent Events, and measure lateness, loss and order of every event",
		UsageText: "sseload [options] ADDRESS        submit messages to a server as in this project and stream them\n" +
			"sseload [options] --url URL      open any event stream\n" +
			"sseload compare A.json B.json\nsseload schema",
		Version: version(), HideHelpCommand: true, DisableSliceFlagSeparator: true,
		ExitErrHandler: stay, OnUsageError: usage,
		CustomRootCommandHelpTemplate: cli.RootCommandHelpTemplate + "\n" + examples,
		Flags:                         flags(),
		Action:                        r.read,
		Commands: []*cli.Command{
			sub("compare", "A.json B.json", "show two reports side by side, with ratios", 2, doCompare),
			sub("schema", "", "print the JSON Schema of the report", 0, doSchema),
			sub(load.WorkerArg, "", "be a worker process", 0, doWork),
		},
	}
}

// read takes the settings of a run.
func (r *request) read(_ context.Context, cmd *cli.Command) (err error) {
	if cmd.NArg() > 1 {
		return fmt.Errorf("one address, please, not also %q", cmd.Args().Get(1))
	}
	for _, name := range []string{"clients", "ramp", "duration", "drain", "processes", "max-event-bytes", "slow-rate"} {
		if cmd.IsSet(name) && !positive(cmd.Value(name)) {
			return fmt.Errorf("--%s %v: want more than 0", name, cmd.Value(name))
		}
	}
	r.action = doRun
	r.json, r.html, r.hgrm = cmd.String("json"), cmd.String("html"), cmd.String("hgrm")
	r.config = load.Config{
		Base: cmd.Args().First(), URL: cmd.String("url"),
		Clients: cmd.Int("clients"), Ramp: cmd.Float("ramp"), Duration: cmd.Duration("duration"), Drain: cmd.Duration("drain"),
		Once: cmd.Bool("once"), Message: cmd.String("message"), MessageBytes: cmd.Int("message-bytes"), Shared: cmd.Bool("shared"),
		Interval: cmd.Duration("interval"), Protocol: cmd.String("protocol"), Insecure: cmd.Bool("insecure"),
		Processes: cmd.Int("processes"), MaxEventBytes: cmd.Int("max-event-bytes"), SlowRate: cmd.Int("slow-rate"), Seed: cmd.Uint64("seed"),
	}
	c := &r.config
	if cmd.IsSet("kind") || c.URL == "" {
		if err := named("kind", &c.Kind, cmd.String("kind")); err != nil {
			return err
		}
	}
	if err := named("sequence", &c.Numbering, cmd.String("sequence")); err != nil {
		return err
	}
	if c.FirstEvent, err = anchor(cmd.String("anchor")); err != nil {
		return err
	}
	if c.Header, err = header(cmd.StringSlice("header")); err != nil {
		return err
	}
	if c.SourceAddresses, err = addresses(cmd.String("source-addresses")); err != nil {
		return err
	}
	for name, n := range map[string]*int{"reconnect": &c.Reconnect, "slow-readers": &c.SlowReaders, "stall": &c.Stall} {
		if *n, err = share(cmd.String(name), c.Clients); err != nil {
			return fmt.Errorf("--%s %q: %w", name, cmd.String(name), err)
		}
	}
	for _, text := range cmd.StringSlice("threshold") {
		t, err := threshold.Parse(text)
		if err != nil {
			return err
		}
		c.Thresholds = append(c.Thresholds, t)
	}
	return nil
}

// positive tells whether a number is above 0. For the settings that must be, 0 would mean the default.
func positive(value any) bool {
	switch v := value.(type) {
	case int:
		return v > 0
	case float64:
		return v > 0
	case time.Duration:
		return v > 0
	}
	return false
}

func named(name string, to interface{ UnmarshalText([]byte) error }, text string) error {
	if err := to.UnmarshalText([]byte(text)); err != nil {
		return fmt.Errorf("--%s: %w", name, err)
	}
	return nil
}
