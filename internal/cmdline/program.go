package cmdline

import (
	"flag"
	"slices"
)

// Flag is one flag of a program.
type Flag struct {
	Name  string // without dashes
	Short string // one letter that means the same; empty if there is none
	Kind  string // the form of its value, such as "duration"; empty for a flag that needs none

	// Usage, Default and Variable (of the environment) are shown by --help. Parse
	// neither sets the default nor reads the variable.
	Usage, Default, Variable string

	// Set takes the text of the value, once for each time that the flag is given;
	// "true" where a flag needs no value and has none. Its error follows the
	// flag's name and a colon.
	Set func(text string) error
}

// Group is the flags below one title of --help.
type Group struct {
	Title string
	Flags []Flag
}

// Program is what a program's command line can be.
type Program struct {
	Name    string
	Version string // what --version says after the name
	Intro   string // what --help says before the flags: what the program does, and how to call it
	Groups  []Group
	Outro   string // and after them: examples
}

// own is the flags that every program has.
var own = Group{"HELP", []Flag{
	{Name: "help", Short: "h", Usage: "show this help", Set: func(string) error { return errHelp }},
	{Name: "version", Short: "v", Usage: "print the version", Set: func(string) error { return errVersion }},
}}

func (p Program) groups() []Group { return append(slices.Clip(p.Groups), own) }

// flagSet is the program's flags as those of package flag.
func (p Program) flagSet() *flag.FlagSet {
	flags := flag.NewFlagSet(p.Name, flag.ContinueOnError)
	for _, group := range p.groups() {
		for _, f := range group.Flags {
			define := flags.Func
			if f.Kind == "" {
				define = flags.BoolFunc
			}
			define(f.Name, f.Usage, f.Set)
			if f.Short != "" {
				define(f.Short, f.Usage, f.Set)
			}
		}
	}
	return flags
}
