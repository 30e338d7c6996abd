package load

import (
	"bufio"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"

	"sseserver/httpapi/ssetest"
)

// damage is what a proxy does to one frame of a stream: it returns the frames
// to send in its place, and whether to break the connection after them. passed
// counts the frames of the connection before.
type damage func(connection *connection, frame string) (instead []string, cut bool)

// connection is one stream on its way through the proxy.
type connection struct {
	resumed bool
	held    string // whatever damage wants to keep
}

// newProxy starts a server that passes everything on to a real one, but damages
// its streams. It shortens the reconnection time, so that tests need not wait
// for it.
func newProxy(t *testing.T, do damage) *httptest.Server {
	t.Helper()
	return newProxyOf(t, ssetest.Start(t, ssetest.Config{}).URL, do)
}

func newProxyOf(t *testing.T, origin string, do damage) *httptest.Server {
	t.Helper()
	target, err := url.Parse(origin)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	pass := httputil.NewSingleHostReverseProxy(target)
	pass.Transport = transport
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			pass.ServeHTTP(w, r)
			return
		}
		req := r.Clone(r.Context())
		req.URL.Scheme, req.URL.Host, req.RequestURI = target.Scheme, target.Host, ""
		resp, err := transport.RoundTrip(req)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		defer resp.Body.Close()
		w.Header().Set("Content-Type", resp.Header.Get("Content-Type"))
		w.WriteHeader(resp.StatusCode)
		forward(w, resp.Body, &connection{resumed: r.Header.Get("Last-Event-ID") != ""}, do)
	}))
	t.Cleanup(func() { proxy.Close(); transport.CloseIdleConnections() })
	return proxy
}

func forward(w http.ResponseWriter, body io.Reader, c *connection, do damage) {
	in := bufio.NewReader(body)
	for frame := ""; ; {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		if frame += line; line != "\n" {
			continue
		}
		frame = strings.Replace(frame, "retry: 2000\n", "retry: 1\n", 1)
		frames, cut := do(c, frame)
		for _, f := range frames {
			_, _ = io.WriteString(w, f)
		}
		_ = http.NewResponseController(w).Flush()
		if cut {
			panic(http.ErrAbortHandler)
		}
		frame = ""
	}
}

// idOf is the event id of a frame, empty if it has none.
func idOf(frame string) string {
	_, after, _ := strings.Cut("\n"+frame, "\nid: ")
	id, _, _ := strings.Cut(after, "\n")
	return id
}

// at does something to the frame with one id, and passes on the others.
func at(id string, do func(frame string) []string) damage {
	return func(_ *connection, frame string) ([]string, bool) {
		if idOf(frame) == id {
			return do(frame), false
		}
		return []string{frame}, false
	}
}

// undamaged passes on everything.
func undamaged(_ *connection, frame string) ([]string, bool) { return []string{frame}, false }

// counter counts from several goroutines.
type counter struct {
	mu sync.Mutex
	n  int
}

func (c *counter) next() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	return c.n
}
