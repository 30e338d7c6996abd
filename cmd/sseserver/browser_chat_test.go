package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// chatWords are words that say how many they are.
const chatWords = "There are exactly twenty words in this sentence, of which the twelfth is not the last one that is there. "

// openChat opens the page of the chat, with all of it in view.
func openChat(t *testing.T, browser context.Context, url string, refusals ...string) *tab {
	t.Helper()
	p := openTab(t, browser, url+"/chat.html", refusals...)
	p.js("document.querySelector('details').open = true")
	return p
}

// testChat holds a conversation, and looks at all that the page tells of it.
func testChat(t *testing.T, browser context.Context) {
	server := startServer(t)
	p := openChat(t, browser, server.url)
	p.askChat(chatWords)
	p.wantChat("Complete: 20 tokens", chatWords)
	for fact, want := range map[string]string{"tokens": "20", "usage": "20 asked, 20 answered", "plan": "interval=2ms&unit=word"} {
		if got := p.text("fact-" + fact); got != want {
			t.Errorf("%s: %q, want %q", fact, got, want)
		}
	}
	for _, figure := range eval[[]string](p, "[...figures.querySelectorAll('dd')].map((figure) => figure.textContent)") {
		if !strings.ContainsAny(figure, "0123456789") {
			t.Errorf("a figure is %q", figure)
		}
	}
	if wire := p.text("wire"); !strings.HasSuffix(wire, "\n\ndata: [DONE]\n\n") || !strings.Contains(wire, `"usage":{"prompt_tokens":20,`) {
		t.Errorf("wire: %s", wire)
	}
	if got := eval[string](p, "message.value"); got != "" {
		t.Errorf("the message is still in its field: %q", got)
	}

	// The next question goes with the conversation, and keeps what was chosen.
	p.click("input[value=character]")
	p.press(kb.Tab)
	p.fill("#message", "Hé")
	p.press(kb.Enter, chromedp.ModifierCtrl)
	p.until("arrival.dataset.state === 'complete' && conversation.children.length === 2")
	p.wantChat("Complete: 2 tokens", "Hé")
	if got, want := p.text("fact-usage"), "41 asked, 2 answered"; got != want {
		t.Errorf("usage: %s, want %s", got, want)
	}
	if got := p.chatCurl(); !strings.Contains(got, `{"role":"assistant","content":"`+chatWords+`"},{"role":"user","content":"Hé"}],"stream":true,"stream_options":{"include_usage":true}}'`) ||
		!strings.Contains(got, "-H 'X-Stream-Plan: unit=character'") {
		t.Errorf("command: %s", got)
	}

	p.click("#clear")
	p.untilState("idle")
	if got := eval[int](p, "conversation.children.length"); got != 0 || !eval[bool](p, "facts.hidden && figures.hidden") {
		t.Errorf("after New chat there are %d turns, and figures of the last answer", got)
	}
	p.askChat("anew")
	if got, want := p.text("fact-usage"), "1 asked, 4 answered"; got != want {
		t.Errorf("usage: %s, want %s", got, want)
	}
}

// chatCurl is the command that asks the same.
func (p *tab) chatCurl() string {
	p.t.Helper()
	return eval[string](p, "document.querySelector('#snippets .curl').textContent")
}

