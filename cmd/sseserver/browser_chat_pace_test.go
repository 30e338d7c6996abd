package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// testChatSmoother lets bursts of eight arrive every 400 ms of a clock of its own,
// and looks at what is shown every 20 ms.
func testChatSmoother(t *testing.T, browser context.Context) {
	p := openTab(t, browser, startServer(t).url+"/chat.html")
	shown := promised[[]string](p, `import('./smoother.js').then(({Smoother}) => {
		const smoother = new Smoother();
		const shown = [];
		for (let now = 0; now < 4000; now += 20) {
			if (now % 400 === 0) smoother.add('ab👩🏽‍🚀déf한h', now);
			shown.push(smoother.take(now));
		}
		smoother.end();
		for (let now = 4000; !smoother.empty; now += 20) shown.push(smoother.take(now));
		return shown;
	})`)
	if got, want := strings.Join(shown, ""), strings.Repeat("ab👩🏽‍🚀déf한h", 10); got != want {
		t.Errorf("shown: %q, want %q", got, want)
	}
	// Once it knows the bursts, their characters come one by one, in every third frame or so.
	characters := []string{"", "a", "b", "👩🏽‍🚀", "d", "é", "f", "한", "h"}
	silent := 0
	for i, text := range shown[100:200] {
		if silent++; text != "" {
			silent = 0
		}
		if !slices.Contains(characters, text) || silent > 5 {
			t.Errorf("after %d ms it shows %q, and has shown nothing %d times before", 2000+20*i, text, silent)
		}
	}
}

// testChatPaints has frames of the screen that come when the test says so. Text that
// is shown as it arrives waits for none of them; text that is smoothed comes
// with them, a part in each.
func testChatPaints(t *testing.T, browser context.Context) {
	more := make(chan string)
	p := openTab(t, browser, serveChat(t, sendAll(more))+"/chat.html")
	t.Cleanup(func() { close(more) })
	p.js(`globalThis.clock = 0; globalThis.frames = [];
		performance.now = () => clock;
		globalThis.requestAnimationFrame = (paint) => { document.body.dataset.frames = frames.push(paint); };
		globalThis.step = () => { clock += 20; for (const paint of frames.splice(0)) paint(clock); };`)
	p.fill("#message", "a question")

	p.click("#send")
	for _, text := range []string{"as it ", "arrives"} {
		more <- text
		p.until("document.querySelector('.answer').textContent.endsWith('" + text + "')")
	}
	more <- ""
	p.untilChat("failed")
	p.wantChat("Truncated after 2 tokens", "as it arrives")

	p.click("input[value=on]")
	p.js("step()")
	p.click("#replay")
	more <- strings.Repeat("x", 20)
	p.untilChat("streaming")
	var lengths []int
	for range 11 {
		lengths = append(lengths, eval[int](p, "(step(), document.querySelector('.answer').textContent.length)"))
	}
	if want := []int{2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 20}; !slices.Equal(lengths, want) { // over a fifth of a second
		t.Errorf("after each frame there are %v characters, want %v", lengths, want)
	}
	p.js("delete document.body.dataset.frames")
	more <- strings.Repeat("y", 20)
	more <- ""
	p.until("'frames' in document.body.dataset")
	if got := eval[string](p, "(step(), arrival.dataset.state)"); got != "streaming" {
		t.Errorf("before all is shown the state is %q", got)
	}
	p.until("(step(), arrival.dataset.state === 'failed')")
	p.wantChat("Truncated after 2 tokens", strings.Repeat("x", 20)+strings.Repeat("y", 20))
	if got := p.text("fact-tokens"); got != "2" {
		t.Errorf("tokens: %s, want 2", got)
	}
}

// testChatFollows keeps the end of a long answer in view, until the reader scrolls away.
func testChatFollows(t *testing.T, browser context.Context) {
	more := make(chan string)
	p := openTab(t, browser, serveChat(t, sendAll(more))+"/chat.html")
	t.Cleanup(func() { close(more) })
	p.click("#send")
	lines := strings.Repeat("one more line\n", 50)
	for i := range 3 {
		more <- lines
		p.untilTokens(i + 1)
		if left := eval[int](p, "received.scrollHeight - received.scrollTop - received.clientHeight"); left > 1 {
			t.Errorf("%d pixels of the answer are out of view", left)
		}
	}
	p.js("received.scrollTop = 7")
	more <- lines
	p.untilTokens(4)
	if got := eval[int](p, "received.scrollTop"); got != 7 {
		t.Errorf("a reader at 7 pixels was taken to %d", got)
	}
	p.click("#stop")
}

func (p *tab) untilTokens(tokens int) {
	p.t.Helper()
	p.until(fmt.Sprintf("document.querySelector('#fact-tokens').textContent === '%d'", tokens))
}

// sendAll answers with what more has, one event each, until there is an empty one.
func sendAll(more <-chan string) func(w http.ResponseWriter, _ string) {
	return func(w http.ResponseWriter, _ string) {
		for text := range more {
			if text == "" {
				return
			}
			io.WriteString(w, chatToken(text))
			w.(http.Flusher).Flush()
		}
	}
}

// untilChat waits for a state of the conversation.
func (p *tab) untilChat(state string) {
	p.t.Helper()
	p.until("arrival.dataset.state === '" + state + "'")
}
