package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// schema is one that has a name.
type schema struct {
	ID, Name, About string
	Type            typeName
	Fields          []field
}

// field is a member of an object, by its path in it: "choices[].delta.content".
type field struct {
	Name, About string
	Type        typeName
	Required    bool
}

// typeName is a type in words, with the pattern of a text, and the anchor of its
// schema, if that has a name.
type typeName struct{ Text, Pattern, Link string }

// schemasOf lists all schemas in the order of the file, those of events apart.
func schemasOf(doc *openapi3.T) (events, others []schema) {
	ofEvents := mentioned(doc)
	for _, name := range inOrder(doc.Components.Schemas, func(s *openapi3.SchemaRef) *openapi3.Origin { return s.Value.Origin }) {
		s := doc.Components.Schemas[name]
		it := schema{anchor("schema", name), name, s.Value.Description, bare(s.Value), fieldsOf("", s.Value)}
		if ofEvents[name] {
			events = append(events, it)
		} else {
			others = append(others, it)
		}
	}
	return events, others
}

// mentioned are the schemas that the description of an answer with an event
// stream names: OpenAPI 3.0 cannot say it otherwise.
func mentioned(doc *openapi3.T) map[string]bool {
	names := map[string]bool{}
	for _, item := range doc.Paths.Map() {
		for _, o := range item.Operations() {
			for _, r := range o.Responses.Map() {
				if r.Value.Content["text/event-stream"] == nil {
					continue
				}
				for _, word := range codeSpan.FindAllStringSubmatch(*r.Value.Description, -1) {
					names[word[1]] = true
				}
			}
		}
	}
	return names
}

// fieldsOf lists the members of an object and of what is inside it.
func fieldsOf(prefix string, s *openapi3.Schema) (fields []field) {
	for _, name := range inOrder(s.Properties, originOf) {
		property := s.Properties[name]
		path := prefix + name
		fields = append(fields, field{path, property.Value.Description, typeOf(property), slices.Contains(s.Required, name)})
		if property.Ref != "" {
			fields[len(fields)-1].About = "" // it has a place of its own
			continue
		}
		inner := property.Value
		for inner.Items != nil && inner.Items.Ref == "" {
			path, inner = path+"[]", inner.Items.Value
		}
		for _, one := range inner.OneOf {
			if one.Value.Items != nil {
				fields = append(fields, fieldsOf(path+"[].", one.Value.Items.Value)...)
			}
		}
		fields = append(fields, fieldsOf(path+".", inner)...)
	}
	return fields
}

// originOf is where a member stands, which of a reference is not where it leads.
func originOf(s *openapi3.SchemaRef) *openapi3.Origin {
	if s.Ref != "" {
		return s.Origin
	}
	return s.Value.Origin
}

// typeOf says what a value may be.
func typeOf(s *openapi3.SchemaRef) typeName {
	if name, ok := strings.CutPrefix(s.Ref, "#/components/schemas/"); ok {
		return typeName{Text: name, Link: anchor("schema", name)}
	}
	if len(s.Value.AllOf) == 1 {
		t := typeOf(s.Value.AllOf[0])
		if s.Value.Nullable {
			t.Text += " or null"
		}
		return t
	}
	return bare(s.Value)
}

// bare is the type of a schema without a look at its name.
func bare(s *openapi3.Schema) typeName {
	var words []string
	switch {
	case len(s.Enum) > 0:
		words = append(words, choice(s.Enum))
	case len(s.OneOf) > 0:
		var each []string
		for _, one := range s.OneOf {
			each = append(each, typeOf(one).Text)
		}
		words = append(words, strings.Join(each, " or "))
	case s.Items != nil:
		words = append(words, "array of "+typeOf(s.Items).Text)
	default:
		words = append(words, strings.Join(s.Type.Slice(), " or "))
	}
	if len(s.Enum) == 0 {
		words = append(words, bounds(s)...)
	}
	text := strings.Join(words, ", ")
	if s.Nullable && !slices.Contains(s.Enum, nil) {
		text += ", or null"
	}
	return typeName{Text: text, Pattern: s.Pattern}
}

// choice lists the values that there can be.
func choice(values []any) string {
	var texts []string
	for _, value := range values {
		switch value := value.(type) {
		case nil:
			texts = append(texts, "null")
		case string:
			texts = append(texts, strconv.Quote(value))
		default:
			texts = append(texts, fmt.Sprint(value))
		}
	}
	return strings.Join(texts, " or ")
}

// bounds are what a number or a text must keep.
func bounds(s *openapi3.Schema) (words []string) {
	switch {
	case s.Min != nil && s.Max != nil:
		words = append(words, number(*s.Min)+" to "+number(*s.Max))
	case s.Min != nil:
		words = append(words, "at least "+number(*s.Min))
	}
	switch {
	case s.MinLength > 0 && s.MaxLength != nil:
		words = append(words, fmt.Sprintf("%d to %d characters", s.MinLength, *s.MaxLength))
	case s.MinLength > 0:
		words = append(words, "not empty")
	}
	if s.Format != "" {
		words = append(words, s.Format)
	}
	return words
}

// number writes a bound. The largest one of 64 bits has no exact float64.
func number(n float64) string {
	if n == math.MaxUint64 {
		return "2⁶⁴ − 1"
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}
