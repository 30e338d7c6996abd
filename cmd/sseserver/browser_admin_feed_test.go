package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"sseserver/assets"
)

// listed is a JavaScript expression: the texts of the rows of the log in sight, in their order.
const listed = `[...document.querySelectorAll('#lines [role=option]')].filter((e) => !e.hidden).sort((a, b) => a.ariaPosInSet - b.ariaPosInSet).map((e) => e.textContent)`

// untilListed waits until a row of the log has this text.
func (p *tab) untilListed(text string) {
	p.t.Helper()
	p.until(listed + ".some((text) => text.includes(" + quotedJS(text) + "))")
}

// scriptedLog serves the operator's pages over a log that answers each connection as it
// is told to, and then is silent until the client leaves.
func scriptedLog(t *testing.T, answers ...http.HandlerFunc) (url string) {
	t.Helper()
	var connections atomic.Int32
	mux := http.NewServeMux()
	mux.Handle("/", http.FileServerFS(assets.FS()))
	for _, pattern := range []string{"GET /log.html", "GET /{script}"} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if _, err := assets.Admin().Open(r.URL.Path[1:]); err != nil {
				http.FileServerFS(assets.FS()).ServeHTTP(w, r)
				return
			}
			http.FileServerFS(assets.Admin()).ServeHTTP(w, r)
		})
	}
	mux.HandleFunc("GET /log/events", func(w http.ResponseWriter, r *http.Request) {
		answers[min(int(connections.Add(1)), len(answers))-1](w, r)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// frames answers with these frames, and goes on if hold says so.
func frames(hold bool, frames ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		io.WriteString(w, "retry: 1\n\n"+strings.Join(frames, ""))
		_ = http.NewResponseController(w).Flush()
		if hold {
			<-r.Context().Done()
		}
	}
}

// logFrame is a line of the log in the feed.
func logFrame(seq int, fields string) string {
	return fmt.Sprintf("id: a-%d\ndata: {\"time\":\"2026-11-26T17:00:00.000000Z\",\"level\":\"info\",\"msg\":\"m\",\"event\":\"e.%d\",\"seq\":%d%s}\n\n", seq, seq, seq, fields)
}

// testAdminGap has lines missing, in the middle and after a lost connection: each time
// there is a row that says so.
func testAdminGap(t *testing.T, browser context.Context) {
	resumed := make(chan string, 1)
	url := scriptedLog(t,
		frames(false, logFrame(1, ""), "id: a-41\nevent: gap\ndata: {\"from\":2,\"to\":41,\"count\":40}\n\n", logFrame(42, ""), "event: live\ndata: {\"seq\":42}\n\n"),
		func(w http.ResponseWriter, r *http.Request) {
			resumed <- r.Header.Get("Last-Event-ID")
			frames(true, "id: a-43\nevent: gap\ndata: {\"from\":43,\"to\":43,\"count\":1}\n\n", logFrame(44, ""))(w, r)
		})
	p := openTab(t, browser, url+"/log.html")
	p.untilListed("e.44")
	want := []string{"e.1", "40 lines are missing here (2 to 41)", "e.42", "One line is missing here (43)", "e.44"}
	got := eval[[]string](p, listed)
	for i, row := range got {
		if len(got) != len(want) || !strings.Contains(row, want[i]) {
			t.Fatalf("listed are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	if id := <-resumed; id != "a-42" {
		t.Errorf("it resumed after %q, want a-42", id)
	}
}

// testAdminHostile has lines with text that would be markup, would turn around what stands
// beside it, or is as long as texts of clients get; and one that is no JSON.
func testAdminHostile(t *testing.T, browser context.Context) {
	hostile := `<img src=x onerror='globalThis.owned = 1'>\u202e</span>\r\nunseen`
	url := scriptedLog(t, frames(true,
		logFrame(1, `,"url.path":"`+hostile+`","<b>key</b>":"`+hostile+`","seed":18446744073709551615`),
		logFrame(2, `,"user_agent.original":"`+strings.Repeat("long", 256)+`"`), "data: <b>no JSON</b>\n\n"))
	p := openTab(t, browser, url+"/log.html")
	p.untilListed("<b>no JSON</b>")
	wantText := func(where string) {
		t.Helper()
		if eval[bool](p, "'owned' in globalThis || document.querySelector('main img, main b b') !== null || /[\\u202e]/.test(document.body.textContent)") {
			t.Errorf("%s: text has become markup, or turns around what stands beside it", where)
		}
	}
	wantText("in the list")
	row := eval[string](p, "document.querySelector('#lines [data-key=\"url.path\"]').textContent")
	if strings.ContainsAny(row, "\r\n") || !strings.Contains(row, `\r\nunseen`) {
		t.Errorf("in the list a text has a line end, behind which nothing is seen: %q", row)
	}
	p.focus("#lines")
	p.press(" ")
	p.js("document.querySelector('#lines time').click()")
	p.until("document.querySelector('.fields')")
	wantText("all of the line")
	if got := p.text("inspected"); !strings.Contains(got, "18446744073709551615") {
		t.Errorf("a large number is rounded:\n%s", got)
	}
	p.js("document.querySelector('#lines [data-key=\"url.path\"]').click()")
	p.until("chips.children.length === 1")
	wantText("as a filter")
}

// testAdminFlood has more lines at once than the list holds: the newest stay, only those in
// sight have a row, and they are painted once a frame of the screen at most.
func testAdminFlood(t *testing.T, browser context.Context) {
	var flood strings.Builder
	for i := range 20_000 {
		flood.WriteString(logFrame(i+2, ""))
	}
	let := make(chan struct{})
	url := scriptedLog(t, func(w http.ResponseWriter, r *http.Request) {
		frames(false, logFrame(1, ""))(w, r)
		<-let
		io.WriteString(w, flood.String())
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	p := openTab(t, browser, url+"/log.html")
	p.untilListed("e.1")
	p.js(`globalThis.frames = globalThis.paints = 0;
		const frame = () => { globalThis.frames++; requestAnimationFrame(frame); };
		requestAnimationFrame(frame);
		const sizer = document.querySelector('#lines .sizer');
		new MutationObserver(() => globalThis.paints++).observe(sizer, {attributeFilter: ['style']})`)
	close(let)
	p.untilListed("e.20001")
	if got := p.text("count"); got != "2,000 shown" {
		t.Errorf("the page says %q", got)
	}
	if rows := eval[int](p, "document.querySelectorAll('#lines [role=option]').length"); rows > 200 {
		t.Errorf("%d rows, want those in sight alone", rows)
	}
	if paints, frames := eval[int](p, "paints"), eval[int](p, "frames"); paints == 0 || paints > frames+2 { // a change of size paints, too
		t.Errorf("the list was painted %d times in %d frames", paints, frames)
	}
	p.focus("#lines")
	p.press(kb.Home)
	p.untilListed("e.18002")
	if got := eval[bool](p, listed+".some((text) => text.includes('e.18001'))"); got {
		t.Error("the list has more lines than it says")
	}
}

// testAdminRefused has a server that does not answer, and says why.
func testAdminRefused(t *testing.T, browser context.Context) {
	refuse := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(status)
			io.WriteString(w, body)
		}
	}
	url := scriptedLog(t,
		refuse(400, `{"status":400,"code":"invalid_parameter","parameter":"where","detail":"a condition is key=value or key~text"}`),
		frames(true, logFrame(1, "")),
		refuse(401, `{"status":401,"code":"unauthorized","detail":"a token is needed"}`),
		refuse(403, `{"status":403,"code":"forbidden","detail":"this listener answers to loopback names only"}`))
	p := openTab(t, browser, url+"/log.html?where=%3Dx", "status of 40")
	p.until("error.textContent === 'A condition is key=value or key~text.' && add.ariaInvalid === 'true'")
	p.click("#chips button")
	p.untilListed("e.1")
	p.until("error.textContent === '' && arrival.dataset.state === 'streaming'")
	for _, want := range []string{"The server requires the admin token.", "The server does not answer this page: this listener answers to loopback names only."} {
		p.reload()
		p.until("document.querySelector('#status').textContent.startsWith(" + quotedJS(want) + ")")
	}
}
