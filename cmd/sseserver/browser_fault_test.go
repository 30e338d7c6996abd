package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"sseserver/assets"
)

func testEmptyMessage(t *testing.T, browser context.Context) {
	server := startServer(t)
	p := openTab(t, browser, server.url+"/")
	for _, page := range pages {
		p.open(server.url + "/" + page)
		p.fill("#message", "")
		p.click("#send")
		p.until("error.textContent !== ''")
		p.wantError("The message is empty. Write something first.")
		if !eval[bool](p, "message === document.activeElement && message.ariaInvalid === 'true'") {
			t.Errorf("%s: the field is not marked, or has no focus", page)
		}

		// The error goes when it is no longer true.
		p.fill("#message", "now there is one")
		p.click("#send")
		p.untilState("complete")
		p.wantError("")
		if eval[bool](p, "message.hasAttribute('aria-invalid')") {
			t.Errorf("%s: the field is still marked", page)
		}
	}
}

// testRefusedInterval has intervals that the page refuses itself, then one that only
// the server can, and that the page knows of afterwards.
func testRefusedInterval(t *testing.T, browser context.Context) {
	server := startServer(t)
	p := openTab(t, browser, server.url+"/", "status of 400")
	for _, page := range pages {
		p.open(server.url + "/" + page)
		for _, never := range []string{"0", "-5"} {
			p.fill("#interval", never)
			p.submit()
			p.wantErrorAt("interval", "The interval must be more than 0 milliseconds.")
		}
		const bounds = "The interval must be from 1 to 60,000 milliseconds."
		p.fill("#interval", "60001")
		p.submit()
		p.wantErrorAt("interval", bounds)
		p.untilState("failed")
		id := eval[string](p, "location.hash")
		p.fill("#interval", "0.5")
		p.submit()
		p.wantErrorAt("interval", bounds)
		if got := eval[string](p, "location.hash"); got != id {
			t.Errorf("%s: it sends what it knows to be refused", page)
		}
	}
}

func testUnknownMessage(t *testing.T, browser context.Context) {
	server := startServer(t)
	p := openTab(t, browser, server.url+"/", "status of 404")
	for _, page := range pages {
		p.open(server.url + "/" + page + "#cccccccc-cccc-4ccc-8ccc-cccccccccccc")
		p.untilState("failed")
		p.wantError("The server does not have this message: it was deleted, or the server was restarted.")
		if eval[bool](p, "again.hidden || !document.querySelector('#stop').disabled") {
			t.Errorf("%s: it does not offer to send again, or to resume what can never come", page)
		}

		// What is no stream at all, as a proxy's own page.
		p.js("location.hash = '..'")
		p.until("error.textContent.startsWith('The server answered')")
		p.wantError("The server answered, but not with an event stream.")
	}
}

func testStoppedServer(t *testing.T, browser context.Context) {
	server := startServer(t)
	p := openTab(t, browser, server.url+"/index.html", "ERR_CONNECTION_REFUSED")
	server.stop(t)
	p.click("#send")
	p.untilState("failed")
	p.wantError("The server cannot be reached. Is it running?")
	if !eval[bool](p, "document.querySelector('#stop').disabled") {
		t.Error("a button offers to stop or resume, and there is nothing to")
	}
}

func (p *tab) wantError(words string) {
	p.t.Helper()
	if got := p.text("error"); got != words {
		p.t.Errorf("error: %q, want %q", got, words)
	}
}

