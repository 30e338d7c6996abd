package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"

	"sseserver/internal/cmdline"
	"sseserver/internal/load"
	"sseserver/internal/load/threshold"
)

// action is what the command line asks for.
type action int

const (
	nothing   action = iota // --help and --version, answered already
	doRun                   // load a server
	doCompare               // two reports
	doMerge                 // the reports of several generators
	doSchema                // print the schema of the JSON report
	doWork                  // be a worker process
)

// request is the command line, understood.
type request struct {
	action action
	config load.Config
	forms
	preset      string   // name of one of presets; empty means none
	metricsAddr string   // to serve Prometheus on; empty means none
	files       []string // to compare or merge
	thresholds  []string // as they were given; what they mean depends on the action
	comparisons []threshold.Comparison

	findLimit []threshold.Threshold // search for the highest load that meets these; none means one run

	reconnect, slowReaders, stall share // of config.Clients, which are known once all flags are read
}

const intro = `sseload - load a server of Server-Sent Events, and measure lateness, loss and order of every event

USAGE:
   sseload [options] ADDRESS...    submit messages to a server of this project, and stream them
   sseload [options] --url URL     open any event stream; repeat --url for several
   sseload [options] --method POST --body TEXT URL...
                                   open event streams with another request
   sseload [options] --preset openai --body TEXT URL...
                                   open chat completions, and count their tokens
   sseload [options] --url URL --publish-url URL --publish-body TEXT
                                   publish to a hub, and check that each client receives everything
   sseload [options] --live ADDRESS
                                   append to live messages of a server, and stream them
   sseload compare A.json B.json   show two reports side by side, with ratios; --threshold judges them
   sseload merge A.json B.json...  merge the reports of generators that loaded one server together
   sseload schema                  print the JSON Schema of the report
`

const outro = `EXAMPLES:
   sseload http://127.0.0.1:4400                                                     100 clients for 10 s
   sseload http://127.0.0.1:4400 --clients 5000 --html report.html                   a page with plots
   sseload http://127.0.0.1:4400 --stages 30s:100,2m:5000,30s:0                      load that changes
   sseload http://127.0.0.1:4400 --threshold 'lateness.p99<50ms'                     exit with 99 if not met
   sseload http://127.0.0.1:4400 --find-limit 'lateness.p99<50ms'                    highest load that holds
   sseload http://10.0.0.1:4400 http://10.0.0.2:4400                                 several servers
   sseload --url https://example.org/events --clients 50 -d 1m                       any event stream
   sseload --url https://example.org/events --timestamp data.sent_at                 latency of each event
   sseload --url http://hub/sub --publish-url http://hub/pub --publish-body '{n}'    delivery through a hub
   sseload -X POST --body '{"user":"{name}"}' --data users.csv example.org/chat      a body for each client
   sseload --preset openai --body-file chat.json 127.0.0.1:8000/v1/chat/completions  an LLM gateway
   sseload http://127.0.0.1:4400 --fault cut@20,drop:5%                              faults on demand
   sseload --live http://127.0.0.1:4400 --clients 2000 --append-rate 20              readers of a live message
   sseload merge a.json b.json --html both.html                                      one report of the two
   sseload compare before.json after.json --threshold 'lateness.p99<1.1x'            exit with 99 if worse

EXIT CODES:
   0    every threshold was met
   1    the run could not be made
   3    the run is invalid: the generator was overloaded
   99   a threshold was not met
   104  the configuration is invalid
   105  interrupted
`

// command is what a first argument that is no address asks for.
type command struct {
	action      action
	least, most int      // arguments that must follow
	flags       []string // that it takes
}

const anyNumber = math.MaxInt

// commands are all of these. That of a worker process is none of the user's
// business, so the help is silent about it.
var commands = map[string]command{
	"compare":      {doCompare, 2, 2, []string{"threshold"}},
	"merge":        {doMerge, 1, anyNumber, []string{"threshold", "json", "html", "hgrm", "csv", "junit"}},
	"schema":       {doSchema, 0, 0, nil},
	load.WorkerArg: {doWork, 0, 0, nil},
}

