package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	cdpnetwork "github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// openMany opens the page over TLS, with the settings that the query has.
func openMany(t *testing.T, browser context.Context, server *liveServer, query string, refusals ...string) *tab {
	t.Helper()
	p := openTab(t, browser, "about:blank", refusals...)
	p.trustAnyCertificate()
	p.open(server.url + "/many.html?" + query)
	return p
}

// in answers how many streams the legend has in a state, as a JavaScript expression.
func in(word string) string {
	return "document.querySelector('[data-word=" + word + "] b').textContent"
}

// testManyOpen has more streams open at once than Chromium opens on one connection of
// HTTP/2, and stops them.
func testManyOpen(t *testing.T, browser context.Context) {
	server := startServer(t, "--tls-self-signed")
	p := openMany(t, browser, server, "streams=300&interval=10000&length=40")
	connections := make(map[float64]int)
	counted := p.countStreams(300, connections)
	p.click("#start")
	p.until(in("streaming") + " === '300'")
	p.untilState("streaming")
	p.await(counted, "300 answers")
	if len(connections) != 2 {
		t.Errorf("the streams of each connection are %v, want two connections", connections)
	}
	p.until("document.getElementById('fact-open').textContent.endsWith('s')")

	p.click("#stop")
	p.untilState("stopped")
	if got := eval[string](p, in("stopped")); got != "300" {
		t.Errorf("%s streams are stopped, want 300", got)
	}
	server.log.await("stream.closed", 300)
}

// countStreams counts the answers of streams by their connection, until there are as
// many as wanted.
func (p *tab) countStreams(want int, connections map[float64]int) (counted <-chan struct{}) {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, cdpnetwork.Enable, cdpnetwork.EnableParams{}); err != nil {
		p.t.Fatal(err)
	}
	done := make(chan struct{})
	answers := chromedp.Events(p.window, cdpnetwork.ResponseReceived)
	go func() { // ends with the window
		for event, err := range answers {
			if err != nil {
				return
			}
			if !strings.Contains(event.Response.URL, "/stream/") {
				continue
			}
			connections[event.Response.ConnectionID]++
			if want--; want == 0 {
				close(done)
				return
			}
		}
	}()
	return done
}

// testManyComplete checks what is said of streams that end, in total and of one.
func testManyComplete(t *testing.T, browser context.Context) {
	server := startServer(t, "--tls-self-signed")
	p := openMany(t, browser, server, "streams=60&interval=10&length=30")
	p.click("#start")
	p.untilState("complete")
	if got, want := p.text("status"), "Complete, verified: 60 streams, 1,800 events"; got != want {
		t.Errorf("status %q, want %q", got, want)
	}
	if got := p.text("fact-events"); got != "1,800" {
		t.Errorf("%s events, want 1,800", got)
	}

	// A cell is picked with the mouse, with the keys, and with its number.
	p.wantPicked(1, "Complete", "end", "30 of 30")
	inside := `new Set(new Uint32Array(cells.getContext('2d').getImageData(4, 4, 20, 20).data.buffer)).size`
	if eval[int](p, inside) < 2 {
		t.Error("a cell that is complete has no sign")
	}
	p.focus("#grid")
	p.press(kb.ArrowRight)
	p.wantPicked(2, "Complete", "end", "30 of 30")
	p.press(kb.End)
	p.wantPicked(60, "Complete", "end", "30 of 30")
	p.press(kb.ArrowDown) // there is none below
	p.wantPicked(60, "Complete", "end", "30 of 30")
	p.fill("#pick", "17")
	p.wantPicked(17, "Complete", "end", "30 of 30")
	p.click("#grid") // its middle
	if got := eval[int](p, "pick.valueAsNumber"); got == 17 || got < 2 {
		t.Errorf("a click in the middle picks stream %d", got)
	}

	// Again, and half of them, in a page that was opened by its address.
	p.click("#replay")
	p.until("arrival.dataset.state !== 'complete'")
	p.untilState("complete")
	server.log.await("stream.closed", 120)
	if got := eval[string](p, "location.search"); got != "?streams=60&interval=10&length=30" {
		t.Errorf("the address has %q", got)
	}
	if got := eval[int](p, "document.querySelector('.snippet .curl').textContent.split('#[1-60]').length"); got != 2 {
		t.Errorf("the command is not for 60 streams: %s", p.text("snippets"))
	}
}

// wantPicked compares what is said of the picked stream.
func (p *tab) wantPicked(number int, state, id, characters string) {
	p.t.Helper()
	got := eval[[]string](p, `[document.querySelector('#grid [aria-selected]').id, pick.value,
		...['state', 'id', 'count'].map((name) => document.getElementById('pick-' + name).textContent)]`)
	want := []string{fmt.Sprintf("stream-%d", number), fmt.Sprint(number), state, id, characters}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		p.t.Errorf("picked: %q, want %q", got, want)
	}
}

