package httpapi_test

import (
	"io/fs"
	"maps"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"sseserver/httpapi"
	"sseserver/httpapi/ssetest"
)

// desk is where pages are worked on, while they are served.
type desk struct {
	mu    sync.Mutex
	files fstest.MapFS
	gone  bool // all of it
}

func newDesk(files map[string]string) *desk {
	d := &desk{files: fstest.MapFS{}}
	for name, content := range files {
		d.save(name, content)
	}
	return d
}

func (d *desk) Open(name string) (fs.File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.gone {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return maps.Clone(d.files).Open(name)
}

func (d *desk) save(name, content string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.files[name] = &fstest.MapFile{Data: []byte(content)}
}

func (d *desk) remove(name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.files, name)
}

func (d *desk) setGone(gone bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.gone = gone
}

// Pages on which somebody works are what they are now, and nothing else is served.
func TestDrafts(t *testing.T) {
	stamp := regexp.MustCompile(`-reload\.js\?shown=[0-9a-f]{16}`)
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		desk := newDesk(map[string]string{
			"index.html": "<p>one</p>", "sub/deep/page.html": "<body>two</BODY >", "head.html": "<head></head>rest", "page.js": "let one;",
			"most.png": strings.Repeat("x", 16<<20), "huge.png": strings.Repeat("x", 16<<20+1), ".secret.html": "secret", ".git/page.html": "secret", "key.pem": "secret", "openapi.yaml": "not ours",
		})
		server := ssetest.Start(t, ssetest.Config{API: httpapi.Config{Pages: desk, PagesChange: true}})
		get := func(path string, header ...string) answer {
			return ask(t, server, protocol, "GET", path, "", header...)
		}
		for path, want := range map[string]string{
			"/":                   `<p>one</p><script type="module" src="STAMP"></script>`,
			"/index.html":         `<p>one</p><script type="module" src="STAMP"></script>`,
			"/sub/deep/page.html": `<body>two<script type="module" src="../../STAMP"></script></BODY >`,
			"/head.html":          `<head><script type="module" src="STAMP"></script></head>rest`,
			"/page.js":            "let one;",
		} {
			got := get(path)
			if body := stamp.ReplaceAllString(got.body, "STAMP"); got.StatusCode != 200 || body != want {
				t.Errorf("%s: %s, %q; want %q", path, got.Status, body, want)
			}
			if !strings.Contains(got.Header.Get("Content-Security-Policy"), "script-src 'self';") || got.Header.Get("Cache-Control") != "no-cache" {
				t.Errorf("%s: %v", path, got.Header)
			}
			if again := get(path, "If-None-Match", got.Header.Get("ETag")); again.StatusCode != 304 {
				t.Errorf("%s: %s, want 304", path, again.Status)
			}
		}
		if got := get("/openapi.yaml"); !strings.HasPrefix(got.body, "openapi:") {
			t.Errorf("a file stands before the API: %.20s", got.body)
		}
		if got := get("/most.png"); got.StatusCode != 200 || len(got.body) != 16<<20 {
			t.Errorf("a large file: %s, %d bytes", got.Status, len(got.body))
		}
		for _, path := range []string{"/huge.png", "/.secret.html", "/.git/page.html", "/key.pem", "/sub", "/sub/", "/none.html", "/page.js/", "/index.html%00", "/%2e%2e/x.html", "/sub%2f%2e%2e%2findex.html"} {
			if got := get(path); got.StatusCode != 404 {
				t.Errorf("%s: %s, %.200s; want 404", path, got.Status, got.body)
			}
		}
		if head := ask(t, server, protocol, "HEAD", "/page.js", ""); head.ContentLength != 8 || head.body != "" {
			t.Errorf("HEAD: %d bytes", head.ContentLength)
		}
		ask(t, server, protocol, "POST", "/page.js", "").wantProblem(t, 405, "method_not_allowed")

		before := get("/page.js").Header.Get("ETag")
		desk.save("page.js", "let two;")
		desk.save("home.html", "home")
		if got := get("/page.js"); got.body != "let two;" || got.Header.Get("ETag") == before {
			t.Errorf("after it was saved: %q, ETag %s as before", got.body, got.Header.Get("ETag"))
		}
		if got := get("/"); !strings.HasPrefix(got.body, "home<script") {
			t.Errorf("the new first page: %q", got.body)
		}
		desk.remove("page.js")
		get("/page.js").wantProblem(t, 404, "not_found")
	})
}

