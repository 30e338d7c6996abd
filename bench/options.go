package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sseserver/bench/internal/field"
	"sseserver/bench/internal/run"
)

// options is what the command line asks for.
type options struct {
	scenarios              []run.Scenario
	servers                []field.Entry
	serverCore, clientCore int
	out                    string // directory for the results; empty for none
	list, help             bool
	command                string // for the report
}

var errUsage = errors.New("bad usage")

func usage(format string, values ...any) error {
	return fmt.Errorf("%w: %s", errUsage, fmt.Sprintf(format, values...))
}

// parse reads the command line.
func parse(args []string, stderr io.Writer) (options, error) {
	o := options{command: strings.Join(append([]string{"bench/run"}, args...), " ")}
	flags := flag.NewFlagSet("bench/run", flag.ContinueOnError)
	flags.SetOutput(stderr)
	quick := flags.Bool("quick", false, "the main scenario alone, with short windows: under three minutes")
	only := flags.String("only", "", "`names` of scenarios and servers, with commas between; the others are left out")
	rounds := flags.Int("rounds", 0, "paired rounds of each scenario, instead of its own number")
	churn := flags.Duration("churn", 10*time.Minute, "how long the clients of the churn scenario come and go")
	flags.IntVar(&o.serverCore, "server-core", 0, "core that the servers run on")
	flags.IntVar(&o.clientCore, "client-core", 1, "core that the client runs on")
	flags.StringVar(&o.out, "out", "", "`directory` to write the results to, as bench/results has them")
	versus := flags.String("versus", "", "`checkout` of this repository whose server is measured too, under the name before")
	flags.BoolVar(&o.list, "list", false, "list the scenarios and servers, and do nothing")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		o.help = true
		return o, nil
	} else if err != nil {
		return o, errUsage // flag has said what is wrong
	}
	switch {
	case flags.NArg() > 0:
		return o, usage("%q is no option", flags.Arg(0))
	case *rounds < 0:
		return o, usage("--rounds %d", *rounds)
	case *churn < 10*time.Second:
		return o, usage("--churn %v: want at least 10s", *churn)
	case o.serverCore == o.clientCore:
		return o, usage("server and client need a core each")
	}
	var err error
	if o.servers, err = lineUp(*versus); err != nil {
		return o, err
	}
	o.scenarios = run.Full(*churn)
	if *quick {
		o.scenarios = run.Quick()
	}
	if *rounds > 0 {
		for i := range o.scenarios {
			o.scenarios[i].Rounds = *rounds
		}
	}
	return o, o.limit(*only)
}

// lineUp is all servers, and the one of another checkout if there is one.
func lineUp(versus string) ([]field.Entry, error) {
	all := field.All()
	if versus == "" {
		return all, nil
	}
	checkout, err := filepath.Abs(versus) // it is built from another directory
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(checkout, "cmd", "sseserver")); err != nil {
		return nil, usage("--versus %s: no checkout of this repository: %v", versus, err)
	}
	ours := slices.IndexFunc(all, func(e field.Entry) bool { return e.Name == field.Ours })
	return slices.Insert(all, ours+1, field.Versus(checkout)), nil
}

// limit leaves out what is not named, and then scenarios without servers and
// servers without scenarios. Naming only scenarios leaves all servers, and the
// other way round.
func (o *options) limit(names string) error {
	if names != "" {
		wanted := strings.Split(names, ",")
		scenarios := keep(o.scenarios, func(s run.Scenario) bool { return slices.Contains(wanted, s.Name) })
		servers := keep(o.servers, func(e field.Entry) bool { return slices.Contains(wanted, e.Name) })
		if len(scenarios)+len(servers) < len(wanted) {
			return usage("--only %s: not all are names of scenarios and servers; --list shows them", names)
		}
		if len(scenarios) > 0 {
			o.scenarios = scenarios
		}
		if len(servers) > 0 {
			o.servers = servers
		}
	}
	o.scenarios = keep(o.scenarios, func(s run.Scenario) bool { return len(o.field(s)) > 0 })
	o.servers = keep(o.servers, func(e field.Entry) bool {
		return slices.ContainsFunc(o.scenarios, func(s run.Scenario) bool { return s.Has(e.Name) })
	})
	if len(o.scenarios) == 0 {
		return usage("--only %s: none of the servers takes part in any of the scenarios", names)
	}
	return nil
}

// field is the servers that take part in a scenario.
func (o *options) field(s run.Scenario) []field.Entry {
	return keep(o.servers, func(e field.Entry) bool { return s.Has(e.Name) })
}

// keep is the elements that pass, in their order.
func keep[T any](all []T, passes func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(all), func(one T) bool { return !passes(one) })
}

func (o *options) printList(w io.Writer) {
	fmt.Fprintln(w, "scenarios:")
	for _, s := range o.scenarios {
		fmt.Fprintf(w, "  %-10s %s\n", s.Name, s.Title)
	}
	fmt.Fprintln(w, "servers:")
	for _, e := range o.servers {
		fmt.Fprintf(w, "  %-10s %s\n", e.Name, e.Title)
	}
}
