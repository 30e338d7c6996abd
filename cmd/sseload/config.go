package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strconv"
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

func flags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "url", Usage: "event stream that all clients open"},
		&cli.IntFlag{Name: "clients", Aliases: []string{"c"}, Value: 100, Usage: "`NUMBER` of clients"},
		&cli.FloatFlag{Name: "ramp", Usage: "opens per second, whatever the server does (default: all in a second, 1000 at most)", HideDefault: true},
		&cli.DurationFlag{Name: "duration", Aliases: []string{"d"}, Value: load.DefaultDuration, Usage: "length of the steady window, after the ramp"},
		&cli.DurationFlag{Name: "drain", Value: load.DefaultDrain, Usage: "longest wait for streams to end after it"},
		&cli.BoolFlag{Name: "once", Usage: "do not open a stream anew that has ended"},

		&cli.StringFlag{Name: "kind", Value: "characters", Usage: "characters or progress; for ADDRESS"},
		&cli.StringFlag{Name: "message", Usage: "`TEXT` to submit; for ADDRESS (default: one as long as the run)", HideDefault: true},
		&cli.IntFlag{Name: "message-bytes", Usage: "length of a message that is made up; for ADDRESS", HideDefault: true},
		&cli.BoolFlag{Name: "shared", Usage: "one message for all clients, not one each; for ADDRESS"},
		&cli.DurationFlag{Name: "interval", Usage: "time between two events (default: 50ms, progress 100ms; with --url not known, and then there is no lateness)", HideDefault: true},
		&cli.StringFlag{Name: "sequence", Value: "auto", Usage: "what numbers the events: position (in JSON data), id, none, or auto; for --url"},
		&cli.StringFlag{Name: "anchor", Value: "request", Usage: "what the schedule begins with: request or first-event; for --url"},

		&cli.StringFlag{Name: "protocol", Value: "http1", Usage: "http1, h2c or h2"},
		&cli.StringSliceFlag{Name: "header", Aliases: []string{"H"}, Usage: "header `'NAME: VALUE'` of every request; may be repeated"},
		&cli.BoolFlag{Name: "insecure", Usage: "accept any TLS certificate"},
		&cli.StringFlag{Name: "source-addresses", Usage: "`N` for 127.0.0.1 to 127.0.0.N, or a list with commas; used in turn, to go past the limit of ports"},
		&cli.IntFlag{Name: "processes", Value: 1, Usage: "worker processes to share the clients, to go past the limit of open files"},
		&cli.IntFlag{Name: "max-event-bytes", Value: load.DefaultMaxEventBytes, Usage: "longest event to accept"},

		&cli.StringFlag{Name: "reconnect", Value: "0", Usage: "clients that drop their connection once, at a random moment, and resume: a `SHARE` such as 20%, or a number"},
		&cli.StringFlag{Name: "slow-readers", Value: "0", Usage: "clients that read slowly: a `SHARE`, or a number"},
		&cli.IntFlag{Name: "slow-rate", Value: load.DefaultSlowRate, Usage: "bytes per second that these read"},
		&cli.StringFlag{Name: "stall", Value: "0", Usage: "clients that stop reading after their first event: a `SHARE`, or a number"},
		&cli.Uint64Flag{Name: "seed", Usage: "of what is random: who is slow, who drops when"},

		&cli.StringSliceFlag{Name: "threshold", Aliases: []string{"t"}, Usage: "`CONDITION` to meet, such as lateness.p99<50ms, lost==0, goodput>=99%; may be repeated. lost, duplicate, reordered, corrupt and failed are ==0 unless told otherwise"},
		&cli.StringFlag{Name: "json", Usage: "write the report to `FILE`; sseload schema describes it"},
		&cli.StringFlag{Name: "html", Usage: "write the report to `FILE` as a page with plots"},
		&cli.StringFlag{Name: "hgrm", Usage: "write the lateness percentiles to `FILE`, as HdrHistogram does"},
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

func anchor(text string) (firstEvent bool, err error) {
	switch text {
	case "request":
		return false, nil
	case "first-event":
		return true, nil
	}
	return false, fmt.Errorf("--anchor %q: want request or first-event", text)
}

func header(lines []string) (http.Header, error) {
	h := http.Header{}
	for _, line := range lines {
		name, value, ok := strings.Cut(line, ":")
		if !ok || strings.TrimSpace(name) == "" {
			return nil, fmt.Errorf("--header %q: want 'Name: value'", line)
		}
		h.Add(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	return h, nil
}

// addresses reads a number of addresses of the loopback network, or a list.
func addresses(text string) (list []netip.Addr, err error) {
	if text == "" {
		return nil, nil
	}
	if n, err := strconv.Atoi(text); err == nil {
		if n < 1 || n > 254 {
			return nil, fmt.Errorf("--source-addresses %d: want 1 to 254", n)
		}
		for i := range n {
			list = append(list, netip.AddrFrom4([4]byte{127, 0, 0, byte(i + 1)}))
		}
		return list, nil
	}
	for _, part := range strings.Split(text, ",") {
		a, err := netip.ParseAddr(strings.TrimSpace(part))
		if err != nil {
			return nil, fmt.Errorf("--source-addresses: %q is no address", part)
		}
		list = append(list, a)
	}
	return list, nil
}

// share reads a percentage of the clients, or a number of them.
func share(text string, clients int) (int, error) {
	if digits, ok := strings.CutSuffix(text, "%"); ok {
		p, err := strconv.ParseFloat(digits, 64)
		if err != nil || !(p >= 0 && p <= 100) {
			return 0, errors.New("want 0% to 100%")
		}
		return int(p/100*float64(clients) + 0.5), nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, errors.New("want a share such as 20%, or a number of clients")
	}
	return n, nil
}
