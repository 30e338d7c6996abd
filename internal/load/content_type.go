package load

import (
	"encoding/json"
	"regexp"
)

const (
	jsonType = "application/json"
	formType = "application/x-www-form-urlencoded"
	textType = "text/plain; charset=utf-8"
)

// contentType is the type that a body looks like, as it is sent; empty if there
// is none.
func contentType(body string) string {
	switch {
	case body == "":
		return ""
	case json.Valid([]byte(body)):
		return jsonType
	case form.MatchString(body):
		return formType
	}
	return textType
}

// form is a=b&c=d, where spaces are written as +.
var form = regexp.MustCompile(`^[\w.~%+\[\]-]+=[^&\s]*(&[\w.~%+\[\]-]+=[^&\s]*)*$`)
