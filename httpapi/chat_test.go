package httpapi_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/broker"
	"sseserver/httpapi"
	"sseserver/httpapi/ssetest"
)

const completions = "/v1/chat/completions"

// chatOf returns the body of a request for text, with more members.
func chatOf(text, more string) string {
	quoted, _ := json.Marshal(text)
	return `{"model":"m","messages":[{"role":"user","content":` + string(quoted) + `}]` + more + `}`
}

const streamed = `,"stream":true`

// complete asks for a completion and reads all of it.
func complete(t *testing.T, server *ssetest.Server, protocol ssetest.Protocol, body, plan string) answer {
	t.Helper()
	return ask(t, server, protocol, "POST", completions, body, append(asJSON, "X-Stream-Plan", plan)...)
}

// openChat asks for a stream that is read as it arrives.
func openChat(t *testing.T, server *ssetest.Server, protocol ssetest.Protocol, text, plan string) *ssetest.Stream {
	t.Helper()
	return ssetest.Read(t, startChat(t, server, protocol, chatOf(text, streamed), plan))
}

func startChat(t *testing.T, server *ssetest.Server, protocol ssetest.Protocol, body, plan string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "POST", server.URL+completions, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Stream-Plan", plan)
	resp, err := server.Client(protocol).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	return resp
}

// wantChatError checks that the answer is the error with this status, type, param and
// code, complete in form.
func (a answer) wantChatError(t *testing.T, status int, kind, param, code string) {
	t.Helper()
	if a.StatusCode != status || a.Header.Get("Content-Type") != "application/json" || a.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%s %s: %s, %v, %q; want %d %s", a.Request.Method, a.Request.URL, a.Status, a.Header, a.body, status, code)
	}
	var body struct {
		Error struct {
			Message, Type, Code string
			Param               *string
		}
	}
	decoder := json.NewDecoder(strings.NewReader(a.body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&body); err != nil {
		t.Fatalf("%s %s: %q: %v", a.Request.Method, a.Request.URL, a.body, err)
	}
	e := body.Error
	var gotParam string
	if e.Param != nil {
		gotParam = *e.Param
	}
	if e.Message == "" || e.Type != kind || gotParam != param || e.Code != code || !strings.Contains(a.body, `"param":`) {
		t.Errorf("%s %s: %s; want type %s, param %q, code %s", a.Request.Method, a.Request.URL, a.body, kind, param, code)
	}
	if retry := a.Header.Get("Retry-After"); (retry != "") != (status == http.StatusServiceUnavailable) {
		t.Errorf("%s %s: %d with Retry-After %q", a.Request.Method, a.Request.URL, status, retry)
	}
}

// invalidRequest is the type of most errors.
const invalidRequest = "invalid_request_error"

// The whole body of each form, byte for byte.
func TestChatGolden(t *testing.T) {
	answers := map[string]string{
		streamed: "chat.sse",
		streamed + `,"n":1,"stream_options":{"include_usage":false},"user":"x","seed":7,"temperature":null`: "chat.sse",
		streamed + `,"stream_options":{"include_usage":true}`:                                               "chat-usage.sse",
		"": "chat.json",
		`,"stream":false,"n":null,"stream_options":null`: "chat.json",
	}
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		for more, name := range answers {
			server := ssetest.Start(t, ssetest.Config{InMemory: true})
			body := `{"model":"m\n\"</é","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":[{"type":"text","text":"Hi \n"},{"type":"image_url","image_url":{"url":"x"}},{"type":"text","text":"\"you\" \ud83d\udc4b"}]}]` + more + `}`
			wantGolden(t, name, complete(t, server, protocol, body, "").body)
		}
	})
}

