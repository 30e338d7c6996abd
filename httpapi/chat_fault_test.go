package httpapi_test

import (
	"encoding/json"
	"io"
	"strings"
	"testing"

	"sseserver/httpapi/ssetest"
)

// What comes of "one two three" under plans, with what is the same in all events left
// out: of the stream, and of the document.
func TestChatFaultyBytes(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		for plan, want := range map[string]struct{ events, document string }{
			"":                 {"role|one |two |three|stop|[DONE]", "one two three."},
			"end@2":            {"role|one |two ", "one two "},
			"end@0":            {"role", ""},
			"drop@1":           {"role|one |three|stop|[DONE]", "one three."},
			"double@1":         {"role|one |two |two |three|stop|[DONE]", "one two two three."},
			"swap@0":           {"role|two |one |three|stop|[DONE]", "two one three."},
			"nodone":           {"role|one |two |three|stop", "one two three."},
			"noid":             {"role|one |two |three|stop|[DONE]", "one two three."},
			"comment@1":        {"role|one |: comment two |three|stop|[DONE]", "one two three."},
			"retry:10ms":       {"retry: 10|role|one |two |three|stop|[DONE]", "one two three."},
			"bom":              {"\ufeffrole|one |two |three|stop|[DONE]", "\ufeffone two three."},
			"eol:crlf":         {"role|one |two |three|stop|[DONE]", "one two three."},
			"split:1":          {"role|one |two |three|stop|[DONE]", "one two three."},
			"drop:100%":        {"role|stop|[DONE]", "."},
			"drop:100%,nodone": {"role|stop", "."},
		} {
			plan = "interval=1ms&seed=7&fault=" + plan
			events := complete(t, server, protocol, chatOf("one two three", streamed), plan).body
			if got := shortenedEvents(events); got != want.events {
				t.Errorf("%s: %q\n got %s\nwant %s", plan, events, got, want.events)
			}
			if isCRLF := strings.Contains(events, "\r\n\r\n"); isCRLF != strings.Contains(plan, "crlf") {
				t.Errorf("%s: %q", plan, events)
			}
			document := complete(t, server, protocol, chatOf("one two three", ""), plan).body
			if got := shortenedDocument(document); got != want.document {
				t.Errorf("%s: %q\n got %s\nwant %s", plan, document, got, want.document)
			}
		}
	})
}

// shortenedEvents returns a stream with little more than its texts.
func shortenedEvents(body string) string {
	var words []string
	for _, block := range strings.Split(strings.TrimSuffix(strings.ReplaceAll(body, "\r\n", "\n"), "\n\n"), "\n\n") {
		head, data, isData := strings.Cut(block, "data: ")
		word := strings.ReplaceAll(head, "\n", " ")
		var event struct {
			Choices []struct {
				Delta  struct{ Role, Content string }
				Finish string `json:"finish_reason"`
			}
		}
		switch err := json.Unmarshal([]byte(data), &event); {
		case !isData:
		case err != nil, len(event.Choices) == 0:
			word += data
		case event.Choices[0].Delta.Role != "":
			word += "role"
		default:
			word += event.Choices[0].Delta.Content + event.Choices[0].Finish
		}
		words = append(words, word)
	}
	return strings.Join(words, "|")
}

// shortenedDocument returns the text of a document, with a dot if it is whole.
func shortenedDocument(body string) string {
	mark := ""
	if rest, found := strings.CutPrefix(body, "\ufeff"); found {
		body, mark = rest, "\ufeff"
	}
	_, text, _ := strings.Cut(body, `"content":"`)
	if text, _, isWhole := strings.Cut(text, `","refusal"`); isWhole && json.Valid([]byte(body)) {
		return mark + text + "."
	}
	return mark + text
}

// A cut is an error to every client, in the middle of the text.
func TestChatCut(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		for plan, want := range map[string]struct{ events, document string }{
			"cut@2":      {`"content":"two "},"logprobs":null,"finish_reason":null}]}` + "\n\n", "one two "},
			"truncate@2": {"", "one two th"},
		} {
			for _, more := range []string{streamed, ""} {
				resp := startChat(t, server, protocol, chatOf("one two three", more), "interval=1ms&fault="+plan)
				body, err := io.ReadAll(resp.Body)
				if err == nil {
					t.Errorf("%s: %q ends properly", plan, body)
				}
				if more == "" && !strings.HasSuffix(string(body), `"content":"`+want.document) || more != "" && !strings.HasSuffix(string(body), want.events) {
					t.Errorf("%s: the body ends with %q", plan, body)
				}
			}
		}
		for _, line := range server.Await("stream.closed", 4) {
			if line.Fields["reason"] != "fault" {
				t.Errorf("the log says %v", line.Fields)
			}
		}
	})
}

// A fault that cannot happen in a form is not told to have happened.
func TestChatVoidFaults(t *testing.T) {
	server := ssetest.Start(t, ssetest.Config{})
	const plan = "interval=1ms&fault=noid,nodone,eol:crlf,comment@1,retry:1s,bom"
	for more, want := range map[string]string{
		streamed: "nodone bom eol retry comment",
		"":       "bom",
	} {
		before := len(server.Log.Named("stream.fault"))
		complete(t, server, ssetest.HTTP1, chatOf("one two", more), plan)
		var faults []string
		for _, line := range server.Log.Named("stream.fault")[before:] {
			faults = append(faults, line.Fields["fault"].(string))
		}
		if got := strings.Join(faults, " "); got != want {
			t.Errorf("stream%q: there were %s, want %s", more, got, want)
		}
	}
}
