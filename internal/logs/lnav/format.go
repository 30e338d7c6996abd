// Package lnav makes a log format for lnav, the log file navigator, from the catalogue
// of events. Versions from 0.11.1 on read it.
// https://docs.lnav.org/en/v0.12.4/formats.html
package lnav

import (
	"encoding/json"
	"slices"
	"strings"

	"sseserver/internal/logs"
	"sseserver/internal/logs/glossary"
)

// Name is the format's name in lnav, and that of its table for queries.
const Name = "sseserver_log"

// schema says what the file is, to lnav and to editors.
const schema = "https://lnav.org/schemas/format-v1.schema.json"

// format is a definition of lnav's.
type format struct {
	Title          string            `json:"title"`
	Description    string            `json:"description"`
	FileType       string            `json:"file-type"`
	Multiline      bool              `json:"multiline"`
	HideExtra      bool              `json:"hide-extra"`
	LocalTime      bool              `json:"convert-to-local-time"`
	TimestampField string            `json:"timestamp-field"`
	LevelField     string            `json:"level-field"`
	BodyField      string            `json:"body-field"`
	OpidField      string            `json:"opid-field"`
	Level          map[string]string `json:"level"`
	LineFormat     []any             `json:"line-format"`
	Value          map[string]value  `json:"value"`
	Tags           map[string]tag    `json:"tags"`
	Opid           opid              `json:"opid"`
	Sample         []sample          `json:"sample"`
}

type value struct {
	Kind        string `json:"kind"`
	Identifier  bool   `json:"identifier,omitempty"`
	ForeignKey  bool   `json:"foreign-key,omitempty"` // a number that is no quantity
	Hidden      bool   `json:"hidden,omitempty"`      // until it is asked for
	Description string `json:"description"`
}

// tag is put on the lines whose message has the pattern.
type tag struct {
	Pattern     string `json:"pattern"`
	Description string `json:"description"`
}

// opid says what an operation is called in the timeline, from 0.12 on.
type opid struct {
	Description map[string]opidDescription `json:"description"`
}

type opidDescription struct {
	Format []opidField `json:"format"`
}

type opidField struct {
	Field  string `json:"field"`
	Prefix string `json:"prefix,omitempty"`
}

type sample struct {
	Line string `json:"line"`
}

// column is a field in a line as it is shown.
type column struct {
	Field    string `json:"field"`
	Default  string `json:"default-value"`
	MinWidth int    `json:"min-width,omitempty"`
}

// Format returns the format as JSON, a file of lnav's.
func Format() ([]byte, error) {
	file := map[string]any{"$schema": schema, Name: format{
		Title: "sseserver", Description: "The log of sseserver, which streams messages as Server-Sent Events.",
		FileType: "json", HideExtra: true, LocalTime: true,
		TimestampField: logs.TimeKey, LevelField: logs.LevelKey, BodyField: logs.MessageKey, OpidField: "stream_id",
		Level:      map[string]string{"debug": "^debug$", "info": "^info$", "warning": "^warn$", "error": "^error$"},
		LineFormat: line(), Value: values(), Tags: tags(), Opid: streams,
		Sample: []sample{{sampleLine}},
	}}
	text, err := json.MarshalIndent(file, "", "  ")
	return append(text, '\n'), err
}

// shown are the fields that a line shows, where it has them: those that need no name
// beside them, since lnav 0.11 cannot show that. The ids come last, whole, so that
// they can be searched for.
var shown = []string{
	"reason", "code", "fault", "http.request.method", "url.path", "http.response.status_code", "client.address", "error",
	"stream_id", "message_id",
}

// line is a line as it is shown: the time, the level, what happened, and what else matters.
func line() []any {
	all := []any{column{Field: "__timestamp__"}, " ", column{Field: "__level__", MinWidth: len("warning")}, " ", column{Field: logs.MessageKey}}
	for _, key := range shown {
		all = append(all, " ", column{Field: key})
	}
	return all
}

// values are all fields of all events.
func values() map[string]value {
	all := make(map[string]value)
	for _, f := range glossary.Common {
		all[f.Key] = valueOf(f)
	}
	for _, e := range logs.Catalogue {
		for f := range e.Fields() {
			if _, known := all[f.Key]; !known && !slices.Contains(reserved, f.Key) {
				all[f.Key] = valueOf(f)
			}
		}
	}
	return all
}

// reserved are fields that cannot be defined: lnav 0.11 makes a column of each, without
// quotes, and these are words of SQL.
var reserved = []string{"from", "to"}

func valueOf(f logs.Field) value {
	v := value{Kind: kinds[f.Kind], Description: glossary.Plain(f.About)}
	if unit := glossary.Unit(f); unit != "" && !strings.Contains(f.About, unit) {
		v.Description += ", in " + unit
	}
	if len(f.Values) > 0 {
		v.Description += ": " + strings.Join(f.Values, ", ")
	}
	v.Identifier = strings.HasSuffix(f.Key, "_id") || slices.Contains(identifiers, f.Key)
	v.Hidden = f.Key != logs.MessageKey && !slices.Contains(shown, f.Key)
	v.ForeignKey = f.Kind == logs.Int && slices.Contains(keys, f.Key)
	return v
}

// kinds are lnav's names of the kinds of values.
var kinds = map[logs.Kind]string{
	logs.String: "string", logs.Int: "integer", logs.Float: "float", logs.Bool: "boolean", logs.List: "json", logs.Object: "json",
}

var (
	// identifiers are fields that stand for something, beside the ids.
	identifiers = []string{logs.EventKey, logs.LoggerKey, "reason", "code", "client.address", "kind", "http.request.method"}
	// keys are the integers that stand for something.
	keys = []string{logs.SeqKey, "seed", "status", "http.response.status_code", "client.port", "catalogue"}
)

// tags mark where a stream starts and stops.
func tags() map[string]tag {
	return map[string]tag{
		"stream-start": {logs.StreamOpened.Message, logs.StreamOpened.About},
		"stream-stop":  {logs.StreamClosed.Message, logs.StreamClosed.About},
	}
}

// streams are the operations: what they are called in the timeline.
var streams = opid{map[string]opidDescription{"stream": {[]opidField{
	{Field: "kind"}, {Field: "message_id", Prefix: " of "}, {Field: "client.address", Prefix: " to "}, {Field: "reason", Prefix: ": "},
}}}}

// sampleLine is a line that lnav has to know as one of this format.
const sampleLine = `{"seq":12,"level":"info","time":"2026-01-02T03:04:05.678900Z","logger":"httpapi","msg":"stream closed",` +
	`"event":"stream.closed","stream_id":"7c1f9a52-36b5-4f0e-9a3c-0d6b8f7e2a10","message_id":"5b0e3c0e-8e0f-4f5e-9d5c-2f8f6a1f4a01",` +
	`"reason":"completed","chunks":5,"done":true,"bytes":512,"duration_ms":251.3,"max_lag_ms":0.4,"resumed":false,"client.address":"127.0.0.1",` +
	`"kind":"characters","unit":"character","total":5,"last_position":4,"ttfc_ms":0.5}`