// testChatFaults asks with faults, and looks at both readings of what comes.
func testChatFaults(t *testing.T, browser context.Context) {
	const incomplete, wrong, whole = "Not complete", "It is wrong, and nothing tells it so.", "Complete: finish_reason and [DONE] came."
	server := startServer(t)
	p := openChat(t, browser, server.url, "net::ERR_")
	for _, test := range []struct{ plan, status, trusting, careful string }{
		{"end@12", "Truncated after 12 tokens", wrong, incomplete},
		{"nodone", "Not confirmed: 20 tokens", "this is the answer: 20 tokens.", "[DONE] did not. It asks again."},
		{"cut@12", "Truncated after ", "It reports an error", "the connection broke"},
		{"truncate@12", "Truncated after ", "It reports an error", "the connection broke"},
		{"drop@7", "Not what was sent: 19 tokens", wrong, "usage counts 20 tokens, and 19 came"},
		{"double@7", "Not what was sent: 21 tokens", wrong, "usage counts 20 tokens, and 21 came"},
		{"swap@7", "Not what was sent: 20 tokens", wrong, wrong},
		{"corrupt@7", "Not what was sent: 20 tokens", wrong, wrong},
		{"split:1", "Complete: 20 tokens", "this is the answer: 20 tokens.", whole},
		{"bom,eol:cr,comment@7", "Complete: 20 tokens", "this is the answer: 20 tokens.", whole},
		{"eol:crlf,split:3", "Complete: 20 tokens", "this is the answer: 20 tokens.", whole},
		{"first:5ms,stall:5ms@3,burst:8,jitter:3ms,noid,retry:1s", "Complete: 20 tokens", "this is the answer: 20 tokens.", whole},
	} {
		p.fill("#fault", test.plan)
		p.fill("#seed", "42")
		p.askChat(chatWords)
		if got := p.text("status"); !strings.HasPrefix(got, test.status) {
			t.Errorf("%s: state: %q, want %q", test.plan, got, test.status)
		}
		trusting, careful := p.reading("trusting dd"), p.reading("careful dd")
		if !strings.Contains(trusting, test.trusting) || !strings.Contains(careful, test.careful) {
			t.Errorf("%s: the clients say\n%s\n%s\nwant in it\n%s\n%s", test.plan, trusting, careful, test.trusting, test.careful)
		}
		if got, want := p.text("fact-plan"), "interval=2ms&unit=word&fault="+test.plan+"&seed=42"; got != want {
			t.Errorf("plan: %s, want %s", got, want)
		}
		if !strings.HasPrefix(test.plan, "cut") && !strings.HasPrefix(test.plan, "truncate") {
			continue
		}
		if got := p.reading("answer"); !strings.HasPrefix(chatWords, got) || strings.Contains(got, "the twelfth is") {
			t.Errorf("%s: the answer is %q", test.plan, got)
		}
	}
	p.fill("#fault", "bom,eol:cr")
	p.askChat("lines")
	if wire := p.text("wire"); !strings.HasPrefix(wire, `\ufeffdata: {"id":"chatcmpl-`) || !strings.HasSuffix(wire, "data: [DONE]\\r\n\\r\n") {
		t.Errorf("the bytes are shown as %s", wire)
	}
	server.log.awaitLine("stream.fault", `"fault":"cut"`)
}

// testChatRetry asks again what has failed, and leaves out of the conversation what was
// never whole.
func testChatRetry(t *testing.T, browser context.Context) {
	p := openChat(t, browser, startServer(t).url)
	p.fill("#fault", "end@2")
	p.askChat("one two three")
	p.wantChat("Truncated after 2 tokens", "one two ")
	p.askChat("four five six")
	if got, want := p.chatCurl(), `"messages":[{"role":"user","content":"four five six"}],`; !strings.Contains(got, want) {
		t.Errorf("a truncated answer is part of the conversation: %s", got)
	}
	p.fill("#fault", "")
	p.click("#replay")
	p.untilState("complete")
	p.wantChat("Complete: 3 tokens", "four five six")
	if got := eval[int](p, "conversation.children.length"); got != 2 {
		t.Errorf("after the second try there are %d turns, want 2", got)
	}
	p.click("#replay") // also what was whole
	p.until("arrival.dataset.state === 'complete' && document.querySelector('.turn:last-child .answer').textContent === 'four five six'")
	if !eval[bool](p, "document.querySelector('#stop').disabled") {
		t.Error("there is nothing to stop")
	}
}

// testChatStop stops an answer that would take minutes, and the server sees it leave.
func testChatStop(t *testing.T, browser context.Context) {
	server := startServer(t)
	p := openChat(t, browser, server.url)
	p.fill("#interval", "60000")
	p.fill("#message", "stopped after this")
	p.click("#send")
	p.until("document.querySelector('.answer').textContent === 'stopped '")
	p.untilSays("Streaming")
	p.click("#stop")
	p.untilState("stopped")
	p.wantChat("Stopped after 1 token", "stopped ")
	if closed := server.log.await("stream.closed", 1); closed[0]["reason"] != "client_gone" {
		t.Errorf("the server says %v", closed)
	}
	if !eval[bool](p, "document.querySelector('.readings').hidden && document.querySelector('#replay') === document.activeElement") {
		t.Error("it judges what was stopped, or the keyboard has lost its place")
	}

	// What has come is part of the conversation. A new question stops an answer too.
	p.fill("#message", "and this")
	p.click("#send")
	p.until("document.querySelector('.turn:last-child .answer').textContent === 'and '")
	p.fill("#interval", "2")
	p.askChat("one more")
	p.wantChat("Complete: 2 tokens", "one more")
	if got, want := p.chatCurl(), `{"role":"assistant","content":"stopped "},{"role":"user","content":"and this"},{"role":"assistant","content":"and "},`; !strings.Contains(got, want) {
		t.Errorf("the conversation is %s", got)
	}
	server.log.await("stream.closed", 3)
}

