package glossary

import (
	"encoding/json"
	"io"

	"sseserver/internal/logs"
)

// event is an event of the catalogue for programs.
type event struct {
	Name    string   `json:"name"`
	Levels  []string `json:"levels"`
	Message string   `json:"message"`
	About   string   `json:"about"`
	Fields  []field  `json:"fields"`
}

// field is a field of one event, or of every line.
type field struct {
	Key      string   `json:"key"`
	Type     string   `json:"type"`
	Unit     string   `json:"unit,omitempty"`
	Required bool     `json:"required"`
	About    string   `json:"about"`
	Values   []string `json:"values,omitempty"`
}

// JSON writes events for programs, after the fields that every line has:
//
//	{"common":[FIELD,…],"events":[{"name","levels","message","about","fields":[FIELD,…]},…]}
func JSON(w io.Writer, events []*logs.Event) error {
	document := struct {
		Common []field `json:"common"`
		Events []event `json:"events"`
	}{Events: []event{}}
	for _, f := range Common {
		document.Common = append(document.Common, fieldOf(f, true))
	}
	for _, e := range events {
		one := event{Name: e.Name, Message: e.Message, About: Plain(e.About), Fields: []field{}}
		for _, level := range e.Levels {
			one.Levels = append(one.Levels, level.String())
		}
		for f, required := range e.Fields() {
			one.Fields = append(one.Fields, fieldOf(f, required))
		}
		document.Events = append(document.Events, one)
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(document)
}

func fieldOf(f logs.Field, required bool) field {
	return field{f.Key, string(f.Kind), Unit(f), required, Plain(f.About), f.Values}
}
