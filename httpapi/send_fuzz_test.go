package httpapi_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"sseserver/actors"
	"sseserver/broker"
	"sseserver/httpapi/ssetest"
)

// FuzzSend checks that a body is accepted if and only if another way of reading
// it finds a message, and that the chunks of what is then stored give that
// message back.
func FuzzSend(f *testing.F) {
	for body := range goodBodies {
		f.Add([]byte(body))
	}
	for _, bodies := range badBodies {
		for _, body := range bodies {
			f.Add([]byte(body))
		}
	}
	server := ssetest.Start(f, ssetest.Config{})
	f.Fuzz(func(t *testing.T, body []byte) {
		request := httptest.NewRequest("POST", "/send", bytes.NewReader(body))
		request.Header.Set("Content-Type", "application/json")
		response := httptest.NewRecorder()
		server.API.ServeHTTP(response, request)

		want, ok := messageIn(body)
		if accepted := response.Code == http.StatusOK; accepted != ok {
			t.Fatalf("%q: %d %s; want it accepted: %t", body, response.Code, response.Body, ok)
		}
		if !ok {
			return
		}
		var answer struct{ MessageID string }
		if err := json.Unmarshal(response.Body.Bytes(), &answer); err != nil {
			t.Fatal(err)
		}
		id, _ := broker.ParseMessageID(answer.MessageID)
		status, err := server.Broker.Lookup(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		for _, unit := range []actors.Unit{actors.Character, actors.Word} {
			if got := spell(status.Message.Text.Source(unit)); got != want {
				t.Errorf("%q: the chunks spell %q, want %q", body, got, want)
			}
		}
		if _, _, err := server.Broker.Delete(t.Context(), id); err != nil {
			t.Error(err)
		}
	})
}

// messageIn returns the message in a body, and whether there is one. It walks
// through the JSON token by token, where parseMessage takes it as a whole.
func messageIn(body []byte) (text string, ok bool) {
	if !utf8.Valid(body) || !json.Valid(body) {
		return "", false
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	if token, _ := decoder.Token(); token != json.Delim('{') {
		return "", false
	}
	var last json.RawMessage
	found := 0
	for decoder.More() {
		name, _ := decoder.Token()
		var value json.RawMessage
		_ = decoder.Decode(&value) // valid, as all of the body is
		if name == "message" {
			last = value
			found++
		}
	}
	if found != 1 || last[0] != '"' || loneSurrogate(last) {
		return "", false
	}
	_ = json.Unmarshal(last, &text)
	return text, text != ""
}

var (
	escapedBackslash = regexp.MustCompile(`\\\\`)
	surrogatePair    = regexp.MustCompile(`(?i)\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}`)
	surrogate        = regexp.MustCompile(`(?i)\\ud[89a-f]`)
)

// loneSurrogate says whether a surrogate is left when all pairs are taken away.
func loneSurrogate(raw []byte) bool {
	raw = escapedBackslash.ReplaceAll(raw, []byte("_"))
	raw = surrogatePair.ReplaceAll(raw, []byte("_"))
	return surrogate.Match(raw)
}

func spell(source actors.Source) string {
	var text strings.Builder
	for _, piece, supply := source.Next(); supply == actors.Ready; _, piece, supply = source.Next() {
		text.WriteString(piece)
	}
	return text.String()
}
