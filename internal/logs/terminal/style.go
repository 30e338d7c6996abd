// Package terminal lays out text for people: wrapped at the width of their terminal, with
// times of their zone, numbers that can be read, and colors if the terminal shows them.
package terminal

import (
	"strings"
	"time"
	"unicode/utf8"
)

// Style is how text is laid out. Its zero value neither wraps nor colors, and shows times
// in UTC. Any goroutine may use it at any time.
type Style struct {
	Width int            // of a line, in characters; 0 does not wrap
	Color bool           // whether the terminal shows colors
	Zone  *time.Location // of times; nil is UTC
}

// Color is the number of an ANSI color or attribute.
// https://en.wikipedia.org/wiki/ANSI_escape_code#SGR
type Color string

// The colors in use.
const (
	Bold   Color = "1"
	Faint  Color = "2"
	Red    Color = "31"
	Green  Color = "32"
	Yellow Color = "33"
	Cyan   Color = "36"
)

// Paint colors a text.
func (s Style) Paint(color Color, text string) string {
	if !s.Color || text == "" {
		return text
	}
	return "\x1b[" + string(color) + "m" + text + "\x1b[0m"
}

// narrowest is the least room for words behind an indent, in characters.
const narrowest = 20

// Wrap breaks a text between words so that each line fits behind an indent of so many
// characters. All lines but the first begin with the indent. A word that is too long is
// not broken, so that it can be copied. Runs of white space become one space, and the
// words are Plain.
func (s Style) Wrap(text string, indent int) string {
	words := strings.Fields(text)
	for i, word := range words {
		words[i] = Plain(word)
	}
	if s.Width == 0 {
		return strings.Join(words, " ")
	}
	room := max(s.Width-indent, narrowest)
	var b strings.Builder
	column := 0
	for _, word := range words {
		width := utf8.RuneCountInString(word)
		switch {
		case column == 0:
		case column+1+width > room:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			column = 0
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += width
	}
	return b.String()
}

// Clock is the time of day, with milliseconds.
func (s Style) Clock(at time.Time) string { return s.in(at).Format("15:04:05.000") }

// Day is the date and the zone: "Thursday, 26 November 2026, times in CET (UTC+01:00)".
func (s Style) Day(at time.Time) string {
	at = s.in(at)
	zone := at.Format("MST (UTC-07:00)")
	switch name, offset := at.Zone(); {
	case offset == 0 && name == "UTC":
		zone = "UTC"
	case strings.ContainsAny(name, "+-0123456789") || name == "": // the zone has no name
		zone = at.Format("UTC-07:00")
	}
	return at.Format("Monday, 2 January 2006, times in ") + zone
}

// SameDay reports whether two times have the same date.
func (s Style) SameDay(a, b time.Time) bool {
	return s.in(a).Format(time.DateOnly) == s.in(b).Format(time.DateOnly)
}

func (s Style) in(at time.Time) time.Time {
	if s.Zone == nil {
		return at.UTC()
	}
	return at.In(s.Zone)
}
