package cmdline

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
)

// answer is what --help or --version asks for.
func (p Program) answer(asked error) string {
	if errors.Is(asked, errVersion) {
		return p.Name + " version " + p.Version + "\n"
	}
	return p.help()
}

// help is the text of --help.
func (p Program) help() string {
	var b strings.Builder
	b.WriteString(p.Intro)
	for _, group := range p.groups() {
		fmt.Fprintf(&b, "\n%s:\n", group.Title)
		table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		for _, f := range group.Flags {
			fmt.Fprintf(table, "   %s\t%s\n", f.spelling(), f.meaning())
		}
		_ = table.Flush() // a builder takes everything
	}
	b.WriteString("\n" + p.Outro)
	return b.String()
}

// spelling is how the flag is written: "--duration duration, -d".
func (f Flag) spelling() string {
	s := "--" + f.Name
	if f.Kind != "" {
		s += " " + f.Kind
	}
	if f.Short != "" {
		s += ", -" + f.Short
	}
	return s
}

// meaning is what the flag does, its default and its variable.
func (f Flag) meaning() string {
	s := f.Usage
	if f.Default != "" {
		s += " (default: " + f.Default + ")"
	}
	if f.Variable != "" {
		s += " [$" + f.Variable + "]"
	}
	return s
}