// A server whose pages nobody works on has nothing of that.
func TestNoDrafts(t *testing.T) {
	server := ssetest.Start(t, ssetest.Config{API: httpapi.Config{Pages: newDesk(map[string]string{"index.html": "<p>one</p>"})}})
	if got := ask(t, server, ssetest.HTTP1, "GET", "/", ""); got.body != "<p>one</p>" {
		t.Errorf("the page: %q", got.body)
	}
	for _, path := range []string{"/-reload", "/-reload.js"} {
		ask(t, server, ssetest.HTTP1, "GET", path, "").wantProblem(t, 404, "not_found")
	}
}

// follower is a page that is told of changes.
type follower struct {
	*ssetest.Stream
	t       *testing.T
	version string // that it was told last
}

func follow(t *testing.T, server *ssetest.Server, protocol ssetest.Protocol) *follower {
	t.Helper()
	f := &follower{Stream: server.Open(protocol, "/-reload"), t: t}
	f.WantComment("connected")
	f.WantRetry(time.Second)
	f.wantChange()
	return f
}

// wantChange waits for the next change, and returns when it was told.
func (f *follower) wantChange() time.Time {
	f.t.Helper()
	event, err := f.Next()
	if err != nil || event.Name != "pages" || event.ID != "" || len(event.Data) != 16 || event.Data == f.version {
		f.t.Fatalf("got %v, %v; want another version than %q", event, err, f.version)
	}
	f.version = event.Data
	return event.At
}

// A change is told when it has lasted from one look to the next, so that many at once
// are one. What the page shows by then is known by the same name.
func TestReload(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		desk := newDesk(map[string]string{"index.html": "<p>one</p>", "a.js": "1", "b.js": "1"})
		server := ssetest.Start(t, ssetest.Config{InMemory: true, API: httpapi.Config{Pages: desk, PagesChange: true}})
		start := time.Now()
		page := follow(t, server, protocol)
		first := page.version
		if got := ask(t, server, protocol, "GET", "/", ""); !strings.Contains(got.body, "shown="+first+`"`) {
			t.Errorf("the page is not of version %s: %s", first, got.body)
		}

		time.Sleep(50 * time.Millisecond) // never at the moment of a look
		for n := range 10 {               // no two looks see the same
			time.Sleep(100 * time.Millisecond)
			desk.save("a.js", strings.Repeat("2", n))
			desk.save("b.js", strings.Repeat("3", n))
		}
		if at := page.wantChange().Sub(start); at != 1400*time.Millisecond {
			t.Errorf("told after %v, want 1.4 s: the second look at the last of it", at)
		}
		if got := ask(t, server, protocol, "GET", "/", ""); !strings.Contains(got.body, "shown="+page.version+`"`) {
			t.Errorf("the page is not of version %s: %s", page.version, got.body)
		}
		other := follow(t, server, protocol)
		if other.version != page.version {
			t.Errorf("another page is told %s, want %s", other.version, page.version)
		}
		desk.save("a.js", "1")
		desk.save("b.js", "1")
		page.wantChange()
		other.wantChange()
		if page.version != first || other.version != first {
			t.Errorf("%s and %s; want the first version again, %s", page.version, other.version, first)
		}
	})
}