// parse reads the command line. What --help and --version ask for goes to stdout.
func parse(args []string, stdout io.Writer) (request, error) {
	var r request
	program := cmdline.Program{Name: "sseload", Version: version(), Intro: intro, Groups: r.flags(), Outro: outro}
	setDefaults(program.Groups)
	given := noted(program.Groups)
	arguments, err := program.Parse(args, stdout)
	if errors.Is(err, cmdline.ErrAnswered) {
		return request{}, nil
	}
	if err == nil {
		err = r.read(arguments, *given)
	}
	if err != nil {
		return request{}, errors.New(strings.ReplaceAll(err.Error(), "\n", " ")) // they may quote what was given
	}
	return r, nil
}

// noted has each flag that is set from now on add its name to the result.
func noted(groups []cmdline.Group) *[]string {
	given := new([]string)
	for _, group := range groups {
		for i := range group.Flags {
			f := &group.Flags[i]
			name, set := f.Name, f.Set
			f.Set = func(text string) error {
				*given = append(*given, name)
				return set(text)
			}
		}
	}
	return given
}

// read takes the arguments that are not flags, and what needs all flags.
func (r *request) read(arguments, given []string) error {
	if len(arguments) > 0 {
		if command, ok := commands[arguments[0]]; ok {
			r.action, r.files = command.action, arguments[1:]
			if err := command.check(arguments[0], len(r.files), given); err != nil {
				return err
			}
			return r.readThresholds()
		}
		if err := misspelt(arguments[0]); err != nil {
			return err
		}
	}
	c := &r.config
	if r.preset != "" {
		if err := presets[r.preset](c); err != nil {
			return err
		}
	}
	if c.Method == "" {
		c.Servers = arguments
	} else {
		c.URLs = append(c.URLs, arguments...)
	}
	if len(r.findLimit) > 0 && len(c.Stages) > 0 {
		return errors.New("--find-limit tries one load after the other: give --clients or --arrivals to begin with, not --stages")
	}
	crowd := c.Crowd()
	c.Reconnect, c.SlowReaders, c.Stall = r.reconnect.of(crowd), r.slowReaders.of(crowd), r.stall.of(crowd)
	r.action = doRun
	return r.readThresholds()
}

func (c command) check(name string, arguments int, given []string) error {
	switch {
	case c.most == anyNumber && arguments < c.least:
		return fmt.Errorf("%s wants %d arguments or more, not %d", name, c.least, arguments)
	case arguments < c.least || arguments > c.most:
		return fmt.Errorf("%s wants %d arguments, not %d", name, c.least, arguments)
	}
	for _, flag := range given {
		if !slices.Contains(c.flags, flag) {
			return fmt.Errorf("%s does not take --%s", name, flag)
		}
	}
	return nil
}

// misspelt finds a first argument that was meant to be a command. An address
// has a dot, a colon or a slash in it, unless it is the bare name of a host.
func misspelt(argument string) error {
	if strings.ContainsAny(argument, ".:/") {
		return nil
	}
	known := slices.DeleteFunc(slices.Sorted(maps.Keys(commands)), func(name string) bool { return name == load.WorkerArg })
	if near := cmdline.Nearest(argument, known); near != "" {
		return fmt.Errorf("%q is no command and no address; did you mean %s?", argument, near)
	}
	return nil
}

// readThresholds reads the conditions as the action takes them.
func (r *request) readThresholds() error {
	for _, text := range r.thresholds {
		var err error
		if r.action == doCompare {
			err = add(&r.comparisons, text, threshold.ParseComparison)
		} else {
			err = add(&r.config.Thresholds, text, threshold.Parse)
		}
		if err != nil {
			return fmt.Errorf("--threshold: %w", err)
		}
	}
	return nil
}

func add[T any](to *[]T, text string, parse func(string) (T, error)) error {
	value, err := parse(text)
	if err == nil {
		*to = append(*to, value)
	}
	return err
}