// testBrokenStreams puts the pages before a server that is wrong, as no server
// of ours should be; a page that checks must notice.
func testBrokenStreams(t *testing.T, browser context.Context) {
	const (
		a       = "id: 0\ndata: {\"chunk\":\"a\",\"position\":0,\"total\":3}\n\n"
		b       = "id: 1\ndata: {\"chunk\":\"b\",\"position\":1,\"total\":3}\n\n"
		c       = "id: 2\ndata: {\"chunk\":\"c\",\"position\":2,\"total\":3}\n\n"
		anew    = "event: resumed\ndata: {\"from\":0,\"resumed\":false}\n\n"
		from1   = "event: resumed\ndata: {\"from\":1,\"resumed\":true}\n\n"
		from2   = "event: resumed\ndata: {\"from\":2,\"resumed\":true}\n\n"
		refused = "" // 503
	)
	done := fmt.Sprintf("event: done\nid: end\ndata: {\"total\":3,\"sha256\":\"%x\"}\n\n", sha256.Sum256([]byte("abc")))

	cases := []struct {
		id      string
		answers []string // to each connection in turn
		state   string
		shown   string
		words   string
	}{
		{"whole", []string{a + b + c + done}, "complete", "abc", ""},
		{"begins-anew", []string{a + b, anew + a + b + c + done}, "complete", "abc", ""},
		{"continues", []string{a + b, from2 + c + done}, "complete", "abc", ""},
		{"ends-without-done", []string{a + b + c, done}, "complete", "abc", ""},
		{"loses-one", []string{a + c + done}, "failed", "a", "The stream is out of order: position 1 was due, 2 came."},
		{"doubles-one", []string{a + b + b + c + done}, "failed", "ab", "The stream is out of order: position 2 was due, 1 came."},
		{"continues-too-early", []string{a + b, from1 + b + c + done}, "failed", "ab", "The stream is out of order: position 2 was due, 1 came."},
		{"starts-over-unannounced", []string{a + b, a + b + c + done}, "failed", "ab", "The stream is out of order: position 2 was due, 0 came."},
		{"done-too-early", []string{a + b + done}, "failed", "ab", "The stream is out of order: position 2 was due, the end came."},
		{"changes-a-letter", []string{a + strings.Replace(b, `"b"`, `"B"`, 1) + c + done}, "failed", "aBc", "The text shown is not the text that was sent: the SHA-256 differs."},
		{"no-json", []string{a + "id: 1\ndata: b\n\n"}, "failed", "a", "The stream carried an event that is not JSON."},
		{"refuses", []string{a, refused, refused, from1 + b + c + done}, "complete", "abc", ""},
	}
	scripts := make(map[string][]string)
	for _, test := range cases {
		scripts[test.id] = test.answers
	}
	server := scriptedServer(t, scripts)
	p := openTab(t, browser, server+"/index.html", "status of 503")
	for _, test := range cases {
		p.js("location.hash = '" + test.id + "'")
		p.until("document.querySelector('code.curl').textContent.includes('/" + test.id + "?') && arrival.dataset.state === '" + test.state + "'")
		if got := p.text("received"); got != test.shown {
			t.Errorf("%s: received %q, want %q", test.id, got, test.shown)
		}
		if got := p.text("error"); got != test.words {
			t.Errorf("%s: error: %q, want %q", test.id, got, test.words)
		}
	}
}

// scriptedServer serves the pages, and answers each request for the stream of a
// message with the next of its scripts: an event stream that ends with the
// text, or 503 for "".
func scriptedServer(t *testing.T, scripts map[string][]string) string {
	var mu sync.Mutex
	next := func(id string) (answer string) {
		mu.Lock()
		defer mu.Unlock()
		if left := scripts[id]; len(left) > 0 {
			answer, scripts[id] = left[0], left[1:]
		}
		return answer
	}
	mux := http.NewServeMux()
	mux.Handle("/", http.FileServerFS(assets.FS()))
	mux.HandleFunc("GET /faults", noFaults)
	mux.HandleFunc("GET /stream/{id}", func(w http.ResponseWriter, r *http.Request) {
		answer := next(r.PathValue("id"))
		if answer == "" {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusServiceUnavailable)
			io.WriteString(w, `{"title":"Too many streams","detail":"no room for another stream","code":"too_many_streams"}`)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		io.WriteString(w, "retry: 1\n\n"+answer)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// noFaults answers GET /faults where a test has no use for them.
func noFaults(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"faults":[]}`) }
