package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	neturl "net/url"
	"strings"
	"sync/atomic"
	"testing"
	"unicode/utf8"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"sseserver/httpapi/ssetest"
)

// Two readers of the live page, as the selectors of their cards.
const (
	asAppended  = "#readers > :nth-child(1)"
	byCharacter = "#readers > :nth-child(2)"
)

// openLive opens the live page, with an id as the fragment if there is one.
func openLive(t *testing.T, browser context.Context, url, id string, refusals ...string) *tab {
	t.Helper()
	return openTab(t, browser, url+"/live.html#"+id, refusals...)
}

// type_ types each character as a key of its own.
func (p *tab) typeKeys(text string) {
	p.t.Helper()
	for _, key := range text {
		p.press(string(key))
	}
}

// untilRead waits until a reader shows exactly this text.
func (p *tab) untilRead(reader, text string) {
	p.t.Helper()
	p.until(fmt.Sprintf("document.querySelector('%s .received').textContent === %q", reader, text))
}

// untilReaderSays waits for the state of a reader in words.
func (p *tab) untilReaderSays(reader, words string) {
	p.t.Helper()
	p.until(fmt.Sprintf("document.querySelector('%s .status').textContent === %q", reader, words))
}

// untilSays waits for the state of the message in words.
func (p *tab) untilSays(words string) {
	p.t.Helper()
	p.until(fmt.Sprintf("document.querySelector('#status').textContent === %q", words))
}

// wantWritten checks what the field holds.
func (p *tab) wantWritten(text string) {
	p.t.Helper()
	if got := eval[string](p, "message.value"); got != text {
		p.t.Errorf("the field holds %q, want %q", got, text)
	}
}

func (p *tab) liveID() string { p.t.Helper(); return eval[string](p, "location.hash.slice(1)") }

func testLiveTyping(t *testing.T, browser context.Context) {
	p := openLive(t, browser, startServer(t).url, "")
	p.do(chromedp.Focus(chromedp.CSS("#message")))
	p.typeKeys("Hi, you")
	p.press(kb.Enter)
	p.insert("👩🏽‍🚀 é")
	const text = "Hi, you\n👩🏽‍🚀 é"
	p.untilRead(asAppended, text)
	p.click("#complete")
	p.untilSays("Complete")
	p.until("document.querySelector('" + byCharacter + "').dataset.state === 'complete'")
	p.untilReaderSays(byCharacter, "Complete, verified: 11 characters")
	chunks := p.text("fact-position")
	p.untilReaderSays(asAppended, "Complete, verified: "+chunks+" chunks")
	if got := p.text("fact-state") + " " + p.text("fact-bytes"); got != fmt.Sprintf("complete %d", len(text)) {
		t.Errorf("the page says of the message: %s", got)
	}
	p.wantWritten(text)
	p.wantError("")
}

func testLiveOnlyGrows(t *testing.T, browser context.Context) {
	p := openLive(t, browser, startServer(t).url, "")
	p.do(chromedp.Focus(chromedp.CSS("#message")))
	p.typeKeys("one")
	for _, edit := range []func(){
		func() { p.press(kb.Backspace) },
		func() { p.press(kb.Home); p.press("x") },
		func() { p.press("a", chromedp.ModifierCtrl); p.press(kb.Delete) },
		func() { p.press("a", chromedp.ModifierCtrl); p.insert("another") },
	} {
		p.js("gently.textContent = ''")
		edit()
		p.until("gently.textContent.startsWith('What is written stays.')")
		p.wantWritten("one")
	}
	p.typeKeys(" two") // at the end, where the cursor is
	if got := p.text("gently"); got != "" {
		t.Errorf("it still says %q", got)
	}
	p.untilRead(asAppended, "one two")
}

func testLiveInputMethod(t *testing.T, browser context.Context) {
	p := openLive(t, browser, startServer(t).url, "")
	p.do(chromedp.Focus(chromedp.CSS("#message")))
	p.typeKeys("a")
	for _, composing := range []string{"k", "か", "かn", "かん", "か", "漢"} { // which also goes back
		p.compose(composing)
	}
	p.wantWritten("a漢")
	p.untilRead(asAppended, "a")
	p.insert("漢字") // which ends the composition
	p.press("b")
	p.untilRead(asAppended, "a漢字b")
	if got := p.text("gently"); got != "" {
		t.Errorf("it says %q", got)
	}
}

// compose shows what an input method has so far.
func (p *tab) compose(text string) {
	p.t.Helper()
	end := int64(utf8.RuneCountInString(text))
	if _, err := chromedp.Call(p.ctx, input.ImeSetComposition, input.ImeSetCompositionParams{Text: text, SelectionStart: end, SelectionEnd: end}); err != nil {
		p.t.Fatal(err)
	}
}

func testLivePaste(t *testing.T, browser context.Context) {
	p := openLive(t, browser, startServer(t).url, "")
	p.click("#new")
	p.untilSays("Open: the readers follow")
	text := strings.Repeat(tricky+"\n", 100<<10/len(tricky))
	p.paste("#message", text)
	p.untilRead(asAppended, text)
	p.click("#complete")
	p.untilReaderSays(asAppended, "Complete, verified: 1 chunk")
	p.wantWritten(text)
}

