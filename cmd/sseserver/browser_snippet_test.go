package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// testSnippetShell gives the command on show to a shell: whatever stands in an address, a
// header or a body arrives as it is, but for the token, which is not told.
func testSnippetShell(t *testing.T, browser context.Context) {
	p := openTab(t, browser, startServer(t).url+"/index.html")
	const text = `it's "$HOME" \ $(date) !! ` + "`x` \u202e\x00"
	got := promised[string](p, `import('./snippet.js').then(({curl}) => curl("http://h/a'b$c?q=`+"`d`"+`!", {
		method: 'POST', headers: {'X-Plan': "a'b $HOME", authorization: 'Bearer secret'}, body: JSON.stringify({message: `+quotedJS(text)+`}),
	}))`)
	shell := exec.Command("/bin/sh", "-c", `curl() { printf '%s\0' "$@"; }; `+got)
	shell.Env = []string{"SSESERVER_SEND_TOKEN=token"}
	out, err := shell.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, got)
	}
	words := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	want := []string{"-N", "http://h/a%27b%24c?q=%60d%60%21", "-H", "X-Plan: a'b $HOME", "-H", "authorization: Bearer token", "-d"}
	if len(words) != len(want)+1 || !slices.Equal(words[:len(want)], want) {
		t.Fatalf("curl is given %q\nby %s", words, got)
	}
	var body struct{ Message string }
	if err := json.Unmarshal([]byte(words[len(want)]), &body); err != nil || body.Message != text {
		t.Errorf("the message is %q, %v, want %q", body.Message, err, text)
	}
	if strings.Contains(got, "secret") || strings.ContainsAny(got, "\u202e\x00") {
		t.Errorf("it tells the token, or has what cannot be seen: %s", got)
	}
}

// testSnippetScript runs the JavaScript on show in a page: it reads the stream.
func testSnippetScript(t *testing.T, browser context.Context) {
	p := openTab(t, browser, startServer(t).url+"/index.html")
	p.fill("#message", "three little words")
	p.click("input[value=word]")
	p.click("#send")
	p.untilState("complete")
	script := eval[string](p, "document.querySelector('code.script').textContent")
	p.js("document.body.dataset.read = ''; globalThis.log = console.log; console.log = (text) => { document.body.dataset.read += text; }")
	p.js("{" + script + "}")
	p.until("document.body.dataset.read === 'three little words'")
	p.js("console.log = globalThis.log")

	// With what EventSource cannot do it is the client that is copied.
	got := promised[string](p, `import('./snippet.js').then(({shortest}) => shortest('http://h/', {headers: {a: 'b'}, body: '{"x":1}', done: 'data === "[DONE]"', take: 'show(data)'}))`)
	want := fmt.Sprintf(`import {EventStream} from '%s/sse-client.js';
new EventStream('http://h/', {
  transport: 'fetch',
  method: 'POST',
  headers: {"a":"b"},
  body: JSON.stringify({"x":1}),
  done: ({data}) => data === "[DONE]",
  on: {message: ({data}) => show(data)},
}).open();`, p.origin())
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// testFigures tells the time itself.
func testFigures(t *testing.T, browser context.Context) {
	p := openTab(t, browser, startServer(t).url+"/index.html")
	got := promised[[]string](p, `import('./figures.js').then(({Figures}) => {
		const list = document.createElement('dl'), figures = new Figures(list), said = [];
		const say = (now) => { figures.paint(now); said.push(list.hidden ? 'hidden' : Array.from(list.querySelectorAll('dd'), (e) => e.textContent).join()); };
		say(0);
		figures.start(1000); say(1500);
		figures.event(1120); say(1120);
		figures.event(1170); figures.event(1620); figures.event(1640); say(1700);
		say(13_640); // nothing for 12 s
		figures.end(); say(20_000);
		figures.start(0); for (let at = 0; at <= 50; at += 0.25) figures.event(at); figures.end(); say(50);
		return said;
	})`)
	want := []string{"hidden", "hidden", "120 ms,–,–", "120 ms,5.8,450 ms", "120 ms,5.8,12.0 s", "120 ms,5.8,450 ms", "0 ms,4,000,0 ms"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
