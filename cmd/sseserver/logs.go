package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"syscall"

	"sseserver/internal/cmdline"
)

// subcommand is one of `sseserver logs`.
type subcommand struct {
	name      string
	arguments string // as the help shows them
	about     string // in a few words
	detail    string // in full sentences, for its own help
	examples  string
	readsNone bool // it reads no log
	// call returns the flags of one call, and the function that does the work once they
	// are set and returns the exit code.
	call func() (flags []cmdline.Flag, run func(context.Context, inspection) int)
}

// subcommands returns all subcommands, in the order of the help. It is a function and not
// a variable, since what they do leads back to it.
func subcommands() []subcommand {
	return []subcommand{
		failedCommand(),
		explainCommand(),
		verifyCommand(),
		summaryCommand(),
		eventsCommand(),
		lnavCommand(),
		followCommand(),
	}
}

// inspection is one call of a subcommand.
type inspection struct {
	arguments []string // those that are not flags
	stdin     io.Reader
	stdout    *output
	stderr    io.Writer
	width     int  // of stdout, in characters; 0 if it is no terminal
	color     bool // whether stdout shows colors
	server    adminClient
}

const logsIntro = `sseserver logs - find out what became of messages, streams and clients

USAGE:
   sseserver logs SUBCOMMAND [options] [FILE...]

   FILE is a log in JSON lines, possibly rotated or compressed (.gz). Several
   are read in the order of their times. Without a FILE, standard input is read
   if it is no terminal, else the last lines of the running server at
   --admin-addr.

SUBCOMMANDS:
`

// logsMemory is the soft memory limit of a subcommand, in bytes. It keeps less than that;
// the limit makes the garbage collector run before more piles up.
const logsMemory = 140 << 20

// logsGarbage is how much garbage is let lie within that, in percent of what is kept
// (GOGC): a collection for each few MiB takes a fifth of the time of "failed".
const logsGarbage = 200

// inspectLogs is `sseserver logs`, whose arguments follow that word. It returns the
// exit code.
func inspectLogs(ctx context.Context, p process, args []string) int {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(logsMemory))
	defer debug.SetGCPercent(debug.SetGCPercent(logsGarbage))
	if len(args) == 0 {
		await(tell(p.stderr, logsHelp()), flushTime)
		return exitInvalid
	}
	asked := args[0]
	for _, s := range subcommands() {
		if s.name == asked {
			return s.run(ctx, p, args[1:])
		}
	}
	if strings.TrimLeft(asked, "-") == "help" || asked == "-h" {
		await(tell(p.stdout, logsHelp()), flushTime)
		return exitOK
	}
	hint := "sseserver logs --help lists what there is"
	if near := cmdline.Nearest(asked, subcommandNames()); near != "" {
		hint = "did you mean " + near + "?"
	}
	return complain(p.stderr, exitInvalid, fmt.Errorf("unknown subcommand %q; %s", asked, hint))
}

func subcommandNames() (names []string) {
	for _, s := range subcommands() {
		names = append(names, s.name)
	}
	return names
}

func logsHelp() string {
	var b strings.Builder
	b.WriteString(logsIntro)
	column := 0
	for _, s := range subcommands() {
		column = max(column, len(s.name+" "+s.arguments))
	}
	for _, s := range subcommands() {
		fmt.Fprintf(&b, "   %-*s  %s\n", column, s.name+" "+s.arguments, s.about)
	}
	b.WriteString("\n   sseserver logs SUBCOMMAND --help says more.\n")
	return b.String()
}

// run parses the rest of the command line and runs the subcommand. It ends early when ctx
// does, or when nobody reads the output any more.
func (s subcommand) run(ctx context.Context, p process, args []string) int {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	in := inspection{stdin: p.stdin, stderr: p.stderr, stdout: &output{Writer: p.stdout, cancel: cancel}}
	if width, ok := terminalWidth(p.stdout); ok {
		noColor, _ := p.env("NO_COLOR") // no-color.org: an empty one does not count
		in.width, in.color = width, noColor == ""
	}
	flags, run := s.call()
	var serverFlags []cmdline.Flag
	if !s.readsNone {
		serverFlags = in.server.flags(p.env)
	}
	arguments, err := s.commandLine(flags, serverFlags).Parse(args, p.stdout)
	switch {
	case errors.Is(err, cmdline.ErrAnswered):
		return exitOK
	case err != nil:
		return complain(p.stderr, exitInvalid, err)
	}
	in.arguments = arguments
	code := run(ctx, in)
	if err := in.stdout.failed; err != nil && !errors.Is(err, syscall.EPIPE) {
		return complain(p.stderr, exitFailed, fmt.Errorf("what was found cannot be written: %w", err))
	}
	return code
}

func (s subcommand) commandLine(own, server []cmdline.Flag) cmdline.Program {
	var groups []cmdline.Group
	if len(own) > 0 {
		groups = append(groups, cmdline.Group{Title: "OPTIONS", Flags: own})
	}
	if len(server) > 0 {
		groups = append(groups, cmdline.Group{Title: "THE RUNNING SERVER", Flags: server})
	}
	intro := fmt.Sprintf("sseserver logs %s - %s\n\nUSAGE:\n   sseserver logs %s [options] %s\n\n%s", s.name, s.about, s.name, s.arguments, s.detail)
	return cmdline.Program{
		Name: "sseserver logs " + s.name, Version: versionLine(), Intro: intro, Groups: groups, Outro: "EXAMPLES:\n" + s.examples,
	}
}

// jsonFlag is the flag of a subcommand that can write JSON.
func jsonFlag(to *bool) cmdline.Flag {
	return cmdline.Flag{Name: "json", Usage: "write JSON, for programs", Set: (&toggle{to}).Set}
}
