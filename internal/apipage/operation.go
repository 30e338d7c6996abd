package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// operation is one method of one path.
type operation struct {
	ID, Method, Path string
	Summary, About   string
	WantsToken       bool // where the server has a send token
	Params           []param
	Body             *body
	Good, Bad        []answer // by their status

	tags []string
	line int
}

// MayWrite says whether its form can send what wants a token: the operation
// itself, or a new message to try it with.
func (o operation) MayWrite() bool {
	return o.WantsToken || slices.ContainsFunc(o.Params, param.IsMessage)
}

// Live says whether it is about messages that are still written.
func (o operation) Live() bool { return slices.Contains(o.tags, "live messages") }

// IsMessage says whether it is the id of a message, which the page can make.
func (p param) IsMessage() bool { return p.In == "path" && p.Name == "messageId" }

// param is one that a request can have.
type param struct {
	ID, Name, In, About, Example string

	Type     typeName
	Required bool
	Options  []string // if it can only be one of these
}

// body is what a request can carry.
type body struct {
	About    string
	Required bool
	Contents []content
}

// answer is a response with one status.
type answer struct {
	Status, About string
	Headers       []header
	Contents      []content
}

// Told are its bodies, but for an error without an example: all errors have the
// same form, which the page shows once.
func (a answer) Told() []content {
	return slices.DeleteFunc(slices.Clone(a.Contents), func(c content) bool { return a.Status >= "400" && c.Examples == nil })
}

// content is a body of one type.
type content struct {
	Type     string
	Schema   typeName
	Examples []example
}

type example struct{ Summary, Text string }

// operationsOf lists all operations in the order of the file.
func operationsOf(doc *openapi3.T) (all []operation) {
	for path, item := range doc.Paths.Map() {
		for method, o := range item.Operations() {
			all = append(all, operationOf(path, method, item, o))
		}
	}
	slices.SortFunc(all, func(a, b operation) int { return a.line - b.line })
	return all
}

func operationOf(path, method string, item *openapi3.PathItem, o *openapi3.Operation) operation {
	it := operation{
		ID: o.OperationID, Method: method, Path: path, Summary: o.Summary, About: o.Description,
		WantsToken: o.Security != nil, tags: o.Tags, line: o.Origin.Key.Line,
	}
	for _, p := range slices.Concat(item.Parameters, o.Parameters) {
		it.Params = append(it.Params, paramOf(it.ID, p.Value))
	}
	slices.SortStableFunc(it.Params, func(a, b param) int { return cmp.Compare(place(a.In), place(b.In)) })
	if o.RequestBody != nil {
		b := o.RequestBody.Value
		it.Body = &body{b.Description, b.Required, contentsOf(b.Content)}
	}
	for _, status := range slices.Sorted(maps.Keys(o.Responses.Map())) { // "default" comes last
		a := answerOf(status, o.Responses.Value(status).Value)
		if status < "400" {
			it.Good = append(it.Good, a)
		} else {
			it.Bad = append(it.Bad, a)
		}
	}
	return it
}

// place is the order of parameters: those of the path come first.
func place(in string) int { return slices.Index([]string{"path", "query", "header"}, in) }

func paramOf(operation string, p *openapi3.Parameter) param {
	it := param{
		ID: operation + "-" + strings.ToLower(p.Name) + "-" + p.In, Name: p.Name, In: p.In,
		About: p.Description, Type: typeOf(p.Schema), Required: p.Required, Example: textOf(p.Example),
	}
	for _, option := range p.Schema.Value.Enum {
		it.Options = append(it.Options, textOf(option))
	}
	return it
}

func answerOf(status string, r *openapi3.Response) answer {
	if status == "default" {
		status = "other"
	}
	return answer{status, *r.Description, headersOf(r.Headers), contentsOf(r.Content)}
}

func contentsOf(all openapi3.Content) (contents []content) {
	for _, kind := range inOrder(all, func(m *openapi3.MediaType) *openapi3.Origin { return m.Origin }) {
		media := all[kind]
		it := content{Type: kind}
		if media.Schema != nil {
			it.Schema = typeOf(media.Schema)
		}
		for _, name := range inOrder(media.Examples, func(e *openapi3.ExampleRef) *openapi3.Origin { return e.Value.Origin }) {
			e := media.Examples[name].Value
			it.Examples = append(it.Examples, example{e.Summary, textOf(e.Value)})
		}
		contents = append(contents, it)
	}
	return contents
}

// inOrder lists the keys of a map as the file has them.
func inOrder[T any](all map[string]T, origin func(T) *openapi3.Origin) []string {
	line := func(key string) int {
		if o := origin(all[key]); o != nil && o.Key != nil {
			return o.Key.Line
		}
		return 0
	}
	return slices.SortedFunc(maps.Keys(all), func(a, b string) int {
		return cmp.Or(line(a)-line(b), cmp.Compare(a, b))
	})
}

// textOf writes an example as a request or an answer has it.
func textOf(value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case string:
		return value
	case []any: // of a parameter that can be given more than once
		return fmt.Sprint(value[0])
	default:
		return jsonOf(value)
	}
}

// narrow is how many bytes of JSON fit into one line.
const narrow = 90

// jsonOf writes a value in one line, if that is not too long.
func jsonOf(value any) string {
	var line, lines bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(err) // it was read as JSON
	}
	text := bytes.TrimSuffix(line.Bytes(), []byte("\n"))
	if len(text) <= narrow {
		return string(text)
	}
	_ = json.Indent(&lines, text, "", "  ") // it was written as JSON
	return lines.String()
}