// paste pastes text into the field, by way of the clipboard.
func (p *tab) paste(selector, text string) {
	p.t.Helper()
	p.js(fmt.Sprintf(`{
		const source = document.body.appendChild(document.createElement('textarea'));
		source.value = %q;
		source.select();
	}`, text))
	p.edit("copy")
	p.js("document.activeElement.remove()")
	p.do(chromedp.Focus(chromedp.CSS(selector)))
	p.edit("paste")
}

// edit does what the key would do that the system has for an editing command.
func (p *tab) edit(command string) {
	p.t.Helper()
	key := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeRawKeyDown, Commands: []string{command}}
	if _, err := chromedp.Call(p.ctx, input.DispatchKeyEvent, key); err != nil {
		p.t.Fatal(err)
	}
}

func testLiveDrop(t *testing.T, browser context.Context) {
	server := startServer(t)
	p := openLive(t, browser, server.url, "")
	p.do(chromedp.Focus(chromedp.CSS("#message")))
	p.typeKeys("seen")
	p.untilRead(asAppended, "seen")
	p.untilRead(byCharacter, "see") // the last may become another one
	p.click(asAppended + " .drop")
	p.click(byCharacter + " .drop")
	p.untilReaderSays(byCharacter, "Dropped after 3 characters")
	p.do(chromedp.Focus(chromedp.CSS("#message")))
	p.typeKeys(", missed")
	p.click("#complete")
	p.untilSays("Complete")
	for _, reader := range []string{asAppended, byCharacter} {
		if got := eval[string](p, "document.querySelector('"+reader+" .received').textContent"); len(got) > 4 {
			t.Errorf("without a connection there came %q", got)
		}
		p.click(reader + " .drop")
		p.until("document.querySelector('" + reader + "').dataset.state === 'complete'")
		p.untilRead(reader, "seen, missed")
	}
	p.untilReaderSays(byCharacter, "Complete, verified: 12 characters, resumed 1×")
}

func testLiveFail(t *testing.T, browser context.Context) {
	p := openLive(t, browser, startServer(t).url, "")
	p.do(chromedp.Focus(chromedp.CSS("#message")))
	p.typeKeys("half a")
	p.untilRead(asAppended, "half a")
	p.fill("#reason", "out of paper")
	p.click("#fail")
	p.untilSays("Failed: out of paper")
	p.untilReaderSays(byCharacter, "Failed after 6 characters: out of paper")
	if !eval[bool](p, "message.readOnly && complete.disabled && fail.disabled && percent.disabled") {
		t.Error("one can go on with a message that has failed")
	}
	p.click("#new")
	p.untilSays("Open: the readers follow")
	p.typeKeys("whole")
	p.untilRead(asAppended, "whole")
}

func testLiveReload(t *testing.T, browser context.Context) {
	p := openLive(t, browser, startServer(t).url, "")
	p.do(chromedp.Focus(chromedp.CSS("#message")))
	p.typeKeys("before")
	p.untilRead(asAppended, "before")
	id := p.liveID()
	p.do(chromedp.Reload())
	p.untilSays("Open: the readers follow")
	if got := p.liveID(); got != id {
		t.Errorf("after a reload the message is %s, not %s", got, id)
	}
	p.wantWritten("before")
	p.do(chromedp.Focus(chromedp.CSS("#message")))
	p.typeKeys(", after")
	p.untilRead(asAppended, "before, after")
	p.click("#complete")
	p.untilReaderSays(byCharacter, "Complete, verified: 13 characters")

	// And Back leads to the message before the next one.
	p.click("#new")
	p.untilSays("Open: the readers follow")
	p.js("history.back()")
	p.untilSays("Complete")
	p.wantWritten("before, after")
}

func testLiveProgress(t *testing.T, browser context.Context) {
	server := startServer(t)
	p := openLive(t, browser, server.url, "")
	p.click("#new")
	p.untilSays("Open: the readers follow")
	p.fill("#activity", "Page 3 of 100")
	p.do(chromedp.Focus(chromedp.CSS("#percent")))
	for range 3 {
		p.press(kb.ArrowRight)
	}
	p.until("bar.value === 3")
	if got := p.text("activity-shown"); got != "Page 3 of 100" {
		t.Errorf("the job does %q", got)
	}
	p.press(kb.Home)
	if got := eval[int](p, "percent.valueAsNumber"); got != 3 {
		t.Errorf("progress goes back to %d", got)
	}
	call := server.caller(t, ssetest.HTTP1)
	call.want(200, `"percent":40`, "PUT", "/messages/"+p.liveID()+"/progress", `{"percent":40}`, "Content-Type", "application/json")
	p.until("bar.value === 40 && percent.valueAsNumber === 40")
	p.click("#complete")
	p.until("bar.value === 100 && job.dataset.state === 'complete'")
}