// A chunk is a word of the last message of the user, at the pace that was asked for.
func TestChatPace(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true, API: httpapi.Config{Interval: 30 * time.Millisecond}})
		for plan, want := range map[string]struct {
			told string
			at   []time.Duration
		}{
			"":                      {"", []time.Duration{0, 0, 30, 60, 60, 60}},
			"interval=20ms":         {"interval=20ms&unit=word", []time.Duration{0, 0, 20, 40, 40, 40}},
			"interval=1s&unit=word": {"interval=1s&unit=word", []time.Duration{0, 0, 1000, 2000, 2000, 2000}},
			"unit=chunk":            {"interval=30ms&unit=chunk", []time.Duration{0, 0, 0, 0}},
			"fault=stall:16s@1,split:7&seed=3": {
				"interval=30ms&unit=word&fault=stall:16s@1,split:7&seed=3",
				[]time.Duration{0, 0, 15_000, 16_030, 16_060, 16_060, 16_060},
			},
		} {
			start := time.Now()
			stream := openChat(t, server, protocol, "one two three", plan)
			events, err := stream.All()
			if err != nil {
				t.Fatal(err)
			}
			var at []time.Duration
			for _, event := range events {
				at = append(at, event.At.Sub(start)/time.Millisecond)
			}
			if len(at) != len(want.at) {
				t.Fatalf("%q: %v at %v, want %v", plan, events, at, want.at)
			}
			for i := range at {
				if at[i] != want.at[i] {
					t.Errorf("%q: event %d, %v, came after %d ms, want %d", plan, i, events[i], at[i], want.at[i])
				}
			}
			if got := stream.Response.Header.Get("X-Stream-Plan"); got != want.told {
				t.Errorf("the answer to %q tells %q, want %q", plan, got, want.told)
			}
		}
	})
}

// A document takes as long as a stream, has no heartbeats, and its head goes first.
func TestChatDocumentPace(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		start := time.Now()
		resp := startChat(t, server, protocol, chatOf("one two three", ""), "interval=20s")
		if took := time.Since(start); took != 0 {
			t.Errorf("the head came after %v", took)
		}
		var document struct {
			Choices []struct{ Message struct{ Content string } }
		}
		if err := json.NewDecoder(resp.Body).Decode(&document); err != nil {
			t.Fatal(err)
		}
		if got := document.Choices[0].Message.Content; got != "one two three" || time.Since(start) != 40*time.Second {
			t.Errorf("%q after %v", got, time.Since(start))
		}
	})
}

// Any text comes back as it was, however long its chunks are.
func TestChatText(t *testing.T) {
	long := strings.Repeat("ab\u0001\"\\é👋 ", 10_000)
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		for _, text := range []string{text, long} {
			for _, unit := range []string{"character", "word", "chunk"} {
				if unit != "chunk" && len(text) > 10_000 {
					continue
				}
				plan := "interval=1ms&unit=" + unit
				if got := contentOf(t, complete(t, server, protocol, chatOf(text, ""), plan).body); got != text {
					t.Errorf("%s: %d bytes came back of %d", unit, len(got), len(text))
				}
				if got := deltasOf(t, complete(t, server, protocol, chatOf(text, streamed), plan).body); got != text {
					t.Errorf("%s: %d bytes were streamed of %d", unit, len(got), len(text))
				}
			}
		}
	})
}

// contentOf returns the text of an answer that is a document.
func contentOf(t *testing.T, body string) string {
	t.Helper()
	var document struct {
		Choices []struct{ Message struct{ Content string } }
	}
	if err := json.Unmarshal([]byte(body), &document); err != nil || len(document.Choices) != 1 {
		t.Fatalf("%.200q: %v", body, err)
	}
	return document.Choices[0].Message.Content
}

// deltasOf returns the text of an answer that is a stream.
func deltasOf(t *testing.T, body string) string {
	t.Helper()
	var text strings.Builder
	for _, block := range strings.Split(strings.TrimSuffix(body, "data: [DONE]\n\n"), "\n\n") {
		var event struct {
			Choices []struct{ Delta struct{ Content string } }
		}
		if block == "" {
			continue
		}
		if err := json.Unmarshal([]byte(strings.TrimPrefix(block, "data: ")), &event); err != nil {
			t.Fatalf("%.200q: %v", block, err)
		}
		for _, choice := range event.Choices {
			text.WriteString(choice.Delta.Content)
		}
	}
	return text.String()
}

