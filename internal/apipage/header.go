package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// header is a field of a response. One that many responses have has a name, and
// an anchor.
type header struct {
	ID, Name, About string
	Type            typeName
}

// ofAll is a header that all answers have, which the text about the API says.
const ofAll = "X-Request-Id"

// headersOf lists the headers of an answer by their names. Those that others
// share have an anchor.
func headersOf(all openapi3.Headers) (headers []header) {
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if name == ofAll {
			continue
		}
		ref := all[name]
		h := header{Name: name, About: ref.Value.Description, Type: bare(ref.Value.Schema.Value)}
		if shared, ok := strings.CutPrefix(ref.Ref, "#/components/headers/"); ok {
			h.ID = anchor("header", shared)
		}
		headers = append(headers, h)
	}
	return headers
}

// sharedHeaders are those with an anchor, once each.
func sharedHeaders(operations []operation) []header {
	found := map[string]header{}
	for _, o := range operations {
		for _, a := range slices.Concat(o.Good, o.Bad) {
			for _, h := range a.Headers {
				if h.ID != "" {
					found[h.ID] = h
				}
			}
		}
	}
	return slices.SortedFunc(maps.Values(found), func(a, b header) int { return strings.Compare(a.Name+a.ID, b.Name+b.ID) })
}
