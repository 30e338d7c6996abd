// Package answer writes whole answers in the forms that both listeners share: a
// value in JSON, a problem, a file of the pages. Any goroutine may call its
// functions.
package answer

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// JSON answers with value, which always encodes.
func JSON(w http.ResponseWriter, status int, value any) { Send(w, status, "application/json", value) }

// Send is JSON under another media type.
func Send(w http.ResponseWriter, status int, mediaType string, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	header := w.Header()
	header.Set("Content-Type", mediaType)
	header.Set("Content-Length", strconv.Itoa(len(body))) // it may be flushed before the rest of a body is read
	header.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that left misses nothing
}
