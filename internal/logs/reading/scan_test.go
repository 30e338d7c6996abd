package reading

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"sseserver/internal/logs"
)

// texts are objects and what is nearly one.
var texts = []string{
	`{}`, ` { } `, `{"a":1}`, `{"a":1,"b":"two","c":[1,"x",{}],"d":{"e":[]},"f":null,"g":true,"h":false}`,
	`{"a":-0,"b":0.5,"c":1e9,"d":-1.25E-3,"e":9223372036854775807,"f":18446744073709551615,"g":18446744073709551616}`,
	`{"a":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\ud800"}`, `{"\u0061":1}`, `{"":""}`, `{"long":"0123456789abcdef\"0123456789"}`,
	`{"a":1,"a":2}`, `{"a":1,"\u0061":2}`, `{"a":{"b":1,"b":2}}`, "{\"a\":\"é…\u2028\"}", "{\"a\":\"\xff\"}", "{\"\xff\":1}",
	``, ` `, `[]`, `1`, `"a"`, `{`, `{"`, `{"a`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `{"a":1,}`, `{"a" 1}`, `{a:1}`, `{"a":1}}`, `{"a":1} x`,
	`{"a":01}`, `{"a":-}`, `{"a":1.}`, `{"a":.5}`, `{"a":1e}`, `{"a":+1}`, `{"a":tru}`, `{"a":nul}`, `{"a":[1,]}`, `{"a":[}`, `{"a":{]}`, `{"a":[1 2]}`,
	`{"a":"\x"}`, `{"a":"\u12"}`, `{"a":"\u12g4"}`, `{"a":"\`, "{\"a\":\"\x00\"}", "{\"a\":\"1234567\t\"}", "{\"a\":\x00}", "\x00{}",
}

func TestScanAgreesWithEncodingJSON(t *testing.T) {
	for _, text := range texts {
		agree(t, []byte(text))
	}
}

func TestDepth(t *testing.T) {
	for _, depth := range []int{maxDepth - 1, maxDepth} {
		agree(t, []byte(`{"a":`+strings.Repeat("[", depth)+strings.Repeat("]", depth)+`}`))
	}
}

func FuzzScan(f *testing.F) {
	for _, text := range texts {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) { agree(t, text) })
}

// agree scans a text and has encoding/json decode it, too.
func agree(t *testing.T, text []byte) {
	t.Helper()
	fields, err := scanObject(text, nil)
	want, wantErr := decode(text)
	if (err == nil) != (wantErr == nil) {
		t.Fatalf("%.200q: %v, encoding/json says %v", text, err, wantErr)
	}
	if err != nil {
		return
	}
	if len(fields) != len(want) {
		t.Fatalf("%.200q: %d fields, want %d", text, len(fields), len(want))
	}
	for i, f := range fields {
		got := jsonField{keyText(f.keyIn(text)), f.in(text).Kind(), f.in(text).String()}
		if got != want[i] {
			t.Errorf("%.200q: field %d is %+v, want %+v", text, i, got, want[i])
		}
	}
}

type jsonField struct {
	key  string
	kind logs.Kind
	text string
}

// decode has encoding/json read an object, with no key twice.
func decode(text []byte) ([]jsonField, error) {
	if !json.Valid(text) || !utf8.Valid(text) { // it takes what is not UTF-8, too
		return nil, fmt.Errorf("not valid")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, fmt.Errorf("no object")
	}
	seen := make(map[string]bool)
	var fields []jsonField
	for d.More() {
		before := d.InputOffset()
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		if bytes.Contains(text[before:d.InputOffset()], []byte("\\")) {
			return nil, fmt.Errorf("%s has an escape", key)
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return nil, err
		}
		f := jsonField{key: key.(string), text: string(raw)}
		if seen[f.key] {
			return nil, fmt.Errorf("%s twice", f.key)
		}
		seen[f.key] = true
		f.kind, f.text = kindOf(raw)
		fields = append(fields, f)
	}
	return fields, nil
}

func kindOf(raw json.RawMessage) (logs.Kind, string) {
	switch raw[0] {
	case '"':
		var text string
		_ = json.Unmarshal(raw, &text) // it is valid
		return logs.String, text
	case '{':
		return logs.Object, string(raw)
	case '[':
		return logs.List, string(raw)
	case 't', 'f':
		return logs.Bool, string(raw)
	case 'n':
		return Null, string(raw)
	}
	var signed int64
	var unsigned uint64
	if json.Unmarshal(raw, &signed) == nil || json.Unmarshal(raw, &unsigned) == nil {
		return logs.Int, string(raw)
	}
	return logs.Float, string(raw)
}
