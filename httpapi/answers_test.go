package httpapi_test

import (
	"bytes"
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"sseserver/assets"
	"sseserver/broker"
	"sseserver/httpapi"
	"sseserver/httpapi/ssetest"
)

func TestAllow(t *testing.T) {
	allow := map[string]string{
		"/send":                                "OPTIONS, POST",
		"/stream/" + unknownID:                 "GET, HEAD, OPTIONS",
		"/progress/" + unknownID:               "GET, HEAD, OPTIONS",
		"/messages/" + unknownID:               "DELETE, GET, HEAD, OPTIONS",
		"/messages":                            "OPTIONS, POST",
		"/messages/" + unknownID + "/chunks":   "OPTIONS, POST",
		"/messages/" + unknownID + "/complete": "OPTIONS, POST",
		"/messages/" + unknownID + "/fail":     "OPTIONS, POST",
		"/messages/" + unknownID + "/progress": "OPTIONS, PUT",
		"/livez":                               "GET, HEAD, OPTIONS",
		"/readyz":                              "GET, HEAD, OPTIONS",
		"/openapi.yaml":                        "GET, HEAD, OPTIONS",
		"/faults":                              "GET, HEAD, OPTIONS",
		"/":                                    "GET, HEAD, OPTIONS",
		"/progress.html":                       "GET, HEAD, OPTIONS",
	}
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{API: httpapi.Config{Pages: assets.FS()}})
		for path, allow := range allow {
			options := ask(t, server, protocol, "OPTIONS", path, "")
			if options.StatusCode != http.StatusNoContent {
				t.Errorf("OPTIONS %s: %s, want 204", path, options.Status)
			}
			options.wantHeader(t, map[string]string{"Allow": allow})
			for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PURGE", "get"} {
				if strings.Contains(" "+allow+",", " "+method+",") {
					continue
				}
				got := ask(t, server, protocol, method, path, "")
				if method != "HEAD" { // which has no body
					got.wantProblem(t, 405, "method_not_allowed")
				}
				got.wantHeader(t, map[string]string{"Allow": allow})
			}
		}
		// What does not exist has no method that would be allowed.
		for _, path := range []string{"/nothing", "/sned", "/stream", "/messages/", "/Index.html", "/index.html/", "/assets.go"} {
			for _, method := range []string{"GET", "POST", "DELETE"} {
				got := ask(t, server, protocol, method, path, "")
				got.wantProblem(t, 404, "not_found")
				got.wantHeader(t, map[string]string{"Allow": ""})
			}
		}
	})
}

// A client's request id is used where it can stand in a log line.
func TestRequestID(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		for _, id := range []string{"a", "client-7/3:x", strings.Repeat("x", 64), unknownID} {
			got := ask(t, server, protocol, "GET", "/nothing", "", "X-Request-Id", id)
			got.wantHeader(t, map[string]string{"X-Request-Id": id})
		}
		logged := server.Log.Named("http.request_rejected")
		if got := logged[len(logged)-1].Fields["request_id"]; got != unknownID {
			t.Errorf("request_id in the log: %v, want %s", got, unknownID)
		}
		seen := make(map[string]bool)
		for _, id := range []string{"", "two words", "é", `"`, `back\slash`, "tab\tbed", strings.Repeat("x", 65), strings.Repeat("x", 5000)} {
			got := ask(t, server, protocol, "GET", "/nothing", "", "X-Request-Id", id).Header.Get("X-Request-Id")
			if !strings.HasPrefix(got, "02000000-0000-4000-8000-") || seen[got] {
				t.Errorf("X-Request-Id for %q: %q, want a new one", id, got)
			}
			seen[got] = true
		}
	})
}

