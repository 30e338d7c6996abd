package load

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"sseserver/internal/load/template"
	"sseserver/internal/load/track"
)

// example is the number that stands for {n} where a body is looked at, so that
// it is found again.
const example = "7046029254386353087"

// exampleBody is the body of one publication.
func exampleBody(body string) string {
	t, err := template.Parse(body, publishNames...)
	if err != nil {
		return body // not valid, and told so
	}
	return t.Expand(func(name string) string {
		if name == "n" {
			return example
		}
		return "0"
	})
}

// numberOf finds the value in a body that is {n} alone: it is where an event
// has the number of its publication. In a form, as for Mercure, the event's
// data is the field data. The path is zero if there is none.
func numberOf(body string) track.Path {
	content := exampleBody(body)
	if contentType(content) == formType {
		fields, _ := url.ParseQuery(content) // what can be read of it
		content = fields.Get("data")
	}
	if strings.TrimSpace(content) == example {
		return mustPath("data")
	}
	decoder := json.NewDecoder(strings.NewReader(content))
	decoder.UseNumber() // the example has more digits than a float64
	var value any
	if decoder.Decode(&value) != nil {
		return track.Path{}
	}
	text, ok := find(value, "data")
	if !ok {
		return track.Path{}
	}
	return mustPath(text)
}

// find is the path of the example in a JSON value, below the given path.
func find(value any, path string) (string, bool) {
	switch v := value.(type) {
	case json.Number:
		return path, v.String() == example
	case string:
		return path, v == example
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if key == "" || strings.Contains(key, ".") {
				continue // a path cannot name it
			}
			if found, ok := find(v[key], path+"."+key); ok {
				return found, true
			}
		}
	case []any:
		for i, element := range v {
			if found, ok := find(element, path+"."+strconv.Itoa(i)); ok {
				return found, true
			}
		}
	}
	return "", false
}

func mustPath(text string) track.Path {
	path, err := track.ParsePath(text)
	if err != nil {
		panic(err) // made of the keys of a value
	}
	return path
}
