package cmdline

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
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
		column := 0 // of the meanings
		for _, f := range group.Flags {
			column = max(column, len("   "+f.spelling()+"  "))
		}
		for _, f := range group.Flags {
			fmt.Fprintf(&b, "%-*s%s\n", column, "   "+f.spelling(), wrap(f.meaning(), column))
		}
	}
	b.WriteString("\n" + p.Outro)
	return b.String()
}

// width is how long a line of the help may be, in characters.
const width = 80

// joint is a space at which no line is broken.
const joint = "\u00a0"

// wrap breaks a text that begins in a column so that it also goes on there. A
// word that is longer than a line is left whole.
func wrap(text string, column int) string {
	var b strings.Builder
	at := column
	for i, word := range strings.Split(text, " ") {
		length := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case at+1+length > width:
			b.WriteString("\n" + strings.Repeat(" ", column))
			at = column
		default:
			b.WriteByte(' ')
			at++
		}
		b.WriteString(word)
		at += length
	}
	return strings.ReplaceAll(b.String(), joint, " ")
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
		s += " (default:" + joint + f.Default + ")"
	}
	if f.Variable != "" {
		s += " [$" + f.Variable + "]"
	}
	return s
}