// A page is asked about each time, sent once, and can load only its own.
func TestPages(t *testing.T) {
	pages := fstest.MapFS{"index.html": {Data: []byte("<!doctype html>")}, "a/b.css": {Data: []byte("b{}")}, "long.js": {Data: bytes.Repeat([]byte("x"), 100_000)}}
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{API: httpapi.Config{Pages: pages}})
		index := ask(t, server, protocol, "GET", "/", "")
		if index.StatusCode != 200 || index.body != "<!doctype html>" || index.ContentLength != 15 {
			t.Errorf("/: %s, %q of %d", index.Status, index.body, index.ContentLength)
		}
		index.wantHeader(t, map[string]string{
			"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
			"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
				"base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
		})
		for _, method := range []string{"GET", "HEAD"} { // its length is told, though it takes many writes
			if long := ask(t, server, protocol, method, "/long.js", ""); long.ContentLength != 100_000 {
				t.Errorf("%s /long.js: %d bytes", method, long.ContentLength)
			}
		}
		etag := index.Header.Get("ETag")
		if css := ask(t, server, protocol, "GET", "/a/b.css", ""); css.body != "b{}" || css.Header.Get("ETag") == etag {
			t.Errorf("/a/b.css: %q with ETag %s; that of the index is %s", css.body, css.Header.Get("ETag"), etag)
		}
		for _, have := range []string{etag, "W/" + etag, `"x", ` + etag, "*"} {
			got := ask(t, server, protocol, "GET", "/index.html", "", "If-None-Match", have)
			if got.StatusCode != 304 || got.body != "" {
				t.Errorf("If-None-Match %s: %s, %q; want 304", have, got.Status, got.body)
			}
			got.wantHeader(t, map[string]string{"ETag": etag, "Content-Type": "", "Cache-Control": "no-cache"})
		}
		for _, have := range []string{"", `"x"`, strings.Trim(etag, `"`), `W/"x"`} {
			if got := ask(t, server, protocol, "GET", "/", "", "If-None-Match", have, "Range", "bytes=1-2", "If-Match", `"x"`); got.StatusCode != 200 || got.body != index.body {
				t.Errorf("If-None-Match %s: %s, %q; want the page", have, got.Status, got.body)
			}
		}
		if head := ask(t, server, protocol, "HEAD", "/", ""); head.StatusCode != 200 || head.body != "" || head.ContentLength != 15 {
			t.Errorf("HEAD: %s, %q of %d", head.Status, head.body, head.ContentLength)
		}
	})
}

// The page of the character stream is the first one, unless there is one that leads to
// it. Its own address stays what it was.
func TestFirstPage(t *testing.T) {
	index, home := &fstest.MapFile{Data: []byte("the index")}, &fstest.MapFile{Data: []byte("the home page")}
	for want, pages := range map[string]fstest.MapFS{
		"the index":     {"index.html": index, "other.html": home},
		"the home page": {"index.html": index, "home.html": home},
		"":              {"other.html": index},
	} {
		server := ssetest.Start(t, ssetest.Config{API: httpapi.Config{Pages: pages}})
		first := ask(t, server, ssetest.HTTP1, "GET", "/", "")
		if want == "" {
			first.wantProblem(t, 404, "not_found")
			continue
		}
		if first.body != want {
			t.Errorf("/ is %q, want %q", first.body, want)
		}
		if got := ask(t, server, ssetest.HTTP1, "GET", "/index.html", ""); got.body != "the index" {
			t.Errorf("/index.html is %q", got.body)
		}
	}
}

