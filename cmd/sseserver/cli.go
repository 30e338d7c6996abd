package main

import (
	"errors"
	"io"

	"sseserver/internal/cmdline"
)

// action is what the command line asks for.
type action int

const (
	nothing     action = iota // --help and --version, answered already
	serve                     // run the server
	healthcheck               // ask a running server whether it is ready
)

const intro = `sseserver - stream messages as Server-Sent Events, by character or as progress

USAGE:
   sseserver [options]
   sseserver [options] healthcheck   exit with 0 if --addr is ready, else with 1
   sseserver logs ...                look into its log: sseserver logs --help
`

const examples = `EXAMPLES:
   sseserver                                       serve on 127.0.0.1:4400
   sseserver --addr 0.0.0.0:8080 --interval 20ms   for everyone, faster
   sseserver --tls-self-signed                     HTTPS, also with HTTP/2
   sseserver --nats nats://10.0.0.1:4222           one of several servers
   SSESERVER_LOG_LEVEL=debug sseserver             every chunk in the log
   sseserver healthcheck                           is it ready?
`

// parseConfig reads the settings: flags in args (without the program's name),
// over the SSESERVER_ variables that env finds, over the defaults. What --help and
// --version ask for goes to stdout. An error is a *configError.
func parseConfig(args []string, env func(string) (string, bool), stdout io.Writer) (Config, action, error) {
	c := Config{sources: make(map[string]string)}
	given := make(map[string]string)
	arguments, err := commandLine(settings(&c), given).Parse(args, stdout)
	if errors.Is(err, cmdline.ErrAnswered) {
		return c, nothing, nil
	}
	if wrong, ok := errors.AsType[*cmdline.Error](err); ok {
		return c, nothing, &configError{wrong.Flag, "flag", wrong.Err}
	}
	asked, err := actionOf(arguments)
	if err != nil {
		return c, nothing, err
	}
	return c, asked, c.set(given, env)
}

// commandLine is what the program's command line can be. Parsing it puts the text
// of each flag to given: values.go tells bad texts from good ones once all is
// read, since the line about a bad one wants to know the log's format.
func commandLine(table []setting, given map[string]string) cmdline.Program {
	options := cmdline.Group{Title: "OPTIONS"}
	for _, s := range table {
		options.Flags = append(options.Flags, cmdline.Flag{
			Name: s.name, Kind: s.value.Kind(), Usage: s.usage, Default: s.def, Variable: s.variable(),
			Set: func(text string) error { given[s.name] = text; return nil },
		})
	}
	return cmdline.Program{
		Name: "sseserver", Version: versionLine(), Intro: intro, Groups: []cmdline.Group{options}, Outro: examples,
	}
}

// actionOf reads the arguments that are not flags.
func actionOf(arguments []string) (action, error) {
	asked := serve
	if len(arguments) > 0 && arguments[0] == "healthcheck" {
		asked, arguments = healthcheck, arguments[1:]
	}
	if len(arguments) > 0 && arguments[0] == "logs" {
		return nothing, &configError{arguments[0], "argument", errors.New("must come first: sseserver logs SUBCOMMAND [options] [FILE...]")}
	}
	if len(arguments) > 0 {
		return nothing, &configError{arguments[0], "argument", errors.New("unknown argument; sseserver --help lists what there is")}
	}
	return asked, nil
}

// set reads each setting's text into c and checks the whole.
func (c *Config) set(given map[string]string, env func(string) (string, bool)) error {
	var first error
	for _, s := range settings(c) {
		text, source := s.def, "default"
		if variable, ok := env(s.variable()); ok {
			text, source = variable, "environment"
		}
		if flag, ok := given[s.name]; ok {
			text, source = flag, "flag"
		}
		c.sources[s.name] = source
		// The rest is read all the same, the log's format among it.
		if err := s.value.Set(text); err != nil && first == nil {
			first = c.invalid(err, s.name)
		}
	}
	if first != nil {
		return first
	}
	return c.check()
}