func testLiveTokenAsked(t *testing.T, browser context.Context) {
	p := openLive(t, browser, startServer(t, "--send-token=right").url, "", "status of 401")
	p.do(chromedp.Focus(chromedp.CSS("#message")))
	p.typeKeys("written")
	p.until("error.textContent !== ''")
	p.wantError(noToken)
	p.typeKeys(" meanwhile") // and the letters do not become the token
	p.fill("#token", "wrong")
	p.press(kb.Enter)
	p.until("error.textContent === '" + wrongToken + "'")
	p.fill("#token", "right")
	p.press(kb.Enter)
	p.untilRead(asAppended, "written meanwhile")
	p.wantError("")
	p.until("access.hidden")
	if got := p.text("pipe"); !strings.Contains(got, ` -H "Authorization: Bearer $SSESERVER_SEND_TOKEN" `) {
		t.Errorf("the command of a producer has no token: %s", got)
	}
	p.do(chromedp.Reload())
	p.untilSays("Open: the readers follow")
	p.do(chromedp.Focus(chromedp.CSS("#message")))
	p.typeKeys("!")
	p.untilRead(asAppended, "written meanwhile!")
}

func testLiveGone(t *testing.T, browser context.Context) {
	server := startServer(t)
	p := openLive(t, browser, server.url, "", "status of 404")
	p.do(chromedp.Focus(chromedp.CSS("#message")))
	p.typeKeys("a")
	p.untilRead(asAppended, "a")
	server.caller(t, ssetest.HTTP1).want(204, "", "DELETE", "/messages/"+p.liveID(), "")
	p.typeKeys("b")
	p.untilSays("Gone")
	p.wantWritten("a")
	if !strings.HasPrefix(p.text("error"), "The server does not have this message any more") {
		t.Errorf("error: %q", p.text("error"))
	}
	p.do(chromedp.Reload())
	p.untilSays("Gone")
	p.click("#new")
	p.untilSays("Open: the readers follow")
	p.wantError("")
}

func testLiveTooLarge(t *testing.T, browser context.Context) {
	p := openLive(t, browser, startServer(t, "--max-message-bytes=64").url, "", "status of 413")
	p.do(chromedp.Focus(chromedp.CSS("#message")))
	p.typeKeys("short")
	p.untilRead(asAppended, "short")
	p.insert(strings.Repeat("long", 20))
	p.until("error.textContent !== ''")
	p.wantWritten("short")
	p.typeKeys("er")
	p.untilRead(asAppended, "shorter")
	p.wantError("")
}

// The page writes together with others, and its field has what they have written.
func testLiveOthers(t *testing.T, browser context.Context) {
	server := startServer(t)
	p := openLive(t, browser, server.url, "", "status of 409")
	p.do(chromedp.Focus(chromedp.CSS("#message")))
	p.typeKeys("I say. ")
	p.untilRead(asAppended, "I say. ")
	chunks := "/messages/" + p.liveID() + "/chunks"
	call := server.caller(t, ssetest.HTTP1)
	call.want(200, `"ok"`, "POST", chunks, "They ", "Content-Type", "text/plain")
	call.want(200, `"ok"`, "POST", chunks, "say. ", "Content-Type", "text/plain")
	p.untilRead(asAppended, "I say. They say. ")
	p.typeKeys("!")
	p.untilRead(asAppended, "I say. They say. !")
	p.until("message.value === 'I say. They say. !'")
	call.want(200, `"complete"`, "POST", "/messages/"+p.liveID()+"/complete", "")
	p.untilSays("Complete")
	p.untilReaderSays(byCharacter, "Complete, verified: 18 characters")
}

// testLiveLostAnswers loses the connection of one append in three before the
// server has it, and of another one after that.
func testLiveLostAnswers(t *testing.T, browser context.Context) {
	p := openLive(t, browser, startLossyProxy(t, startServer(t)), "", "net::ERR_", "status of 409")
	p.do(chromedp.Focus(chromedp.CSS("#message")))
	text := ""
	for i := range 6 {
		p.typeKeys(fmt.Sprint(i))
		text += fmt.Sprint(i)
		p.untilRead(asAppended, text)
	}
	p.until("message.value === '012345' && document.querySelector('#fact-bytes').textContent === '6'")
	p.click("#complete")
	p.untilReaderSays(asAppended, "Complete, verified: 6 chunks")
}

// startLossyProxy stands before the server and loses appends and their answers.
func startLossyProxy(t *testing.T, server *liveServer) (url string) {
	t.Helper()
	target, err := neturl.Parse(server.url)
	if err != nil {
		t.Fatal(err)
	}
	forward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
	var appends atomic.Int64
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/chunks") {
			forward.ServeHTTP(w, r)
			return
		}
		switch appends.Add(1) % 3 {
		case 1:
			panic(http.ErrAbortHandler)
		case 2:
			forward.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		}
		forward.ServeHTTP(w, r)
	}))
	t.Cleanup(proxy.Close)
	return proxy.URL
}
