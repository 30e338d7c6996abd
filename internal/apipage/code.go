package main

import (
	"regexp"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// code is the kind of an error, for programs.
type code struct {
	ID, Name string
	Statuses []string
	Of       []operation // that can answer with it
}

var codeSpan = regexp.MustCompile("`([^`]+)`")

// codesOf lists the codes that there are, and looks in the answers for where they
// occur: each answer that has a code names it. Of a code that any request can be
// answered with, the text about the API says the status.
func codesOf(doc *openapi3.T, operations []operation) (codes []code) {
	for _, value := range doc.Components.Schemas["Problem"].Value.Properties["code"].Value.Enum {
		name := value.(string)
		it := code{ID: anchor("code", name), Name: name}
		for _, o := range operations {
			for _, a := range o.Bad {
				if !names(a.About, name) {
					continue
				}
				if !slices.Contains(it.Statuses, a.Status) {
					it.Statuses = append(it.Statuses, a.Status)
				}
				if len(it.Of) == 0 || it.Of[len(it.Of)-1].ID != o.ID {
					it.Of = append(it.Of, o)
				}
			}
		}
		if of := regexp.MustCompile("([0-9]{3}) `" + name + "`").FindStringSubmatch(doc.Info.Description); it.Of == nil && of != nil {
			it.Statuses = of[1:]
		}
		codes = append(codes, it)
	}
	return codes
}

func names(text, code string) bool {
	return slices.ContainsFunc(codeSpan.FindAllStringSubmatch(text, -1), func(span []string) bool { return span[1] == code })
}