// testChatRefused has OpenAI's errors where the answer would be.
func testChatRefused(t *testing.T, browser context.Context) {
	server := startServer(t, "--max-message-bytes=2048")
	p := openChat(t, browser, server.url, "status of 503", "status of 401", "status of 413", "ERR_CONNECTION_REFUSED")
	p.fill("#fault", "status:503")
	p.askChat("refused")
	p.wantError("The fault has done its work: the server refuses the stream.")
	if !eval[bool](p, "document.querySelector('.turn').contains(error) && error.offsetHeight > 0 && again.hidden") {
		t.Error("the error is not in the turn")
	}
	if got, want := p.text("wire"), `{"error":{"message":"the plan of the stream asks for this status","type":"server_error","param":null,"code":"fault_injected"}}`; strings.TrimSpace(got) != want {
		t.Errorf("the bytes are %s, want %s", got, want)
	}
	p.fill("#fault", "status:401") // which is not about a token
	p.askChat("refused")
	p.wantError("The fault has done its work: the server refuses the stream.")
	if !eval[bool](p, "access.hidden") {
		t.Error("a server that wants no token is given one")
	}
	p.fill("#fault", "")
	p.click("#send") // without a new message: the same again
	p.untilState("complete")
	p.wantChat("Complete: 1 token", "refused")
	p.wantError("")

	p.fill("#fault", "status:204")
	p.askChat("no body")
	p.wantError("") // it is no error, only no answer
	p.wantChat("Truncated after 0 tokens", "")
	p.fill("#fault", "")
	long := strings.Repeat("long ", 500)
	p.askChat(long)
	p.wantErrorAt("message", "The message is too long for this server. Shorten it and send it again.")
	if got := eval[string](p, "message.value"); got != long || eval[int](p, "conversation.children.length") != 3 {
		t.Errorf("what was not asked is not back in its field, which has %q", got)
	}
	p.click("#clear")
	p.fill("#message", "")
	p.untilState("idle")
	p.wantError("")
	p.click("#send")
	p.until("error.textContent !== ''")
	p.wantError("The message is empty. Write something first.")
	server.stop(t)
	p.askChat("is anybody there")
	p.wantError("The server cannot be reached. Is it running?")
	startServer(t, "--addr="+server.addr)
	p.wantSound("refused")
	p.click("#again") // beside the error
	p.untilState("complete")
	p.wantChat("Complete: 3 tokens", "is anybody there")
	p.wantError("")
}

// testChatHostile asks with text that would be markup, or would turn what stands
// around it.
func testChatHostile(t *testing.T, browser context.Context) {
	p := openChat(t, browser, startServer(t).url)
	const hostile = "<script>document.title='no'</script><img src=x onerror=\"document.title='no'\"> \u202egnihton \u2067\x00 it's `$(id)` " + tricky
	for _, smoothing := range []string{"off", "on"} {
		p.click("input[value=" + smoothing + "]")
		p.fill("#message", "")
		p.js(fmt.Sprintf("message.value = %s", jsString(hostile)))
		p.click("#send")
		p.untilChatEnds()
		if got := p.reading("answer"); got != hostile || p.reading("question") != hostile {
			t.Errorf("the answer to\n%q is\n%q", hostile, got)
		}
		if got := p.text("status"); !strings.HasPrefix(got, "Complete: ") {
			t.Errorf("state: %q", got)
		}
	}
	if eval[int](p, "conversation.querySelectorAll('script, img').length") > 0 || eval[string](p, "document.title") == "no" {
		t.Error("text has become markup")
	}
	for id, shown := range map[string]string{"wire": p.text("wire"), "curl": p.chatCurl(), "script": eval[string](p, "document.querySelector('#snippets .script').textContent")} {
		if strings.ContainsAny(shown, "\u202e\u2067\x00") || !strings.Contains(shown, `\u202e`) {
			t.Errorf("%s shows it as it is: %q", id, shown)
		}
	}
	if got := p.chatCurl(); !strings.Contains(got, `it'\''s `+"`$(id)` ") {
		t.Errorf("the command cannot be pasted: %s", got)
	}
}

// jsString is text as a literal of JavaScript, in which %q is not at home.
func jsString(text string) string {
	var literal strings.Builder
	for _, unit := range text {
		fmt.Fprintf(&literal, `\u{%x}`, unit)
	}
	return "'" + literal.String() + "'"
}

// testChatToken asks a server that wants a key.
func testChatToken(t *testing.T, browser context.Context) {
	server := startServer(t, "--send-token=right")
	p := openChat(t, browser, server.url, "status of 401")
	p.click("#send")
	p.wantTokenAsked(noToken)
	for _, token := range []string{"wrong", "ключ"} {
		p.fill("#token", token)
		p.js("error.textContent = ''")
		p.press(kb.Enter)
		p.until("error.textContent !== ''")
		p.wantTokenAsked(wrongToken)
	}
	p.wantLegibleToken()
	p.fill("#token", "right")
	p.press(kb.Enter)
	p.untilState("complete")
	p.wantError("")
	if got := p.chatCurl(); !strings.Contains(got, ` -H "Authorization: Bearer $SSESERVER_SEND_TOKEN" `) || strings.Contains(got, "right") {
		t.Errorf("command: %s", got)
	}
	p.do(chromedp.Reload())
	p.askChat("and again")
	p.wantChat("Complete: 2 tokens", "and again")
}

