package lnav

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"sseserver/internal/logs"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func made(t *testing.T) []byte {
	t.Helper()
	text, err := Format()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// definition is the format as a program reads it.
func definition(t *testing.T) map[string]any {
	t.Helper()
	var file map[string]any
	if err := json.Unmarshal(made(t), &file); err != nil {
		t.Fatal(err)
	}
	return file[Name].(map[string]any)
}

func lnavSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := os.ReadFile("testdata/format-v1.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(schema, document); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile(schema)
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

func TestSchema(t *testing.T) {
	judge := lnavSchema(t)
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(made(t)))
	if err != nil {
		t.Fatal(err)
	}
	if err := judge.Validate(value); err != nil {
		t.Error(err)
	}
	// A schema that takes everything would judge nothing.
	value.(map[string]any)[Name].(map[string]any)["opid-feild"] = "stream_id"
	if judge.Validate(value) == nil {
		t.Error("the schema takes a property that there is not")
	}
}

// Each field of each event is defined, but for the words of SQL, and what a line
// shows is defined as well.
func TestFields(t *testing.T) {
	values := definition(t)["value"].(map[string]any)
	for _, event := range logs.Catalogue {
		for f := range event.Fields() {
			v, ok := values[f.Key].(map[string]any)
			switch {
			case f.Key == "from" || f.Key == "to":
			case !ok:
				t.Errorf("%s is not defined", f.Key)
			case v["kind"] != kinds[f.Kind] || v["description"] == "":
				t.Errorf("%s, %s, is %v", f.Key, f.Kind, v)
			}
		}
	}
	for _, key := range shown {
		if v, ok := values[key].(map[string]any); !ok || v["hidden"] == true {
			t.Errorf("%s is shown in a line and is %v", key, v)
		}
	}
	for key, want := range map[string]string{
		"duration_ms": "float", "resumed": "boolean", "chunks": "integer", "urls": "json", "config": "json", "reason": "string", "seq": "integer",
	} {
		if got := values[key].(map[string]any)["kind"]; got != want {
			t.Errorf("%s is %v, want %s", key, got, want)
		}
	}
}

// The sample is a line of the catalogue.
func TestSample(t *testing.T) {
	var line map[string]any
	if err := json.Unmarshal([]byte(sampleLine), &line); err != nil {
		t.Fatal(err)
	}
	for _, f := range logs.StreamClosed.Required {
		if _, ok := line[f.Key]; !ok {
			t.Errorf("it lacks %s", f.Key)
		}
	}
	values := definition(t)["value"].(map[string]any)
	for key := range line {
		if values[key] == nil {
			t.Errorf("it has %s, which is not defined", key)
		}
	}
}