// Each file has a type, whatever the host's table says.
func TestPageTypes(t *testing.T) {
	for _, ending := range []string{".html", ".css", ".js", ".svg"} {
		if err := mime.AddExtensionType(ending, "application/x-poison"); err != nil {
			t.Fatal(err)
		}
	}
	server := ssetest.Start(t, ssetest.Config{API: httpapi.Config{Pages: assets.FS()}})
	err := fs.WalkDir(assets.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		got := ask(t, server, ssetest.HTTP1, "GET", "/"+name, "").Header.Get("Content-Type")
		if got == "" || strings.Contains(got, "poison") {
			t.Errorf("/%s has the type %q", name, got)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestProbes(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		want := func(path string, status int, body string) {
			t.Helper()
			got := ask(t, server, protocol, "GET", path, "")
			if got.StatusCode != status || got.body != body {
				t.Errorf("%s: %s, %q; want %d, %q", path, got.Status, got.body, status, body)
			}
			got.wantHeader(t, map[string]string{"Cache-Control": "no-store", "Content-Type": "text/plain; charset=utf-8"})
		}
		want("/livez", 200, "ok\n")
		want("/readyz", 200, "ok\n")
		server.API.Drain()
		want("/livez", 200, "ok\n")
		want("/readyz", 503, "shutting down\n")
		if lines := server.Log.Named("http.request"); len(lines) > 0 {
			t.Errorf("probes are logged above debug: %v", lines)
		}
	})
}

// The status of a message counts its streams and tells when it will be gone.
func TestMessage(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true, Broker: broker.Config{TTL: time.Hour}})
		id := server.Submit("né👋🏽")
		time.Sleep(time.Minute)
		server.Open(protocol, "/stream/"+id+"?interval=1m")
		server.Open(protocol, "/progress/"+id+"?interval=1m")
		time.Sleep(time.Second)
		got := ask(t, server, protocol, "GET", "/messages/"+id, "")
		got.wantHeader(t, map[string]string{"Content-Type": "application/json", "Cache-Control": "no-store"})
		const want = `{"messageId":"01000000-0000-4000-8000-000000000001","total":3,"bytes":11,` +
			`"submittedAt":"2000-01-01T00:00:00Z","expiresAt":"2000-01-01T01:01:01Z","activeStreams":2,"state":"complete","chunks":1}`
		if got.body != want {
			t.Errorf("got  %s\nwant %s", got.body, want)
		}
	})
}

// A message is gone at once and for all, and going twice is no error.
func TestDelete(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		id := server.Submit("Hi")
		server.Open(protocol, "/stream/"+id+"?interval=1m")
		time.Sleep(90 * time.Second)
		server.Open(protocol, "/stream/"+id+"?interval=1m")
		server.Open(protocol, "/progress/"+id+"?interval=1m")
		for range 2 {
			got := ask(t, server, protocol, "DELETE", "/messages/"+id, "")
			if got.StatusCode != http.StatusNoContent || got.body != "" {
				t.Errorf("DELETE: %s, %q; want 204", got.Status, got.body)
			}
			for _, path := range []string{"/messages/", "/stream/", "/progress/"} {
				ask(t, server, protocol, "GET", path+id, "").wantProblem(t, 404, "message_not_found")
			}
		}
		if got := ask(t, server, protocol, "DELETE", "/messages/x", ""); got.StatusCode != http.StatusNoContent {
			t.Errorf("DELETE of a malformed id: %s, want 204", got.Status)
		}
		deleted := server.Log.Only("message.deleted") // once, though asked three times
		if deleted.Fields["message_id"] != id || deleted.Fields["active_streams"] != int64(2) || deleted.Fields["age_ms"] != 90_000.0 {
			t.Errorf("the log says %v", deleted.Fields)
		}
	})
}

// The answer to /send is exactly this.
func TestSendAnswer(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		got := ask(t, server, protocol, "POST", "/send", `{"message":"Hi"}`, asJSON...)
		if want := `{"status":"ok","messageId":"01000000-0000-4000-8000-000000000001"}`; got.StatusCode != 200 || got.body != want {
			t.Errorf("got  %s %s\nwant 200 %s", got.Status, got.body, want)
		}
		got.wantHeader(t, map[string]string{"Content-Type": "application/json", "Cache-Control": "no-store"})
	})
}