// What no page is made of, what is as it was, and what is away for a while, is nothing
// to tell. A page hears that the server is there all the same.
func TestNothingToReload(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		desk := newDesk(map[string]string{"index.html": "<p>one</p>", "a.js": "1"})
		server := ssetest.Start(t, ssetest.Config{InMemory: true, API: httpapi.Config{Pages: desk, PagesChange: true}})
		start := time.Now()
		page := follow(t, server, protocol)
		desk.save("server.log", "a line")
		desk.save(".a.js.swp", "x")
		desk.save(".git/index.html", "x")
		time.Sleep(5 * time.Second)
		desk.save("a.js", "1")
		time.Sleep(time.Second)
		desk.setGone(true)
		time.Sleep(5 * time.Second)
		desk.setGone(false)
		for beat := range 3 {
			if at := page.WantComment("heartbeat").At.Sub(start); at != time.Duration(beat+1)*15*time.Second {
				t.Errorf("heartbeat %d after %v", beat, at)
			}
		}
		desk.remove("a.js")
		page.wantChange()
	})
}

// Who saves while no page is open sees the new one at once, and not a second time.
func TestNobodyFollows(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		desk := newDesk(map[string]string{"index.html": "<p>one</p>"})
		server := ssetest.Start(t, ssetest.Config{InMemory: true, API: httpapi.Config{Pages: desk, PagesChange: true}})
		page := follow(t, server, protocol)
		page.Close()
		time.Sleep(time.Minute)
		desk.save("index.html", "<p>two</p>")
		got := ask(t, server, protocol, "GET", "/", "")
		again := follow(t, server, protocol)
		if again.version == page.version || !strings.Contains(got.body, "<p>two</p>") || !strings.Contains(got.body, "shown="+again.version+`"`) {
			t.Errorf("the page is %s; its stream says %s", got.body, again.version)
		}
	})
}

// At a shutdown pages are sent away like readers, and who comes then, too, so that they
// find the next server. They are no streams.
func TestReloadAtShutdown(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true, API: httpapi.Config{
			Pages: newDesk(map[string]string{"index.html": "<p>one</p>"}), PagesChange: true, Jitter: func() float64 { return 0.25 },
		}})
		page := follow(t, server, protocol)
		if n := server.API.Streams(); n != 0 {
			t.Errorf("%d streams run, want none", n)
		}
		if got := ask(t, server, protocol, "HEAD", "/-reload", ""); got.StatusCode != http.StatusOK || got.Header.Get("Content-Type") != "text/event-stream" {
			t.Errorf("HEAD: %s, %v", got.Status, got.Header)
		}
		server.API.Drain()
		server.API.Drain() // again, which changes nothing
		page.WantRetry(2500 * time.Millisecond)
		page.WantEnd()
		late := ask(t, server, protocol, "GET", "/-reload", "")
		if late.StatusCode != http.StatusOK || late.body != "retry: 2500\n\n" {
			t.Errorf("while it shuts down: %s, %q", late.Status, late.body)
		}
		for name := range scrape(t, server) {
			if strings.HasPrefix(name, "sseserver_http_request_duration_seconds") && strings.Contains(name, `"/-reload"`) {
				t.Errorf("the metrics have %s; want no time of what lasts", name)
			}
		}
	})
}

// Pages that are open take nobody's place: their connections are the first to go.
func TestReloadTakesNoRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true, API: httpapi.Config{
			MaxConns: 5, ConnReserve: 2, Pages: newDesk(map[string]string{"index.html": "<p>one</p>"}), PagesChange: true,
		}})
		id := server.Submit("Hi")
		for range 20 {
			follow(t, server, ssetest.HTTP1)
		}
		for range 3 { // as many as there may be
			server.Open(ssetest.HTTP1, "/stream/"+id+"?interval=1m").WantOpening()
		}
		server.Submit("still welcome")
		if n := server.API.Conns(); n > 5 {
			t.Errorf("%d connections are open, want 5 at most", n)
		}
	})
}
