package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"

	"sseserver/internal/cmdline"
)

// options are what the command line says.
type options struct {
	engines, nodes int
	keep           string   // the directory that stays; empty is a temporary one
	server         string   // the program of the nodes; empty is the one of this repository
	nodeFlags      []string // of each node
}

const intro = `cluster - start several nodes of the server on this machine, with the engines that keep their messages

USAGE:
   go run ./deploy/cluster [options] [-- options of sseserver]

The nodes listen at the ports 4400, 4410, 4420 and so on, or the next ones that are free. Ctrl-C stops all.
`

const examples = `EXAMPLES:
   go run ./deploy/cluster                               three nodes, three engines
   go run ./deploy/cluster --engines 1 --nodes 2         one engine, which is then needed by all
   go run ./deploy/cluster --keep data                   messages and logs stay in data, for the next time
   go run ./deploy/cluster -- --log-level debug          with options for each node
`

// parse reads the command line. What follows "--" is for the nodes.
func parse(args []string, stdout io.Writer) (options, error) {
	o := options{engines: 3, nodes: 3}
	if i := slices.Index(args, "--"); i >= 0 {
		args, o.nodeFlags = args[:i], args[i+1:]
	}
	arguments, err := o.commandLine().Parse(args, stdout)
	if err == nil && len(arguments) > 0 {
		err = fmt.Errorf("%s: unknown argument; options for the nodes follow --", arguments[0])
	}
	return o, err
}

func (o *options) commandLine() cmdline.Program {
	return cmdline.Program{
		Name: "cluster", Version: version(), Intro: intro, Outro: examples,
		Groups: []cmdline.Group{{Title: "OPTIONS", Flags: []cmdline.Flag{
			{Name: "engines", Kind: "n", Default: "3", Usage: "nats-servers; with 3 of them any one may fail", Set: number(&o.engines, "1, or from 3 to 9", func(n int) bool { return n == 1 || n >= 3 && n <= 9 })},
			{Name: "nodes", Kind: "n", Default: "3", Usage: "nodes", Set: number(&o.nodes, "from 1 to 9", func(n int) bool { return n >= 1 && n <= 9 })},
			{Name: "keep", Kind: "directory", Usage: "where data and logs are kept; without it, in a temporary directory", Set: directory(&o.keep)},
			{Name: "server", Kind: "file", Usage: "the program sseserver, in place of one that is built now", Set: file(&o.server)},
		}}},
	}
}

// number takes one that is allowed.
func number(p *int, allowed string, isAllowed func(n int) bool) func(string) error {
	return func(text string) error {
		n, err := strconv.Atoi(text)
		if err != nil || !isAllowed(n) {
			return fmt.Errorf("must be %s, got '%s'", allowed, text)
		}
		*p = n
		return nil
	}
}

func directory(p *string) func(string) error {
	return func(text string) error {
		if text == "" {
			return errors.New("must be a directory")
		}
		*p = text
		return nil
	}
}

func file(p *string) func(string) error {
	return func(text string) error {
		*p = text
		_, err := os.Stat(text)
		return err
	}
}

func version() string {
	of := "(devel)"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		of = info.Main.Version
	}
	return fmt.Sprintf("%s, %s %s/%s", of, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
