package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
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

// typeKeys types each character as a key of its own.
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
	p.focus("#message")
	p.typeKeys("Hi, you")
	p.press(kb.Enter)
	p.insert("👩🏽‍🚀 é")
	const text = "Hi, you\n👩🏽‍🚀 é"
	p.untilRead(asAppended, text)
	p.click("#complete")
	p.untilSays("Complete")
	p.until("document.querySelector('" + byCharacter + "').dataset.state === 'complete'")
	p.untilReaderSays(byCharacter, "Complete, verified: 11 characters")
	p.until("document.querySelector('" + asAppended + " .status').textContent.startsWith(`Complete, verified: ${document.querySelector('#fact-position').textContent} chunk`)")
	if got := p.text("fact-bytes"); got != strconv.Itoa(len(text)) {
		t.Errorf("the page says of the message that it has %s bytes", got)
	}
	p.wantWritten(text)
	p.wantError("")
}

// testLiveFaults lets one reader ask for what does not exist, and then for a cut.
func testLiveFaults(t *testing.T, browser context.Context) {
	p := openLive(t, browser, startServer(t).url, "", "status of 400", "net::ERR_")
	p.until("document.querySelector('#faults').options.length > 15")
	p.focus("#message")
	p.typeKeys("Hi")
	p.untilRead(byCharacter, "H") // the last may still grow
	plan := func(text string) {
		p.js(fmt.Sprintf("{ const field = document.querySelector('%s .fault'); field.value = %q; field.dispatchEvent(new Event('change')); }", byCharacter, text))
	}
	plan("slip@3")
	p.until("document.querySelector('" + byCharacter + " .problem').textContent.includes('slip@3')")
	p.until("document.querySelector('" + byCharacter + " .fault').ariaInvalid === 'true'")
	plan("cut@3, retry:10ms")
	p.until("document.querySelector('" + byCharacter + "').dataset.state === 'streaming'")
	if eval[bool](p, "document.querySelector('"+byCharacter+" .fault').ariaInvalid === 'true'") {
		t.Error("the field is still marked")
	}
	p.focus("#message")
	p.typeKeys(", you")
	p.click("#complete")
	p.untilReaderSays(byCharacter, "Complete, verified: 7 characters, resumed 2×")
	p.untilRead(asAppended, "Hi, you")
}

func testLiveOnlyGrows(t *testing.T, browser context.Context) {
	p := openLive(t, browser, startServer(t).url, "")
	p.focus("#message")
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
	p.focus("#message")
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
	p.focus("#message")
	p.typeKeys("seen")
	p.untilRead(asAppended, "seen")
	p.untilRead(byCharacter, "see") // the last may become another one
	p.click(asAppended + " .drop")
	p.click(byCharacter + " .drop")
	p.untilReaderSays(byCharacter, "Disconnected after 3 characters")
	p.focus("#message")
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
	p.focus("#message")
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
	p.focus("#message")
	p.typeKeys("before")
	p.untilRead(asAppended, "before")
	id := p.liveID()
	p.reload()
	p.untilSays("Open: the readers follow")
	if got := p.liveID(); got != id {
		t.Errorf("after a reload the message is %s, not %s", got, id)
	}
	p.wantWritten("before")
	p.focus("#message")
	p.typeKeys(", after")
	p.untilRead(asAppended, "before, after")
	p.click("#complete")
	p.untilReaderSays(byCharacter, "Complete, verified: 13 characters, resumed 1×")

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
	p.focus("#message")
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
	p.reload()
	p.untilSays("Open: the readers follow")
	p.focus("#message")
	p.typeKeys("!")
	p.untilRead(asAppended, "written meanwhile!")
}

func testLiveGone(t *testing.T, browser context.Context) {
	server := startServer(t)
	p := openLive(t, browser, server.url, "", "status of 404")
	p.focus("#message")
	p.typeKeys("a")
	p.untilRead(asAppended, "a")
	server.caller(t, ssetest.HTTP1).want(204, "", "DELETE", "/messages/"+p.liveID(), "")
	p.typeKeys("b")
	p.untilSays("The message is gone")
	p.untilReaderSays(asAppended, "The message is gone")
	p.untilReaderSays(byCharacter, "The message is gone")
	p.wantWritten("ab")
	p.wantError("The server does not have this message: it was deleted, or the server was restarted.")
	p.wantSound("gone")
	if !eval[bool](p, "[...document.querySelectorAll('.reader .acts button')].every((button) => button.disabled)") {
		t.Error("a reader offers what can never work")
	}

	// Without the text there is nothing to send again.
	p.reload()
	p.untilSays("The message is gone")
	if !eval[bool](p, "help.hidden") {
		t.Errorf("the page offers %q", p.text("help"))
	}
	p.click("#new")
	p.untilSays("Open: the readers follow")
	p.wantError("")
}

