// Package template fills placeholders in the texts of a load run: an address, a
// header value, a body.
//
// A placeholder is a name in braces, such as {client}; a name is a letter or _,
// then letters, digits and _. Other braces mean nothing, so JSON can be written
// as it is: {"n":{n}}. {{n}} is the text {n}.
package template

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"sseserver/internal/cmdline"
)

// Template is a text with placeholders. The zero value is the empty text. It
// does not change, and any number of goroutines may use it.
type Template struct {
	text  string
	parts []part // nil if there is no placeholder in it
}

// part is a piece of the text, and the placeholder after it, if any.
type part struct{ text, name string }

var placeholder = regexp.MustCompile(`\{\{[A-Za-z_][A-Za-z0-9_]*\}\}|\{[A-Za-z_][A-Za-z0-9_]*\}`)

// Parse reads a text in which the given names may stand. Any other name is an
// error, which says which one was probably meant.
func Parse(text string, names ...string) (Template, error) {
	t := Template{text: text}
	var before strings.Builder // since the latest placeholder
	end := 0
	for _, at := range placeholder.FindAllStringIndex(text, -1) {
		before.WriteString(text[end:at[0]])
		end = at[1]
		found := text[at[0]:at[1]]
		if strings.HasPrefix(found, "{{") {
			before.WriteString(found[1 : len(found)-1])
			continue
		}
		name := found[1 : len(found)-1]
		if !slices.Contains(names, name) {
			return Template{}, unknown(name, names)
		}
		t.parts = append(t.parts, part{before.String(), name})
		before.Reset()
	}
	before.WriteString(text[end:])
	if t.parts == nil {
		t.text = before.String()
		return t, nil
	}
	t.parts = append(t.parts, part{text: before.String()})
	return t, nil
}

func unknown(name string, names []string) error {
	if near := cmdline.Nearest(name, names); near != "" {
		return fmt.Errorf("unknown placeholder {%s}; did you mean {%s}?", name, near)
	}
	return fmt.Errorf("unknown placeholder {%s}, want one of {%s}; {{%s}} is the text {%s}", name, strings.Join(names, "}, {"), name, name)
}

// Fixed tells whether the text has no placeholder, so that Expand always gives
// the same.
func (t Template) Fixed() bool { return t.parts == nil }

// Has tells whether a placeholder of that name is in the text.
func (t Template) Has(name string) bool {
	return slices.ContainsFunc(t.parts, func(p part) bool { return p.name == name && name != "" })
}

// Expand replaces each placeholder by what value says of its name.
func (t Template) Expand(value func(name string) string) string {
	if t.Fixed() {
		return t.text
	}
	var b strings.Builder
	for _, p := range t.parts {
		b.WriteString(p.text)
		if p.name != "" {
			b.WriteString(value(p.name))
		}
	}
	return b.String()
}