// readAll reads a body to its proper end.
func readAll(t *testing.T, resp *http.Response) string {
	t.Helper()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// An answer is an ordinary message and an ordinary stream.
func TestChatIsOrdinary(t *testing.T) {
	server := ssetest.Start(t, ssetest.Config{})
	body := complete(t, server, ssetest.HTTP1, chatOf("Hi you", ""), "interval=1ms").body
	_, id, _ := strings.Cut(body, `"id":"chatcmpl-`)
	id, _, _ = strings.Cut(id, `"`)
	stream := server.Open(ssetest.HTTP1, "/stream/"+id+"?interval=1ms")
	stream.WantOpening()
	stream.WantText(0, "Hi you")
	if line := server.Log.Only("message.submitted").Fields; line["message_id"] != id || line["bytes"] != int64(6) || line["total"] != int64(6) {
		t.Errorf("the log says %v", line)
	}
	if line := server.Await("stream.closed", 1)[0].Fields; line["message_id"] != id || line["reason"] != "completed" || line["chunks"] != int64(2) {
		t.Errorf("the log says %v", line)
	}
}

// A client that leaves cancels its stream.
func TestChatClientGone(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		for _, more := range []string{streamed, ""} {
			server := ssetest.Start(t, ssetest.Config{})
			resp := startChat(t, server, protocol, chatOf("one two three", more), "interval=1m")
			resp.Body.Close()
			if line := server.Await("stream.closed", 1)[0].Fields; line["reason"] != "client_gone" {
				t.Errorf("the log says %v", line)
			}
		}
	})
}

// A stream that the server ends says so, as a body that only ends looks whole.
func TestChatBroken(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		for reason, end := range map[string]func(*ssetest.Server){
			"server_shutdown": func(server *ssetest.Server) {
				_, _ = server.Broker.EndStreams(t.Context(), broker.ErrShuttingDown)
			},
			"message_deleted": func(server *ssetest.Server) {
				id, _ := broker.ParseMessageID("01000000-0000-4000-8000-000000000001")
				_, _, _ = server.Broker.Delete(t.Context(), id)
			},
		} {
			server := ssetest.Start(t, ssetest.Config{InMemory: true})
			stream := openChat(t, server, protocol, "one two", "interval=1m")
			if _, err := stream.Next(); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			end(server)
			events, err := stream.All()
			want := `{"error":{"message":"the answer ends before its text: ` + reason + `","type":"server_error","param":null,"code":"` + reason + `"}}`
			if last := events[len(events)-1]; err != nil || last.Data != want {
				t.Errorf("the stream ends with %v, %v; want %s", last, err, want)
			}

			server = ssetest.Start(t, ssetest.Config{InMemory: true})
			resp := startChat(t, server, protocol, chatOf("one two", ""), "interval=1m")
			synctest.Wait()
			end(server)
			body := readAll(t, resp)
			if !strings.HasSuffix(body, `"content":"one `) {
				t.Errorf("the document ends with %q", body)
			}
		}
	})
}

// HTTP/1.0 has the body as it is, up to the end of the connection.
func TestChatHTTP10(t *testing.T) {
	server := ssetest.Start(t, ssetest.Config{})
	body := chatOf("Hi", "")
	from := say(t, server, "", "POST "+completions+" HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: "+strconv.Itoa(len(body))+"\r\n\r\n"+body)
	resp := wantResponse(t, from, 200)
	if got := contentOf(t, readAll(t, resp)); got != "Hi" {
		t.Errorf("%q came back", got)
	}
}

// A client that asks first whether it may send its body is told to.
func TestChatExpect(t *testing.T) {
	server := ssetest.Start(t, ssetest.Config{})
	body := chatOf("Hi", "")
	conn := server.Dial()
	from := bufio.NewReader(sayOn(t, conn, "", "POST "+completions+" HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: "+strconv.Itoa(len(body))+"\r\n\r\n"))
	if line, err := from.ReadString('\n'); err != nil || line != "HTTP/1.1 100 Continue\r\n" {
		t.Fatalf("%q, %v", line, err)
	}
	_, _ = from.ReadString('\n')
	sayOn(t, conn, "", body)
	if got := contentOf(t, readAll(t, wantResponse(t, from, 200))); got != "Hi" {
		t.Errorf("%q came back", got)
	}
}
