package reading

import (
	"bytes"
	"encoding/json"
	"strconv"

	"sseserver/internal/logs"
)

// Null is the kind of a JSON null, which no field of the catalogue may be.
const Null logs.Kind = "null"

// Value is the JSON value of a field. It belongs to its line: it must not be used
// after that, but what its methods return may be.
type Value struct {
	raw     []byte // of a string, what is between its quotes
	kind    kind
	escaped bool // a string with escapes in it
}

// Kind is the JSON type. A number is an integer if it is written as one and an
// int64 or a uint64 holds it.
func (v Value) Kind() logs.Kind { return kindNames[v.kind] }

// String is the text of a string without its quotes and escapes, and the JSON of
// anything else, such as 12.5, true or ["a","b"].
func (v Value) String() string {
	if v.kind == stringKind && v.escaped {
		return unquote(v.raw)
	}
	return string(v.raw)
}

// Is reports whether the value is this text, as String returns it, without making
// that.
func (v Value) Is(text string) bool {
	if v.escaped {
		return v.String() == text
	}
	return string(v.raw) == text
}

// List is the value of an array of strings, and false if it is none.
func (v Value) List() ([]string, bool) {
	if v.kind != listKind {
		return nil, false
	}
	var all []*string
	if json.Unmarshal(v.raw, &all) != nil {
		return nil, false
	}
	texts := make([]string, len(all))
	for i, text := range all {
		if text == nil { // a null
			return nil, false
		}
		texts[i] = *text
	}
	return texts, true
}

// Object decodes the value of an object, as encoding/json does, and reports
// whether it could.
func (v Value) Object(into any) bool {
	return v.kind == objectKind && json.Unmarshal(v.raw, into) == nil
}

// Uint is an integer that is not negative, 0 for anything else.
func (v Value) Uint() uint64 {
	n, _ := strconv.ParseUint(string(v.raw), 10, 64)
	return n
}

func (v Value) int() (int64, bool) {
	if v.kind != intKind {
		return 0, false
	}
	return atoi(v.raw)
}

func (v Value) float() (float64, bool) {
	if v.kind != floatKind && v.kind != intKind {
		return 0, false
	}
	n, err := strconv.ParseFloat(string(v.raw), 64)
	return n, err == nil
}

// atoi parses the digits of a JSON integer, and reports whether an int64 holds it.
func atoi(digits []byte) (int64, bool) {
	const safe = 18 // so many digits always fit
	rest, negative := bytes.CutPrefix(digits, []byte("-"))
	if len(rest) > safe {
		n, err := strconv.ParseInt(string(digits), 10, 64)
		return n, err == nil
	}
	n := int64(0)
	for _, digit := range rest {
		n = n*10 + int64(digit-'0')
	}
	if negative {
		n = -n
	}
	return n, true
}

// unquote undoes the escapes of a JSON string that was scanned before.
func unquote(raw []byte) string {
	quoted := make([]byte, 0, len(raw)+2)
	quoted = append(append(append(quoted, '"'), raw...), '"')
	var text string
	if json.Unmarshal(quoted, &text) != nil {
		return string(raw) // cannot be: it was scanned
	}
	return text
}
