package load

import (
	"net/http"
	"slices"
	"strings"
)

// knownMethods are those that an event stream can answer (RFC 9110, section 9).
var knownMethods = []string{
	http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions,
}

// checkMethod finds methods that no event stream answers.
func checkMethod(method string) error {
	switch upper := strings.ToUpper(method); {
	case method == http.MethodConnect || method == http.MethodHead || method == http.MethodTrace:
		return invalid("--method %s: no event stream can answer it", method)
	case method != upper && slices.Contains(knownMethods, upper):
		return invalid("--method %s: did you mean %s? Methods are in capitals", method, upper)
	}
	return nil
}

// checkFraming finds fields that follow from the body, so that they cannot be
// asked for.
func checkFraming(flag string, header http.Header) error {
	for name := range header {
		switch name = http.CanonicalHeaderKey(name); name {
		case "Content-Length", "Transfer-Encoding":
			return invalid("%s %s: it follows from the body, and is not sent as given", flag, name)
		}
	}
	return nil
}
