package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sseserver/assets"
)

// readerStream has each rule of an event stream at least once, and readerEvents is what
// it means: type, data and last id of each event, and then the last id and the reconnection time.
// https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
const (
	readerStream = "\ufeff: connected\nretry: 1\n\n" +
		"event: named\nid: 7\ndata: é👩🏽‍🚀\ndata:two\ndata\n: between\n\n" + // the last line is empty: a field without a colon
		"data:  [DONE]\nid: no\x00id\n\n" + // one space goes; an id with NUL is none
		"event: none\nid: 8\n\n" + // no data, no event; but the id counts
		"data:\n\n" +
		"\ufeffdata: x\nDATA: x\n data: x\nunknown: x\ndata\x00: x\n\n" + // fields that there are not
		"id\nretry: 25\nretry: 1e3\nretry: -1\nretry:\ndata: a:b: c\n\n" + // an empty id forgets; retry has digits only
		"id: 9\ndata: never complete\n"
	readerEvents = `[["named","é👩🏽‍🚀\ntwo\n","7"],["message"," [DONE]","7"],["message","","8"],["message","a:b: c",""]],"",25`
)

// testEventReader cuts a stream in two at each of its bytes, and into single bytes:
// the events are always the same.
func testEventReader(t *testing.T, browser context.Context) {
	p := openTab(t, browser, startServer(t).url+"/chat.html")
	for _, eol := range []string{"\n", "\r\n", "\r"} {
		stream := strings.ReplaceAll(readerStream, "\n", eol)
		got := promised[[]string](p, fmt.Sprintf(`import('./sse-client.js').then(({EventReader}) => {
			const bytes = new TextEncoder().encode(%s);
			const read = (pieces) => {
				const reader = new EventReader();
				const events = pieces.flatMap((piece) => reader.push(piece)).map(({type, data, lastEventId}) => [type, data, lastEventId]);
				return [events, reader.lastEventId, reader.retry].map((part) => JSON.stringify(part)).join();
			};
			const results = Array.from(bytes, (_, at) => read([bytes.subarray(0, at), bytes.subarray(at)]));
			results.push(read(Array.from(bytes, (byte) => Uint8Array.of(byte))));
			return results;
		})`, jsString(stream)))
		if len(got) != len(stream)+1 {
			t.Fatalf("%d results for %d bytes", len(got), len(stream))
		}
		for at, events := range got {
			if events != readerEvents {
				t.Errorf("line end %q, cut at byte %d\n got %s\nwant %s", eol, at, events, readerEvents)
			}
		}
	}
}

// promised evaluates a JavaScript expression, and waits for what it promises.
func promised[T any](p *tab, promise string) T {
	p.t.Helper()
	return eval[T](p, promise)
}

// testChatReadings has answers that end in each way, and what the two clients say.
func testChatReadings(t *testing.T, browser context.Context) {
	const (
		finish = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":null}\n\n"
		done   = "data: [DONE]\n\n"
		ends   = "The body has ended, so this is the answer: "
		wrong  = " It is wrong, and nothing tells it so."
	)
	usage := func(tokens int) string {
		return fmt.Sprintf("data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":%d,\"total_tokens\":%d}}\n\n", tokens, tokens+1)
	}
	tail := finish + usage(2) + done
	var cases []chatCase
	add := func(question, stream, end, state, answer, trusting, careful string) {
		cases = append(cases, chatCase{question, stream, end, state, answer, trusting, careful})
	}
	add("one two", "", tail, "Complete: 2 tokens", "one two", ends+"2 tokens.", "Complete: finish_reason and [DONE] came.")
	add("ends early", "ends", "", "Truncated after 1 token", "ends", ends+"1 token."+wrong, "Not complete: neither finish_reason nor [DONE] came. It asks again.")
	add("no done", "", finish, "Not confirmed: 2 tokens", "no done", ends+"2 tokens.", "Not complete: finish_reason came, but [DONE] did not. It asks again.")
	add("no finish", "", done, "Truncated after 2 tokens", "no finish", ends+"2 tokens.", "Not complete: [DONE] came without a finish_reason. It asks again.")
	add("is cut", "is", cut, "Truncated after 1 token", "is",
		"It reports an error after 1 token: the connection broke.", "Not complete: neither finish_reason nor [DONE] came, and the connection broke. It asks again.")
	add("half frame", "half", "data: {\"choices\":[{\"delta\":{\"content\":\"fra", "Truncated after 1 token", "half", ends+"1 token."+wrong, "Not complete: neither")
	add("no json", "no", "data: {\n\n", "Truncated after 1 token", "no", "It reports an error after 1 token: an event is not JSON.", "Not complete: neither")
	add("says why", "says", "data: {\"error\":{\"message\":\"The message was deleted.\",\"code\":\"message_deleted\"}}\n\n", "Truncated after 1 token", "says",
		"It reports an error after 1 token: the message was deleted.", "Not complete: neither finish_reason nor [DONE] came, and the message was deleted. It asks again.")
	add("lost one", "lost", tail, "Not what was sent: 1 token", "lost", ends+"1 token."+wrong, "Not what was sent: usage counts 2 tokens, and 1 came. It asks again.")
	add("right letter", "wrong letter", tail, "Not what was sent: 2 tokens", "wrong letter", ends+"2 tokens."+wrong, "Complete: finish_reason and [DONE] came."+wrong)
	shown := make(chan struct{})
	p := openTab(t, browser, scriptedChat(t, cases, shown)+"/chat.html", "net::ERR_INCOMPLETE_CHUNKED_ENCODING")
	for _, test := range cases {
		p.fill("#message", test.question)
		p.click("#send")
		if test.end == cut { // a browser may forget what came right before
			p.until("document.querySelector('.turn:last-child .answer').textContent === '" + test.answer + "'")
			shown <- struct{}{}
		}
		p.untilChatEnds()
		p.wantChat(test.status, test.answer)
		trusting, careful := p.reading("trusting dd"), p.reading("careful dd")
		if trusting != test.trusting || !strings.HasPrefix(careful, test.careful) {
			t.Errorf("%s: the clients say\n%s\n%s\nwant\n%s\n%s", test.question, trusting, careful, test.trusting, test.careful)
		}
		if state := eval[string](p, "arrival.dataset.state"); (state == "complete") != strings.HasPrefix(test.status, "Complete") {
			t.Errorf("%s: state %s", test.question, state)
		}
		takes := eval[[]string](p, "Array.from(document.querySelectorAll('.turn:last-child .readings div'), (client) => client.dataset.takes)")
		if want := []string{strconv.FormatBool(strings.HasPrefix(trusting, ends)), strconv.FormatBool(strings.HasPrefix(careful, "Complete"))}; !slices.Equal(takes, want) {
			t.Errorf("%s: that they take the answer is marked %q, want %q", test.question, takes, want)
		}
	}
}