func testLiveTooLarge(t *testing.T, browser context.Context) {
	p := openLive(t, browser, startServer(t, "--max-message-bytes=64").url, "", "status of 413")
	p.focus("#message")
	p.typeKeys("short")
	p.untilRead(asAppended, "short")
	p.insert(strings.Repeat("long", 20))
	p.until("error.textContent !== ''")
	p.wantError("These 80 characters do not fit into the message.")
	p.wantWritten("short")
	p.typeKeys("er")
	p.untilRead(asAppended, "shorter")
	p.wantError("")
	p.insert(strings.Repeat("x", 40))
	p.untilRead(asAppended, "shorter"+strings.Repeat("x", 40))
	p.insert(strings.Repeat("y", 40))
	p.until("!help.hidden")
	p.click("#help") // which puts it into a new message
	p.untilRead(asAppended, strings.Repeat("y", 40))
	p.wantError("")
}

// The page writes together with others, and its field has what they have written.
func testLiveOthers(t *testing.T, browser context.Context) {
	server := startServer(t)
	p := openLive(t, browser, server.url, "", "status of 409")
	p.focus("#message")
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

// testLiveByKeyboard goes through the page with the keyboard alone, and reads it as
// a screen reader does.
func testLiveByKeyboard(t *testing.T, browser context.Context) {
	p := openLive(t, browser, startServer(t).url, "")
	p.click("#new")
	p.untilSays("Open: the readers follow")
	p.js("for (const more of document.querySelectorAll('details')) more.open = true")
	p.press("x")
	for _, want := range []string{
		"#new", "#complete", // then Reader 1
		"Disconnect", "Replay", "Text of Reader 1", "chunk", "", "", "On the wire", "", "Pause", "Copy", "Download .sse", "Bytes of Reader 1", "Ask for it yourself", "Copy", "curl of Reader 1", "Copy", "JavaScript of Reader 1",
		"Disconnect", "Replay", "Text of Reader 2", "character", "40", "", "On the wire", "", "Pause", "Copy", "Download .sse", "Bytes of Reader 2", "Ask for it yourself", "Copy", "curl of Reader 2", "Copy", "JavaScript of Reader 2",
		"#percent", "#activity", "#reason", "#fail", "From a pipe", "#copy", "API description",
	} {
		p.press(kb.Tab)
		if got := eval[string](p, `((e) => e.id ? '#' + e.id : e.ariaLabel ?? e.value ?? '')(document.activeElement) || document.activeElement.textContent.trim()`); got != want {
			t.Fatalf("Tab leads to %q, want %q", got, want)
		}
		if eval[bool](p, "getComputedStyle(document.activeElement).outlineStyle === 'none'") {
			t.Errorf("%q has the focus, and nothing shows it", want)
		}
	}
	names := p.accessibleNames()
	for _, want := range []string{
		"heading As you type", "textbox Message", "textbox Or let it fail, and say why", "button New message", "button Complete", "button Fail",
		"region Reader 1", "region Reader 2", "region Text of Reader 2", "region Bytes of Reader 2", "combobox Stream by", "spinbutton Interval (ms)",
		"progressbar Its readers see", "slider You report", "textbox What it does", "link Live", "alert ",
	} {
		if !slices.Contains(names, want) {
			t.Errorf("nothing is %q; there are:\n  %s", want, strings.Join(names, "\n  "))
		}
	}
	for _, role := range []string{"textbox", "spinbutton", "combobox", "slider", "button", "link", "progressbar", "region", "navigation"} {
		if slices.Contains(names, role+" ") {
			t.Errorf("a %s has no name", role)
		}
	}
	p.focus("#message")
	p.press(kb.Enter, chromedp.ModifierCtrl)
	p.untilSays("Complete")
}
