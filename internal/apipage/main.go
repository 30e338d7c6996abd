// Command apipage writes assets/api.html, a page for people, from the API
// description in httpapi/openapi.yaml. It is run by go generate and no part of
// the server.
//
// The page has all of the description in the order of the file: the text about
// the API, then each tag with its operations, then what many operations share,
// which are errors, schemas and headers. Each of them has an anchor. The fields
// of the forms in which an operation is tried come from its parameters; what
// the forms do is in assets/api.js.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

//go:generate go run . ../..

func main() {
	top := "."
	if len(os.Args) > 1 {
		top = os.Args[1]
	}
	if err := generate(top); err != nil {
		fmt.Fprintln(os.Stderr, "apipage:", err)
		os.Exit(1)
	}
}

// generate writes the page of the repository whose root is top.
func generate(top string) error {
	description, err := os.ReadFile(filepath.Join(top, "httpapi", "openapi.yaml"))
	if err != nil {
		return err
	}
	content, err := pageOf(description)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(top, "assets", "api.html"), content, 0o644)
}
