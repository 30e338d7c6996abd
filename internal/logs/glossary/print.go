package glossary

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"sseserver/internal/logs"
	"sseserver/internal/logs/terminal"
)

// Events writes, for people, which events there are.
func Events(w io.Writer, style terminal.Style, events []*logs.Event) error {
	var b strings.Builder
	column := 0
	for _, e := range events {
		column = max(column, len(e.Name))
	}
	for _, e := range events {
		fmt.Fprintf(&b, "%s  %s  %s\n", style.Paint(terminal.Bold, fmt.Sprintf("%-*s", column, e.Name)), levels(style, e), quoted(e.Message))
		fmt.Fprintf(&b, "   %s\n", style.Wrap(plain(e.About), 3))
	}
	var common []string
	for _, f := range Common {
		common = append(common, f.Key)
	}
	fmt.Fprintf(&b, "\n%s\n", style.Wrap("Every line has also: "+strings.Join(common, ", ")+".", 0))
	_, err := io.WriteString(w, b.String())
	return err
}

// Details writes, for people, what events are and which fields they have.
func Details(w io.Writer, style terminal.Style, events []*logs.Event) error {
	for i, e := range events {
		if i > 0 {
			if _, err := io.WriteString(w, "\n"); err != nil {
				return err
			}
		}
		if err := details(w, style, e); err != nil {
			return err
		}
	}
	return nil
}

func details(w io.Writer, style terminal.Style, e *logs.Event) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s  %s\n", style.Paint(terminal.Bold, e.Name), levels(style, e), quoted(e.Message))
	fmt.Fprintf(&b, "   %s\n\n", style.Wrap(plain(e.About), 3))
	keys, types := 0, 0
	for f := range Fields(e) {
		keys, types = max(keys, len(f.Key)), max(types, len(typeOf(f)))
	}
	for f, required := range Fields(e) {
		text := plain(f.About)
		if len(f.Values) > 0 {
			text += ": " + strings.Join(f.Values, ", ")
		}
		if !required {
			text = "where known: " + text
		}
		fmt.Fprintf(&b, "   %s  %-*s  %s\n", style.Paint(terminal.Cyan, fmt.Sprintf("%-*s", keys, f.Key)), types, typeOf(f),
			style.Wrap(text, 3+keys+2+types+2))
	}
	_, err := io.WriteString(w, b.String())
	return err
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

func quoted(message string) string { return "“" + message + "”" }

// plain is a text without the marks of Markdown.
func plain(text string) string { return strings.ReplaceAll(text, "`", "") }

// event and field are the catalogue for programs.
type event struct {
	Name    string   `json:"name"`
	Levels  []string `json:"levels"`
	Message string   `json:"message"`
	About   string   `json:"about"`
	Fields  []field  `json:"fields"`
}

type field struct {
	Key      string   `json:"key"`
	Type     string   `json:"type"`
	Unit     string   `json:"unit,omitempty"`
	Required bool     `json:"required"`
	About    string   `json:"about"`
	Values   []string `json:"values,omitempty"`
}

// JSON writes the events, with those fields that all have, as JSON:
// {"common":[FIELD,…],"events":[{"name","levels","message","about","fields":[FIELD,…]},…]}
func JSON(w io.Writer, events []*logs.Event) error {
	document := struct {
		Common []field `json:"common"`
		Events []event `json:"events"`
	}{Events: []event{}}
	for _, f := range Common {
		document.Common = append(document.Common, fieldOf(f, true))
	}
	for _, e := range events {
		one := event{Name: e.Name, Message: e.Message, About: plain(e.About), Fields: []field{}}
		for _, level := range e.Levels {
			one.Levels = append(one.Levels, level.String())
		}
		for f, required := range Fields(e) {
			one.Fields = append(one.Fields, fieldOf(f, required))
		}
		document.Events = append(document.Events, one)
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(document)
}

func fieldOf(f logs.Field, required bool) field {
	return field{f.Key, string(f.Kind), Unit(f), required, plain(f.About), f.Values}
}