// What the broker fails for is for the log alone; that it is closing is for the
// client, who is told when to come back.
func TestFailures(t *testing.T) {
	tests := []struct {
		method, path, event string
	}{
		{"POST", "/send", "message.rejected"},
		{"GET", "/messages/" + unknownID, "http.request_rejected"},
		{"DELETE", "/messages/" + unknownID, "http.request_rejected"},
		{"GET", "/stream/" + unknownID, "stream.rejected"},
		{"GET", "/progress/" + unknownID, "stream.rejected"},
		{"GET", "/stream/" + unknownID + "?lastEventId=end", "stream.rejected"},
	}
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		for _, test := range tests {
			server := ssetest.Start(t, ssetest.Config{Wrap: failingWith(errors.New("disk on fire"))})
			got := ask(t, server, protocol, test.method, test.path, `{"message":"Hi"}`, asJSON...)
			got.wantProblem(t, 500, "internal_error")
			if strings.Contains(got.body, "fire") {
				t.Errorf("%s %s: the client is told %s", test.method, test.path, got.body)
			}
			if line := server.Log.Only(test.event); line.Fields["error"] != "disk on fire" {
				t.Errorf("%s %s: the log says %v", test.method, test.path, line.Fields)
			}

			server = ssetest.Start(t, ssetest.Config{Wrap: failingWith(broker.ErrClosed)})
			got = ask(t, server, protocol, test.method, test.path, `{"message":"Hi"}`, asJSON...)
			if line := server.Log.Only(test.event); test.event == "stream.rejected" {
				wantSentAway(t, got)
				continue
			} else if test.event == "message.rejected" && line.Fields["reason"] != "shutting_down" {
				t.Errorf("the log says %v", line.Fields)
			}
			got.wantProblem(t, 503, "shutting_down")
			got.wantHeader(t, map[string]string{"Retry-After": "2"})
		}
	})
}

// wantSentAway checks that a request for a stream was told to come back.
func wantSentAway(t *testing.T, got answer) {
	t.Helper()
	if got.StatusCode != 200 || got.Request.Method != "HEAD" && !regexp.MustCompile(`^retry: [23]\d{3}\n\n$`).MatchString(got.body) {
		t.Errorf("%s %s: %s, %q; want 200 and a retry", got.Request.Method, got.Request.URL, got.Status, got.body)
	}
	got.wantHeader(t, map[string]string{"Content-Type": "text/event-stream", "Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"})
}

// While the server drains, whoever asks for a stream is sent away with 200, and
// counted as rejected; over HTTP/1, its connection is closed.
func TestStreamsInADrain(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{API: httpapi.Config{Jitter: func() float64 { return 0.25 }}})
		id := server.Submit("Hi")
		server.API.Drain()
		if err := server.Broker.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		requests := 0
		for _, path := range []string{"/stream/" + id, "/progress/" + id, "/stream/" + id + "?lastEventId=0", "/stream/" + unknownID} {
			for _, method := range []string{"GET", "HEAD"} {
				got := ask(t, server, protocol, method, path, "")
				requests++
				wantSentAway(t, got)
				if method == "GET" && got.body != "retry: 2500\n\n" {
					t.Errorf("%s: %q", path, got.body)
				}
				if !protocol.IsHTTP2() && !got.Close {
					t.Errorf("%s %s: the connection stays open", method, path)
				}
			}
		}
		rejected := server.Log.Named("stream.rejected")
		for _, line := range rejected {
			if line.Fields["reason"] != "shutting_down" || line.Fields["status"] != int64(200) {
				t.Errorf("the log says %v", line.Fields)
			}
		}
		if opened := server.Log.Named("stream.opened"); len(rejected) != requests || len(opened) != 0 || server.API.Streams() != 0 {
			t.Errorf("%d rejected and %d opened, want %d and 0; %d run", len(rejected), len(opened), requests, server.API.Streams())
		}
		if got := scrape(t, server)[`sseserver_streams_rejected_total{reason="shutting_down"}`]; got != float64(requests) {
			t.Errorf("%v are counted as rejected, want %d", got, requests)
		}
		if got := ask(t, server, protocol, "GET", "/stream/"+id+"?lastEventId=end", ""); got.StatusCode != 204 {
			t.Errorf("a client that has seen the end: %s, want 204", got.Status)
		}
		ask(t, server, protocol, "GET", "/stream/"+id+"?interval=0", "").wantProblem(t, 400, "invalid_parameter")
		ask(t, server, protocol, "GET", "/stream/"+id, "", "Accept", "text/html").wantProblem(t, 406, "not_acceptable")
		ask(t, server, protocol, "GET", "/stream/x", "").wantProblem(t, 404, "message_not_found")
	})
}