// testManyRestart stops the server while streams run, and starts another one, which
// has never heard of the message. All go on where they were.
func testManyRestart(t *testing.T, browser context.Context) {
	server := startServer(t, "--tls-self-signed")
	p := openMany(t, browser, server, "streams=100&interval=300&length=10", "status of 404", "ERR_")
	p.click("#start")
	p.until(in("streaming") + " === '100' && document.getElementById('fact-first').textContent !== '–'")
	server.stop(t)
	p.until(in("reconnecting") + " === '100'")
	p.until("document.getElementById('notice-words').textContent.includes('cannot be reached')")
	server = startServer(t, "--tls-self-signed", "--addr="+server.addr)
	p.untilState("complete")
	if got := p.text("notice-words"); !strings.Contains(got, "started anew") {
		t.Errorf("notice %q, want it to say what has happened", got)
	}
	if got, want := p.text("status"), "Complete, verified: 100 streams, 1,000 events"; got != want {
		t.Errorf("status %q, want %q", got, want)
	}
	if posts := len(server.log.named("message.submitted")); posts != 1 {
		t.Errorf("the message was sent %d times to the new server", posts)
	}
}

// testManyRefused has a server that allows fewer streams.
func testManyRefused(t *testing.T, browser context.Context) {
	server := startServer(t, "--tls-self-signed", "--max-streams-per-client=10")
	p := openMany(t, browser, server, "streams=25&interval=200&length=20", "status of 503")
	p.click("#start")
	p.until(in("refused") + " === '15' && " + in("streaming") + " === '10'")
	for _, words := range []string{"no place for 15 of 25 streams", "--max-streams-per-client"} {
		if got := p.text("notice-words"); !strings.Contains(got, words) {
			t.Errorf("notice %q, want %q in it", got, words)
		}
	}
	p.click("#leave-out")
	p.untilState("stopped")
	if got, want := p.text("status"), "10 of 25 streams complete, 15 stopped"; got != want {
		t.Errorf("status %q, want %q", got, want)
	}
	p.click("#stop") // which says Resume: there is room now for some
	p.until(in("complete") + " !== '10'")
	p.click("#stop")
}

// testManyHTTP1 has no more than can work.
func testManyHTTP1(t *testing.T, browser context.Context) {
	server := startServer(t)
	p := openTab(t, browser, server.url+"/many.html?streams=500&interval=10&length=20")
	if !eval[bool](p, "few.checkVisibility()") || !strings.Contains(p.text("few"), "--tls-self-signed") {
		t.Errorf("before it starts, the page does not say why there are so few: %q", p.text("few"))
	}
	p.click("#start")
	p.untilState("complete")
	if got, want := p.text("status"), "Complete, verified: 5 streams, 100 events"; got != want {
		t.Errorf("status %q, want %q", got, want)
	}
	p.fill("#streams", "6")
	p.click("#start")
	p.until("error.textContent !== ''")
	if got, want := p.text("error"), "Streams: a whole number from 1 to 5."; got != want {
		t.Errorf("error %q, want %q", got, want)
	}

	// Other tabs have three of the connections.
	p.js(`document.body.dataset.open = 0;
		globalThis.others = [1, 2, 3].map(() => new EventSource('/stream/` + server.submit(t, "Hi") + `?interval=1m'));
		for (const other of others) other.onopen = () => document.body.dataset.open++`)
	p.until("document.body.dataset.open === '3'")
	p.fill("#streams", "5")
	p.fill("#interval", "10000")
	p.click("#start")
	p.until(in("streaming") + " === '3' && " + in("waiting") + " === '2'")
	if got := p.text("notice-words"); !strings.Contains(got, "close other tabs") {
		t.Errorf("notice %q, want it to say what helps", got)
	}
	p.js("for (const other of others) other.close()")
	p.until(in("streaming") + " === '5'")
	p.click("#stop")
}

// testManyForm has what the server does not take.
func testManyForm(t *testing.T, browser context.Context) {
	server := startServer(t, "--min-interval=50ms", "--interval=50ms", "--progress-interval=50ms", "--send-token=a-secret-of-sixteen")
	p := openTab(t, browser, server.url+"/many.html?streams=5&interval=20&length=3", "status of 40")
	p.click("#start")
	p.until("error.textContent !== ''")
	if got := p.focused(); got != "#token" {
		t.Errorf("the focus is on %s, want the token", got)
	}
	p.insert("a-secret-of-sixteen")
	p.click("#start")
	p.untilState("failed")
	p.until("error.textContent !== ''")
	if got := p.focused() + " " + p.text("error"); !strings.HasPrefix(got, "#interval The interval must be from 50 to ") {
		t.Errorf("focus and error: %q", got)
	}
	p.fill("#interval", "50")
	p.click("#start")
	p.untilState("complete")
	if got := p.text("error"); got != "" {
		t.Errorf("the error stays: %q", got)
	}
}

// testManyNames reads the page as a screen reader does, once the streams have ended.
func testManyNames(t *testing.T, browser context.Context) {
	p := openTab(t, browser, startServer(t).url+"/many.html?interval=10&length=5")
	p.click("#start")
	p.untilState("complete")
	names := strings.Join(p.accessibleNames(), "\n")
	for _, want := range []string{"listbox All streams, one cell each", "option Stream 1: Complete, 5 of 5 characters", "spinbutton Stream", "list Streams by state"} {
		if !strings.Contains(names, want) {
			t.Errorf("nothing is %q; there are:\n%s", want, names)
		}
	}
}
