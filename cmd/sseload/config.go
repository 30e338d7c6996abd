package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"sseserver/internal/cmdline"
	"sseserver/internal/load"
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

	reconnect, slowReaders, stall share // of config.Clients, which are known once all flags are read
}

const intro = `sseload - load a server of Server-Sent Events, and measure lateness, loss and order of every event

USAGE:
   sseload [options] ADDRESS...    submit messages to a server as in this project and stream them
   sseload [options] --url URL     open any event stream; --url may be repeated
   sseload [options] --method POST --body TEXT URL...
                                   the same with requests of another kind
   sseload compare A.json B.json   show two reports side by side, with ratios
   sseload schema                  print the JSON Schema of the report
`

const outro = `EXAMPLES:
   sseload http://127.0.0.1:4400                                       100 clients for 10 s
   sseload http://127.0.0.1:4400 --clients 5000 --interval 100ms --html report.html
   sseload --url https://example.org/events --clients 50 --duration 1m any event stream
   sseload --method POST --body '{"user":"{name}"}' --data users.csv https://example.org/chat
   sseload http://127.0.0.1:4400 --threshold 'lateness.p99<50ms' --threshold 'lost==0'
   sseload compare before.json after.json                              ratios of two runs

EXIT CODES:
   0    every threshold was met         99   a threshold was not met
   3    the generator was not fit       104  bad configuration
   1    the run could not be made       105  interrupted
`

// commands are the first arguments that are no address, with the number of
// arguments that must follow. That of a worker process is none of the user's
// business, so the help is silent about it.
var commands = map[string]struct {
	action action
	wants  int
}{
	"compare":      {doCompare, 2},
	"schema":       {doSchema, 0},
	load.WorkerArg: {doWork, 0},
}

// parse reads the command line. What --help and --version ask for goes to stdout.
func parse(args []string, stdout io.Writer) (request, error) {
	var r request
	program := cmdline.Program{Name: "sseload", Version: version(), Intro: intro, Groups: r.flags(), Outro: outro}
	setDefaults(program.Groups)
	arguments, err := program.Parse(args, stdout)
	if errors.Is(err, cmdline.ErrAnswered) {
		return request{}, nil
	}
	if err == nil {
		err = r.read(arguments)
	}
	if err != nil {
		return request{}, errors.New(strings.ReplaceAll(err.Error(), "\n", " ")) // they may quote what was given
	}
	return r, nil
}

// read takes the arguments that are not flags, and what needs all flags.
func (r *request) read(arguments []string) error {
	if len(arguments) > 0 {
		if command, ok := commands[arguments[0]]; ok {
			r.action, r.files = command.action, arguments[1:]
			if len(r.files) != command.wants {
				return fmt.Errorf("%s wants %d arguments, not %d", arguments[0], command.wants, len(r.files))
			}
			return nil
		}
	}
	c := &r.config
	if c.Method == "" {
		c.Servers = arguments
	} else {
		c.URLs = append(c.URLs, arguments...)
	}
	c.Reconnect, c.SlowReaders, c.Stall = r.reconnect.of(c.Clients), r.slowReaders.of(c.Clients), r.stall.of(c.Clients)
	r.action = doRun
	return nil
}
