package docscheck

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"sseserver/httpapi/ssetest"
	"sseserver/internal/chromiumtest"
)

const guide = top + "/docs/live.md"

// TestGuideInBrowser uses the pages that the guide to live messages shows, in a
// real Chromium.
func TestGuideInBrowser(t *testing.T) {
	browser := chromiumtest.Start(t)
	t.Run("answer", func(t *testing.T) { testAnswerSurvives(t, browser) })
	t.Run("job", func(t *testing.T) { testJobIsShown(t, browser) })
}

// The answer of a model survives that its reader reloads the page, and then loses
// the connection, in the middle of it.
func testAnswerSurvives(t *testing.T, browser context.Context) {
	wantPrograms(t, "node")
	server := ssetest.Start(t, ssetest.Config{})
	network := startNetwork(t, server.URL)
	model, goOn := startPausingModel(t)
	shown, dir := files(t, guide), t.TempDir()
	save(t, dir, "backend.mjs", strings.ReplaceAll(shown["backend.mjs"], "http://127.0.0.1:4400", server.URL))
	save(t, dir, "page.html", strings.ReplaceAll(shown["page.html"], "http://127.0.0.1:4400", network.url))
	address := serve(t, shell("", dir, "MODEL_URL="+model+" MODEL_KEY=secret-1 node backend.mjs"), treatment{exits: []int{130}})

	p := openPage(t, browser, address)
	p.run(chromedp.SendKeys(chromedp.CSS("input"), "Why?"))
	p.run(chromedp.Click(chromedp.CSS("button")))
	p.until("answer.textContent === 'Because air ' && state.textContent === 'Answering …'")
	p.run(chromedp.Reload())
	p.until("answer.textContent === 'Because air '")
	network.cut()
	p.until("state.textContent === 'Reconnecting …'")
	goOn()
	p.until("state.textContent === 'Complete'")
	p.until("answer.textContent === 'Because air scatters light.'")
	if got := network.lastIDs(); len(got) != 3 || got[0] != "" || got[1] != "" || got[2] != "1" {
		t.Errorf("streams were opened after the events %q; want none, none, 1", got)
	}
}

// The page of a job shows how far it is, what it does, and its end.
func testJobIsShown(t *testing.T, browser context.Context) {
	server := ssetest.Start(t, ssetest.Config{})
	file := save(t, t.TempDir(), "bar.html", strings.ReplaceAll(files(t, guide)["bar.html"], "http://127.0.0.1:4400", server.URL))
	for _, test := range []struct{ call, body, condition string }{
		{"complete", `{}`, "bar.value === 100 && text.textContent === 'Half of it'"},
		{"fail", `{"reason":"out of paper"}`, "bar.value === 50 && text.textContent === 'out of paper'"},
	} {
		id := open(t, server)
		send(t, server, "PUT", id+"/progress", `{"percent":50,"chunk":"Half of it"}`)
		p := openPage(t, browser, "file://"+file+"#"+id)
		p.js("globalThis.bar = document.querySelector('progress'), globalThis.text = document.querySelector('output')")
		p.until("bar.value === 50 && text.textContent === 'Half of it'")
		send(t, server, "POST", id+"/"+test.call, test.body)
		p.until(test.condition)
	}
}

func save(t *testing.T, dir, name, content string) (path string) {
	t.Helper()
	path = filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// open opens a live message and returns its id.
func open(t *testing.T, server *ssetest.Server) string {
	t.Helper()
	location := send(t, server, "POST", "", `{}`).Get("Location")
	return strings.TrimPrefix(location, "/messages/")
}

// send makes one of the calls below /messages and wants it to succeed.
func send(t *testing.T, server *ssetest.Server, method, path, body string) http.Header {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, server.URL+strings.TrimSuffix("/messages/"+path, "/"), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := server.Client(ssetest.HTTP1).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if answer, _ := io.ReadAll(response.Body); response.StatusCode >= 300 {
		t.Fatalf("%s %s: %s\n%s", method, path, response.Status, answer)
	}
	return response.Header
}

// page is a window of the browser. For one goroutine.
type page struct {
	t   *testing.T
	ctx context.Context
}

func openPage(t *testing.T, browser context.Context, address string) page {
	t.Helper()
	window, closeWindow := chromedp.NewContext(browser)
	t.Cleanup(closeWindow)
	ctx, cancel := context.WithTimeout(window, patience)
	t.Cleanup(cancel)
	p := page{t, ctx}
	p.run(chromedp.Navigate(address))
	return p
}

func (p page) run(step chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, step); err != nil {
		p.t.Fatal(err)
	}
}

func (p page) js(expression string) {
	p.t.Helper()
	p.run(chromedp.Evaluate[chromedp.Void](expression))
}

// until waits until a JavaScript expression holds.
func (p page) until(condition string) {
	p.t.Helper()
	promise := `new Promise((resolve) => {
		const look = () => { if (` + condition + `) resolve(true); else setTimeout(look, 10); };
		look();
	})`
	if _, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](promise, chromedp.EvalAwaitPromise)); err != nil {
		p.t.Fatalf("waiting for %s: %v", condition, err)
	}
}

// network stands between readers and a server. For any number of goroutines.
type network struct {
	url string

	mu    sync.Mutex // guards what follows
	ids   []string   // the last event ids with which streams were opened
	drops []context.CancelFunc
}

func startNetwork(t *testing.T, address string) *network {
	t.Helper()
	target, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.FlushInterval = -1
	n := &network{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, drop := context.WithCancel(r.Context())
		defer drop()
		n.mu.Lock()
		n.ids = append(n.ids, r.Header.Get("Last-Event-ID"))
		n.drops = append(n.drops, drop)
		n.mu.Unlock()
		proxy.ServeHTTP(w, r.WithContext(ctx))
	}))
	t.Cleanup(server.Close)
	t.Cleanup(n.cut)
	n.url = server.URL
	return n
}

// cut breaks all connections that there are.
func (n *network) cut() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, drop := range n.drops {
		drop()
	}
}

func (n *network) lastIDs() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.ids
}
