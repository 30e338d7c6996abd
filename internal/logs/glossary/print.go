package glossary

import (
	"fmt"
	"io"
	"strings"

	"sseserver/internal/logs"
	"sseserver/internal/logs/terminal"
)

// Events writes a list of events for people: names, levels, messages, and when each is
// logged.
func Events(w io.Writer, style terminal.Style, events []*logs.Event) error {
	column := 0
	for _, e := range events {
		column = max(column, len(e.Name))
	}
	var b strings.Builder
	for _, e := range events {
		head(&b, style, e, column)
	}
	var common []string
	for _, f := range Common {
		common = append(common, f.Key)
	}
	fmt.Fprintf(&b, "\n%s\n", style.Wrap("Every line has also: "+strings.Join(common, ", ")+".", 0))
	_, err := io.WriteString(w, b.String())
	return err
}

// Details writes events for people, with all their fields.
func Details(w io.Writer, style terminal.Style, events []*logs.Event) error {
	var b strings.Builder
	for i, e := range events {
		if i > 0 {
			b.WriteByte('\n')
		}
		details(&b, style, e)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func details(b *strings.Builder, style terminal.Style, e *logs.Event) {
	head(b, style, e, len(e.Name))
	b.WriteByte('\n')
	keys, types := 0, 0
	for f := range e.Fields() {
		keys, types = max(keys, len(f.Key)), max(types, len(typeOf(f)))
	}
	for f, required := range e.Fields() {
		text := Plain(f.About)
		if len(f.Values) > 0 {
			text += ": " + strings.Join(f.Values, ", ")
		}
		if !required {
			text = "where known: " + text
		}
		fmt.Fprintf(b, "   %s  %-*s  %s\n", style.Paint(terminal.Cyan, fmt.Sprintf("%-*s", keys, f.Key)), types, typeOf(f),
			style.Wrap(text, 3+keys+2+types+2))
	}
}

// head writes what an event is. Its name takes at least width characters.
func head(b *strings.Builder, style terminal.Style, e *logs.Event, width int) {
	name := style.Paint(terminal.Bold, fmt.Sprintf("%-*s", width, e.Name))
	fmt.Fprintf(b, "%s  %s  “%s”\n", name, levels(style, e), e.Message)
	fmt.Fprintf(b, "   %s\n", style.Wrap(Plain(e.About), 3))
}

func levels(style terminal.Style, e *logs.Event) string {
	var all []string
	for _, level := range e.Levels {
		color := terminal.Faint
		switch level.String() {
		case "warn":
			color = terminal.Yellow
		case "error":
			color = terminal.Red
		}
		all = append(all, style.Paint(color, level.String()))
	}
	return strings.Join(all, ", ")
}

// typeOf is the type of a field's value, with its unit.
func typeOf(f logs.Field) string {
	if unit := Unit(f); unit != "" {
		return string(f.Kind) + ", " + unit
	}
	return string(f.Kind)
}
