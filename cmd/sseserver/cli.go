package main

import (
	"context"
	"errors"
	"io"

	"github.com/urfave/cli/v3"
)

// action is what the command line asks for.
type action int

const (
	nothing     action = iota // --help and --version, answered already
	serve                     // run the server
	healthcheck               // ask a running server whether it is ready
)

const examples = `EXAMPLES:
   sseserver                                       serve on 127.0.0.1:4400
   sseserver --addr 0.0.0.0:8080 --interval 20ms   for everyone, faster
   SSESERVER_LOG_LEVEL=debug sseserver             every chunk in the log
   sseserver healthcheck                           exit 0 if the server at --addr is ready, else 1`

// parseConfig reads the settings: flags in args (without the program's name), over the SSESERVER_ variables that env finds, over
// the defaults. What --help and --version ask for goes to stdout. An error is a *configError.
func parseConfig(args []string, env func(string) (string, bool), stdout io.Writer) (Config, action, error) {
	c := Config{sources: make(map[string]string)}
	asked := nothing
	cmd, flags := command(&c, env, &asked)
	cmd.Writer, cmd.ErrWriter = stdout, io.Discard
	if err := cmd.Run(context.Background(), append([]string{cmd.Name}, args...)); err != nil {
		return c, nothing, usageError(err)
	}
	if asked == nothing {
		return c, nothing, nil
	}
	return c, asked, c.set(flags)
}

// settingFlag is a setting's flag: a text to urfave/cli, so that a bad value is told from a good one in one place, values.go.
type settingFlag struct {
	setting
	*cli.StringFlag
	env *envSource
}

// command builds the command line. Running it stores in asked what is to be done.
func command(c *Config, env func(string) (string, bool), asked *action) (*cli.Command, []settingFlag) {
	does := func(a action) cli.ActionFunc {
		return func(_ context.Context, cmd *cli.Command) error {
			if cmd.Args().Present() {
				return &configError{cmd.Args().First(), "argument", errors.New("unknown argument; sseserver --help lists what there is")}
			}
			*asked = a
			return nil
		}
	}
	stay := func(context.Context, *cli.Command, error) {} // cli would print the error and exit
	usage := func(_ context.Context, _ *cli.Command, err error, _ bool) error { return err }
	cmd := &cli.Command{
		Name: "sseserver", Usage: "stream messages as Server-Sent Events, character by character or as progress",
		UsageText: "sseserver [options]\nsseserver [options] healthcheck", Version: versionLine(),
		Action: does(serve), ExitErrHandler: stay, OnUsageError: usage, HideHelpCommand: true,
		CustomRootCommandHelpTemplate: cli.RootCommandHelpTemplate + "\n" + examples + "\n",
		Commands: []*cli.Command{{
			Name: "healthcheck", Usage: "exit with 0 if the server at --addr is ready, else with 1",
			Action: does(healthcheck), ExitErrHandler: stay, OnUsageError: usage,
		}},
	}
	var flags []settingFlag
	for _, s := range settings(c) {
		source := &envSource{key: s.variable(), env: env}
		f := &cli.StringFlag{
			Name: s.name, Usage: s.usage, Value: s.def,
			Sources: cli.NewValueSourceChain(source),
		}
		f.SetStringer(func(cli.Flag) string { return s.help() })
		flags = append(flags, settingFlag{s, f, source})
		cmd.Flags = append(cmd.Flags, f)
	}
	return cmd, flags
}

// set reads each flag's text into c and checks the whole.
func (c *Config) set(flags []settingFlag) error {
	var first error
	for _, f := range flags {
		text := f.Get().(string)
		c.sources[f.name] = "default"
		switch {
		case f.env.found && f.env.text == text:
			c.sources[f.name] = "environment"
		case f.IsSet():
			c.sources[f.name] = "flag"
		}
		// The rest is read all the same: the line about the error wants to know the log's format.
		if err := f.value.Set(text); err != nil && first == nil {
			first = c.invalid(err, f.name)
		}
	}
	if first != nil {
		return first
	}
	return c.check()
}

// envSource is one variable, looked up through a function so that tests need not change the process's environment.
type envSource struct {
	key   string
	env   func(string) (string, bool)
	text  string
	found bool // whether cli asked, which it does where there is no flag, and there was one
}

func (s *envSource) Lookup() (string, bool) {
	s.text, s.found = s.env(s.key)
	return s.text, s.found
}

func (s *envSource) IsFromEnv() bool  { return true }
func (s *envSource) Key() string      { return s.key }
func (s *envSource) String() string   { return "environment variable " + s.key }
func (s *envSource) GoString() string { return s.String() }
