package httpapi_test

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"sseserver/httpapi/ssetest"
)

// FuzzChat checks that a body is accepted if and only if another way of reading it
// finds a text, and that the answer has that text, and as many words.
func FuzzChat(f *testing.F) {
	for _, bodies := range badChats {
		for _, body := range bodies {
			f.Add([]byte(body))
		}
	}
	for _, messages := range []string{
		`{"role":"user","content":"Hi"}`, `{"role":"user","content":[{"type":"text","text":"a\u0020b"},{"type":"text","text":"\n\ud83d\udc4b c"}]}`,
		`{"role":"us\u0065r","content":"one"},{"role":"assistant","content":null,"tool_calls":[1,2.5e3]},{"role":"tool","content":[{"type":"te\u0078t","text":" t w o "}]}`,
		`{"role":"user","content":"\\\"\/\b\f\n\r\t"},{"role":"user","content":[{"type":"text","text":"\u00e9\\"},{"type":"x","text":7}]}`,
	} {
		f.Add([]byte(chatMessages(messages)))
		f.Add([]byte(" {\"stream_options\" : { } ,\"messages\": [ " + strings.ReplaceAll(messages, ",", " ,\n") + " ],\"n\":1,\t\"model\":\"\\u006d\",\"Model\":1}"))
	}
	server := ssetest.Start(f, ssetest.Config{})
	f.Fuzz(func(t *testing.T, body []byte) {
		response := record(server, string(body))
		want, ok := chatIn(body)
		if accepted := response.Code == 200; accepted != ok {
			t.Fatalf("%q: %d %s; want it accepted: %t", body, response.Code, response.Body, ok)
		}
		if !ok {
			return
		}
		if want.stream {
			if got := deltasOf(t, response.Body.String()); got != want.text {
				t.Errorf("%q: %s; want %+v", body, response.Body, want)
			}
			return
		}
		var answer struct {
			Model   string
			Choices []struct{ Message struct{ Content string } }
			Usage   struct {
				Prompt int `json:"prompt_tokens"`
			}
		}
		if err := json.Unmarshal(response.Body.Bytes(), &answer); err != nil {
			t.Fatal(err)
		}
		if got := answer.Choices[0].Message.Content; got != want.text || answer.Model != want.model || answer.Usage.Prompt != want.words {
			t.Errorf("%q: %s; want %+v", body, response.Body, want)
		}
	})
}

// recorder is a ResponseWriter on which a stream can be written.
type recorder struct{ *httptest.ResponseRecorder }

func (recorder) SetReadDeadline(time.Time) error  { return nil }
func (recorder) SetWriteDeadline(time.Time) error { return nil }

