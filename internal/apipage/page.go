package main

import (
	"bytes"
	_ "embed"
	"html/template"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

//go:embed page.tmpl.html
var layout string

// page is what the template shows.
type page struct {
	About   string
	Tags    []tag
	Codes   []code
	Events  []schema // what the data of events is
	Schemas []schema // the others
	Headers []header
}

// tag is a group of operations.
type tag struct {
	ID, Name   string
	About      string
	Operations []operation
}

// pageOf writes the page of a description in YAML.
func pageOf(description []byte) ([]byte, error) {
	loader := openapi3.NewLoader()
	loader.IncludeOrigin = true // maps lose the order of the file; lines keep it
	doc, err := loader.LoadFromData(description)
	if err != nil {
		return nil, err
	}
	operations := operationsOf(doc)
	p := page{About: doc.Info.Description, Codes: codesOf(doc, operations), Headers: sharedHeaders(operations)}
	for _, t := range doc.Tags {
		p.Tags = append(p.Tags, tag{anchor("tag", t.Name), upper(t.Name), t.Description, tagged(operations, t.Name)})
	}
	p.Events, p.Schemas = schemasOf(doc)
	return p.render()
}

func (p page) render() ([]byte, error) {
	prose := writer{p.anchors()}
	shape, err := template.New("page").Funcs(template.FuncMap{
		"markdown": prose.markdown, "inline": prose.inline, "breakable": breakable,
	}).Parse(layout)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = shape.Execute(&out, p)
	return out.Bytes(), err
}

// anchors are what a text can mean with a name: schemas, and codes of errors.
func (p page) anchors() map[string]string {
	anchors := map[string]string{}
	for _, s := range slices.Concat(p.Events, p.Schemas) {
		anchors[s.Name] = s.ID
	}
	for _, c := range p.Codes {
		anchors[c.Name] = c.ID
	}
	return anchors
}

// tagged are the operations with this tag, in their order.
func tagged(all []operation, name string) (some []operation) {
	for _, o := range all {
		if slices.Contains(o.tags, name) {
			some = append(some, o)
		}
	}
	return some
}

// anchor makes an id for what has a name in the description.
func anchor(kind, name string) string {
	return kind + "-" + strings.ReplaceAll(strings.ToLower(name), " ", "-")
}

func upper(name string) string { return strings.ToUpper(name[:1]) + name[1:] }