// chatCase is an answer to a question, and what the page makes of it.
type chatCase struct {
	question          string
	stream, end       string // the words that come, all of the question for ""; and the bytes behind them
	status, answer    string
	trusting, careful string
}

// cut ends an answer with a connection that breaks.
const cut = "\x00cut"

// scriptedChat serves the pages, and answers questions by the cases. It cuts an answer
// off when what came of it is shown.
func scriptedChat(t *testing.T, cases []chatCase, shown <-chan struct{}) (address string) {
	answers := make(map[string]chatCase)
	for _, test := range cases {
		answers[test.question] = test
	}
	return serveChat(t, func(w http.ResponseWriter, question string) {
		test := answers[question]
		text := test.stream
		if text == "" {
			text = question
		}
		for word := range strings.SplitAfterSeq(text, " ") {
			io.WriteString(w, chatToken(word))
		}
		if test.end == cut {
			w.(http.Flusher).Flush()
			<-shown
			panic(http.ErrAbortHandler)
		}
		io.WriteString(w, test.end)
	})
}

// serveChat serves the pages, and lets answer write the answers.
func serveChat(t *testing.T, answer func(w http.ResponseWriter, question string)) (address string) {
	mux := http.NewServeMux()
	mux.Handle("/", http.FileServerFS(assets.FS()))
	mux.HandleFunc("GET /faults", noFaults)
	mux.HandleFunc("POST /v1/chat/completions", func(w http.ResponseWriter, r *http.Request) {
		var request struct{ Messages []struct{ Content string } }
		if err := json.NewDecoder(r.Body).Decode(&request); err != nil || len(request.Messages) == 0 {
			t.Errorf("a request of %v, %v", request, err)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		answer(w, request.Messages[len(request.Messages)-1].Content)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// chatToken is the event that carries a piece of an answer.
func chatToken(text string) string {
	var content bytes.Buffer
	_ = json.NewEncoder(&content).Encode(text)
	return `data: {"choices":[{"index":0,"delta":{"content":` + strings.TrimSpace(content.String()) + `},"finish_reason":null}],"usage":null}` + "\n\n"
}

// askChat asks a question, and waits until its answer has ended.
func (p *tab) askChat(question string) {
	p.t.Helper()
	p.fill("#message", question)
	p.click("#send")
	p.untilChatEnds()
}

// untilChatEnds waits until nothing more is to come.
func (p *tab) untilChatEnds() {
	p.t.Helper()
	p.until("['complete', 'failed', 'stopped'].includes(arrival.dataset.state)")
}

// wantChat checks the state in words, and the answer on show.
func (p *tab) wantChat(status, answer string) {
	p.t.Helper()
	if got := p.text("status"); got != status {
		p.t.Errorf("state: %q, want %q", got, status)
	}
	if got := p.reading("answer"); got != answer {
		p.t.Errorf("answer: %q, want %q", got, answer)
	}
}

// reading is the text of a part of the last turn.
func (p *tab) reading(class string) string {
	p.t.Helper()
	return eval[string](p, "document.querySelector('.turn:last-child ."+class+"').textContent")
}