// testNothingClipped looks at the narrowest screen for words that do not fit in.
func testNothingClipped(t *testing.T, browser context.Context) {
	server := startServer(t)
	for _, page := range []string{"live.html", "chat.html"} {
		p := openTab(t, browser, server.url+"/"+page)
		p.js("for (const more of document.querySelectorAll('details')) more.open = true")
		p.do(chromedp.EmulateViewport(320, 640))
		if clipped := eval[[]string](p, clippedTexts); len(clipped) > 0 {
			t.Errorf("%s: these do not fit in: %s", page, strings.Join(clipped, "; "))
		}
	}
}

// clippedTexts is a JavaScript expression: the controls whose text is wider than they are.
const clippedTexts = `[...document.querySelectorAll('button, label, legend, dt, dd, summary')].filter((e) =>
	e.checkVisibility() && e.scrollWidth > e.clientWidth && getComputedStyle(e).display !== 'inline').map((e) => e.textContent)`

// testChatByKeyboard goes through the page with the keyboard alone, and reads it as a
// screen reader does.
func testChatByKeyboard(t *testing.T, browser context.Context) {
	p := openChat(t, browser, startServer(t).url)
	p.askChat("Hi")
	p.js("document.activeElement.blur(); document.querySelector('nav a:last-child').focus()")
	for _, want := range []string{"#message", "#interval", "#word", "#fault", "#seed", "#off", "#send", "#replay", "#clear", "#received", "On the wire", "", "Pause", "Copy", "Download .sse", "#wire", "Ask for it yourself"} {
		p.press(kb.Tab)
		if got := p.focused(); got != want {
			t.Fatalf("Tab leads to %q, want %q", got, want)
		}
		if eval[bool](p, "getComputedStyle(document.activeElement).outlineStyle === 'none'") {
			t.Errorf("%q has the focus, and nothing shows it", want)
		}
	}
	names := p.accessibleNames()
	for _, want := range []string{
		"heading Token by token", "textbox Message", "spinbutton Interval in milliseconds", "combobox Fault", "textbox Seed",
		"group Stream by", "radio character", "radio word", "group Smoothing", "radio off", "radio on",
		"button Send Message", "button Ask again", "button New chat", "button Copy", "region Conversation", "region Questions and answers",
		"region Bytes of the answer", "list ", "status ", "alert ",
	} {
		if !slices.Contains(names, want) {
			t.Errorf("nothing is %q; there are:\n  %s", want, strings.Join(names, "\n  "))
		}
	}
	for _, role := range []string{"textbox", "combobox", "spinbutton", "radio", "button", "link", "region", "navigation"} {
		if slices.Contains(names, role+" ") {
			t.Errorf("a %s has no name", role)
		}
	}
	if !eval[bool](p, "received.closest('[aria-live], [role=status], [role=log]') === null && received.querySelector('[aria-live], [role=status], [role=log]') === null") {
		t.Error("every single token would be read out")
	}

	// Stop and New chat do not drop the keyboard's place.
	p.do(chromedp.Focus(chromedp.CSS("#clear")))
	p.press(kb.Enter)
	p.untilState("idle")
	if got := p.focused(); got != "#message" {
		t.Errorf("after New chat the focus is on %q, want #message", got)
	}
}

// testChatOverHTTP2 loses an answer, and a stream that EventSource resumes, where the
// connection has other streams too and stays.
func testChatOverHTTP2(t *testing.T, browser context.Context) {
	server := startServer(t, "--tls-self-signed")
	p := openTab(t, browser, "about:blank", "net::ERR_")
	p.trustAnyCertificate()
	p.open(server.url + "/chat.html")
	p.fill("#interval", "20") // a browser forgets what comes together with a reset
	for _, fault := range []string{"cut@12", "truncate@12"} {
		p.fill("#fault", fault)
		p.askChat(chatWords)
		if got, careful := p.text("status"), p.reading("careful dd"); !strings.HasPrefix(got, "Truncated after ") || !strings.Contains(careful, "the connection broke") {
			t.Errorf("%s: %s. %s", fault, got, careful)
		}
	}
	p.fill("#fault", "")
	p.askChat(chatWords)
	p.wantChat("Complete: 20 tokens", chatWords)

	p.open(server.url + "/index.html")
	p.fill("#interval", "20")
	p.fill("#fault", "cut@12,truncate@15,retry:10ms")
	p.fill("#message", tricky)
	p.click("#send")
	p.untilState("complete")
	p.wantReceived(tricky, trickyCharacters)
	if got := eval[string](p, "performance.getEntriesByType('navigation')[0].nextHopProtocol"); got != "h2" {
		t.Errorf("the page came over %q, want h2", got)
	}
}