// record asks for a completion in one chunk.
func record(server *ssetest.Server, body string) *httptest.ResponseRecorder {
	request := httptest.NewRequest("POST", completions+"?unit=chunk", strings.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	response := httptest.NewRecorder()
	server.API.ServeHTTP(recorder{response}, request)
	return response
}

type chatWanted struct {
	model, text string
	words       int
	stream      bool
}

// chatIn returns what a body asks for, and whether that is something. It builds the
// whole document, where parseChat only walks through it.
func chatIn(body []byte) (want chatWanted, ok bool) {
	if !utf8.Valid(body) || !json.Valid(body) {
		return want, false
	}
	request, ok := membersOf(body, "model", "messages", "stream", "stream_options", "n")
	if !ok {
		return want, false
	}
	if want.model, ok = textIn(request["model"]); !ok || want.model == "" || len(want.model) > 128 {
		return want, false
	}
	options := json.RawMessage("{}")
	if value := request["stream_options"]; isThere(value) {
		options = value
	}
	inOptions, ok := membersOf(options, "include_usage")
	if !ok || !isFlag(inOptions["include_usage"]) || !isFlag(request["stream"]) {
		return want, false
	}
	want.stream = string(request["stream"]) == "true"
	if n := request["n"]; isThere(n) && string(n) != "1" {
		return want, false
	}
	var messages []json.RawMessage
	if !isThere(request["messages"]) || json.Unmarshal(request["messages"], &messages) != nil {
		return want, false
	}
	for _, raw := range messages {
		message, ok := membersOf(raw, "role", "content")
		if !ok {
			return want, false
		}
		role, isText := roughText(message["role"])
		text, ok := contentIn(message["content"])
		if !ok || !isText {
			return want, false
		}
		want.words += len(strings.Fields(text))
		if role == "user" {
			want.text = text
		}
	}
	return want, want.text != ""
}

// contentIn returns the text of the content of a message.
func contentIn(raw json.RawMessage) (text string, ok bool) {
	if !isThere(raw) {
		return "", true
	}
	if text, ok := textIn(raw); ok {
		return text, true
	}
	var parts []json.RawMessage
	if json.Unmarshal(raw, &parts) != nil {
		return "", false
	}
	for _, raw := range parts {
		part, ok := membersOf(raw, "type", "text")
		if !ok {
			return "", false
		}
		kind, ok := roughText(part["type"])
		if !ok {
			return "", false
		}
		if kind != "text" {
			continue
		}
		piece, ok := textIn(part["text"])
		if !ok {
			return "", false
		}
		text += piece
	}
	return text, true
}

// membersOf returns the members of these names of an object that has none of them
// twice.
func membersOf(raw json.RawMessage, names ...string) (members map[string]json.RawMessage, ok bool) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if token, _ := decoder.Token(); token != json.Delim('{') {
		return nil, false
	}
	members = make(map[string]json.RawMessage)
	for decoder.More() {
		name, _ := decoder.Token()
		var value json.RawMessage
		_ = decoder.Decode(&value) // valid, as all of the body is
		for _, wanted := range names {
			if name != wanted {
				continue
			}
			if members[wanted] != nil {
				return nil, false
			}
			members[wanted] = value
		}
	}
	return members, true
}

// roughText returns a string, in which a lone surrogate is U+FFFD.
func roughText(raw json.RawMessage) (text string, ok bool) {
	ok = isThere(raw) && raw[0] == '"' && json.Unmarshal(raw, &text) == nil
	return text, ok
}

// textIn returns a string without lone surrogates.
func textIn(raw json.RawMessage) (text string, ok bool) {
	if text, ok = roughText(raw); ok {
		ok = !loneSurrogate(raw)
	}
	return text, ok
}

func isThere(raw json.RawMessage) bool { return raw != nil && string(raw) != "null" }

func isFlag(raw json.RawMessage) bool {
	return !isThere(raw) || string(raw) == "true" || string(raw) == "false"
}

// A document of many messages or parts costs no more than three times its size.
func TestChatManyMessages(t *testing.T) {
	server := ssetest.Start(t, ssetest.Config{})
	for shape, body := range map[string]string{
		"messages": chatMessages(strings.Repeat(`{"role":"user","content":"x"},`, 34_000) + `{"role":"user","content":"Hi"}`),
		"nothing":  chatMessages(strings.Repeat(`{"role":"","content":""},`, 40_000) + `{"role":"user","content":"Hi"}`),
		"parts":    chatMessages(`{"role":"user","content":[` + strings.Repeat(`{"type":"image_url"},`, 45_000) + `{"type":"text","text":"Hi"}]}`),
		"escapes":  chatMessages(`{"role":"system","content":"` + strings.Repeat(`\u0020`, 170_000) + `"},{"role":"user","content":"Hi"}`),
		"members":  chatOf("Hi", strings.Repeat(`,"x":0`, 170_000)),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		response := record(server, body)
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; response.Code != 200 || took > 3*uint64(len(body)) {
			t.Errorf("%s: %d %.200s, %d bytes for a body of %d", shape, response.Code, response.Body, took, len(body))
		}
	}
}
