package track

import (
	"fmt"
	"strconv"
	"strings"
	"unsafe"

	"github.com/tidwall/gjson"
)

// Path names a value in the data of an event: "data.choices.0.delta.content" is
// the value of "content" in the object "delta" of the first element of the array
// "choices", and "data" alone is the data as a whole. The zero value names
// nothing. It does not change, and any number of goroutines may use it.
type Path struct {
	text string // as it was given
	find string // the same for gjson, "" for the data as a whole
}

const wholeData = "data"

// ParsePath reads a path. Keys that contain a dot cannot be named.
func ParsePath(text string) (Path, error) {
	if text == wholeData {
		return Path{text: text}, nil
	}
	rest, ok := strings.CutPrefix(text, wholeData+".")
	steps := strings.Split(rest, ".")
	for i, step := range steps {
		ok = ok && step != ""
		steps[i] = gjson.Escape(step) // its own signs mean nothing here
	}
	if !ok {
		return Path{}, fmt.Errorf("%q is no path, want for example data.sent_at or data.choices.0.delta.content", text)
	}
	return Path{text: text, find: strings.Join(steps, ".")}, nil
}

func (p Path) String() string { return p.text }

// IsZero tells whether p names nothing.
func (p Path) IsZero() bool { return p.text == "" }

// In is the value in data that p names; its Exists method tells whether there is
// one. It is valid only as long as data is not changed.
func (p Path) In(data []byte) gjson.Result {
	text := unsafe.String(unsafe.SliceData(data), len(data)) // not copied, since it is done for each event
	if p.find == "" {
		return gjson.Parse(text)
	}
	return gjson.Get(text, p.find)
}

// MarshalText writes the path as it was given.
func (p Path) MarshalText() ([]byte, error) { return []byte(p.text), nil }

// UnmarshalText reads what MarshalText writes, also that of the zero value.
func (p *Path) UnmarshalText(text []byte) (err error) {
	if len(text) == 0 {
		*p = Path{}
		return nil
	}
	*p, err = ParsePath(string(text))
	return err
}

// Paths lists what paths there are in data, for people: the first few.
func Paths(data []byte) string {
	var paths []string
	if v := gjson.ParseBytes(data); gjson.ValidBytes(data) && (v.IsObject() || v.IsArray()) {
		paths = leaves(nil, wholeData, v)
	}
	switch {
	case len(paths) == 0:
		return "no JSON object"
	case len(paths) > fewPaths:
		paths = append(paths[:fewPaths], "…")
	}
	return strings.Join(paths, ", ")
}

const fewPaths = 8

// leaves adds the paths of all values that have none below them. It looks no
// further than is needed to say that there are more.
func leaves(paths []string, at string, v gjson.Result) []string {
	i := -1
	v.ForEach(func(key, value gjson.Result) bool {
		i++
		below := at + "." + key.Str
		if v.IsArray() {
			below = at + "." + strconv.Itoa(i)
		}
		if value.IsObject() || value.IsArray() {
			paths = leaves(paths, below, value)
		} else {
			paths = append(paths, below)
		}
		return len(paths) <= fewPaths
	})
	return paths
}
