package cmdline

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
)

// ErrAnswered is what Parse returns if the arguments asked for --help or
// --version, which it has answered. Nothing is left to do.
var ErrAnswered = errors.New("cmdline: answered")

// What the own flags return, so that they end the parsing.
var (
	errHelp    = errors.New("cmdline: --help")
	errVersion = errors.New("cmdline: --version")
)

// Error is what is wrong with one flag.
type Error struct {
	Flag string // with its dashes, as "--interval"
	Err  error  // what Set returned, or that the flag is unknown or lacks its value
}

func (e *Error) Error() string { return e.Flag + ": " + e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// Parse sets the flags that are among args, in their order, and returns the
// arguments that are not flags. It stops at the first error, an *Error, and at
// --help and --version, which it answers on stdout: then the error is ErrAnswered.
func (p Program) Parse(args []string, stdout io.Writer) (arguments []string, err error) {
	flags := p.flagSet()
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		switch {
		case arg == "--":
			return append(arguments, args...), nil
		case len(arg) < 2 || arg[0] != '-': // a lone dash is an argument, by custom standard input
			arguments = append(arguments, arg)
		default:
			args, err = set(flags, arg, args)
			if errors.Is(err, errHelp) || errors.Is(err, errVersion) {
				_, _ = io.WriteString(stdout, p.answer(err)) // as package flag does
				return nil, ErrAnswered
			}
			if err != nil {
				return nil, err
			}
		}
	}
	return arguments, nil
}

// set sets the flag that arg names. Its value is in arg or the first of rest; set
// returns what remains of rest.
func set(flags *flag.FlagSet, arg string, rest []string) ([]string, error) {
	name, text, hasText := strings.Cut(strings.TrimPrefix(arg[1:], "-"), "=")
	known := flags.Lookup(name)
	switch {
	case known == nil:
		return nil, &Error{dashed(name), unknown(flags, name)}
	case hasText:
	case needsNone(known):
		text = "true"
	case len(rest) == 0:
		return nil, &Error{dashed(name), fmt.Errorf("needs a value; %s", seeHelp(flags))}
	default:
		text, rest = rest[0], rest[1:]
	}
	if err := flags.Set(name, text); err != nil {
		return nil, &Error{dashed(name), err}
	}
	return rest, nil
}

// needsNone says whether a flag may stand without a value, as in package flag.
func needsNone(f *flag.Flag) bool {
	value, ok := f.Value.(interface{ IsBoolFlag() bool })
	return ok && value.IsBoolFlag()
}

func unknown(flags *flag.FlagSet, name string) error {
	if near := nearest(flags, name); near != "" {
		return fmt.Errorf("unknown flag; did you mean %s?", dashed(near))
	}
	return fmt.Errorf("unknown flag; %s", seeHelp(flags))
}

func seeHelp(flags *flag.FlagSet) string { return flags.Name() + " --help lists what there is" }

// dashed is a flag's name as people write it.
func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}
