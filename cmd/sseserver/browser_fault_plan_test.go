package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"sseserver/httpapi/ssetest"
	"sseserver/internal/fault"
)

// withFaults are the pages whose forms offer faults.
var withFaults = []string{"index.html", "progress.html", "chat.html"}

// testFaultsOffered compares what the field offers with what the server tells.
func testFaultsOffered(t *testing.T, browser context.Context) {
	server := startServer(t)
	_, table := server.caller(t, ssetest.HTTP1).want(200, `"faults"`, "GET", "/faults", "")
	var told struct {
		Faults []struct{ Name, Example, About string }
	}
	if err := json.Unmarshal([]byte(table), &told); err != nil || len(told.Faults) != len(fault.Kinds) {
		t.Fatalf("it tells of %d faults, %v", len(told.Faults), err)
	}
	p := openTab(t, browser, server.url+"/")
	for _, page := range withFaults {
		p.open(server.url + "/" + page)
		p.until("document.querySelector('#faults').options.length > 0")
		for before, typed := range map[string]string{"": "", "cut@5,": "cut@5,sta", "drop:5%, cut@5, ": "drop:5%, cut@5, "} {
			p.fill("#fault", typed)
			var want []string
			for _, fault := range told.Faults {
				want = append(want, before+fault.Example)
			}
			if got := eval[[]string](p, "[...document.querySelector('#faults').options].map((option) => option.value)"); !slices.Equal(got, want) {
				t.Errorf("%s: behind %q it offers %q, want %q", page, typed, got, want)
			}
		}
		hint := p.text("fault-hint")
		p.fill("#fault", "drop:5%,truncate@7")
		if got, want := p.text("fault-hint"), "truncate@12: the connection is reset in the middle of the frame of chunk 12."; got != want {
			t.Errorf("%s: the hint is %q, want %q", page, got, want)
		}
		p.fill("#fault", "truncat")
		if got := p.text("fault-hint"); got != hint {
			t.Errorf("%s: the hint stays %q", page, got)
		}
	}
}

// testWrongPlans has the server's words at the field that they are about.
func testWrongPlans(t *testing.T, browser context.Context) {
	server := startServer(t)
	p := openTab(t, browser, server.url+"/", "status of 400")
	for _, page := range withFaults {
		p.open(server.url + "/" + page)
		p.fill("#fault", "stall@5")
		p.click("#send")
		p.wantErrorAt("fault", `"stall@5" is not of the form stall:V@N, where V is a duration`)
		p.fill("#fault", "ct@<b>5")
		p.submit()
		p.wantErrorAt("fault", `there is no fault "ct@<b>5"; there are cut@N, truncate@N, `)
		p.fill("#fault", "cut@9")
		p.fill("#seed", "many")
		p.submit()
		p.wantErrorAt("seed", "eed must be a whole number")
		p.fill("#seed", "")
		if page == "chat.html" {
			p.fill("#interval", "0")
			p.submit()
			p.untilRefused("interval", "interval")
		}
		p.fill("#interval", "2")
		p.fill("#fault", "")
		p.submit()
		p.untilState("complete")
		p.wantError("")
	}
}

// submit sends the form, also where there is no new message.
func (p *tab) submit() {
	p.t.Helper()
	p.js("error.textContent = ''")
	p.click("#send")
}

// untilRefused waits for the error that a field has caused.
func (p *tab) untilRefused(field, words string) {
	p.t.Helper()
	p.until("error.textContent !== ''")
	if got := p.text("error"); !strings.Contains(got, words) {
		p.t.Errorf("error: %q, want %q in it", got, words)
	}
	if !eval[bool](p, "document.activeElement.id === '"+field+"' && document.activeElement.ariaInvalid === 'true'") {
		p.t.Errorf("the field %s is not marked, or has no focus", field)
	}
}

// wantErrorAt is untilRefused where the words have to stand under the field.
func (p *tab) wantErrorAt(field, words string) {
	p.t.Helper()
	p.untilRefused(field, words)
	if !eval[bool](p, "error.previousElementSibling.parentElement === document.querySelector('#"+field+"').parentElement && error.offsetHeight > 0") {
		p.t.Errorf("the error is not at the field %s", field)
	}
}

// testNoFaults asks for faults where the server has none.
func testNoFaults(t *testing.T, browser context.Context) {
	p := openTab(t, browser, startServer(t, "--no-faults").url+"/index.html", "status of 400")
	p.fill("#fault", "cut@3")
	p.click("#send")
	p.wantErrorAt("fault", "--no-faults")
}

// testFaultyText loses its stream in each way that a client can mend, and the text
// is whole.
func testFaultyText(t *testing.T, browser context.Context) {
	server := startServer(t)
	p := openTab(t, browser, server.url+"/index.html", "net::ERR_", "status of 503")
	p.fill("#interval", "20") // a browser drops what it has not read yet when a connection breaks
	for _, plan := range []string{
		"cut@12,retry:10ms", "truncate@12,retry:10ms", "end@3,end@9,cut@20,retry:10ms",
		"bom,eol:cr,comment@7", "eol:crlf,split:7", "burst:8,jitter:3ms,first:20ms,stall:20ms@5", "noid",
	} {
		p.watch()
		p.fill("#fault", plan)
		p.fill("#seed", "42")
		p.fill("#message", tricky)
		p.click("#send")
		p.untilState("complete")
		p.wantReceived(tricky, trickyCharacters)
		if got := p.text("status"); !strings.HasPrefix(got, fmt.Sprintf("Complete, verified: %d characters", trickyCharacters)) {
			t.Errorf("%s: state: %q", plan, got)
		}
		if got := p.curl(); !strings.HasSuffix(got, "?unit=character&fault="+plan+`&seed=42&interval=20ms"`) {
			t.Errorf("%s: command: %s", plan, got)
		}
	}
	for _, fault := range []string{"cut", "truncate", "end"} {
		server.log.awaitLine("stream.fault", `"fault":"`+fault+`"`)
	}
}

// testFaultsNoticed has what no client can mend, and what the pages say of it.
func testFaultsNoticed(t *testing.T, browser context.Context) {
	server := startServer(t)
	p := openTab(t, browser, server.url+"/", "status of 404")
	for _, test := range []struct{ page, plan, words string }{
		{"index.html", "drop@2", "The stream is out of order: position 2 was due, 3 came."},
		{"index.html", "double@2", "The stream is out of order: position 3 was due, 2 came."},
		{"index.html", "swap@2", "The stream is out of order: position 2 was due, 3 came."},
		{"index.html", "corrupt@2", "The text shown is not the text that was sent: the SHA-256 differs."},
		{"index.html", "nodone,retry:10ms", "Every chunk is here, but the stream ends without “done”, and does so each time."},
		{"index.html", "status:404", "The fault has done its work: the server refuses the stream."},
		{"progress.html", "nodone,retry:10ms", "Every chunk is here, but the stream ends without “done”, and does so each time."},
		{"progress.html", "noid", "An event came without an id, which is all that tells its position."},
		{"progress.html", "drop@50", "The stream is out of order: position 50 was due, 51 came."},
	} {
		p.open(server.url + "/" + test.page)
		p.fill("#fault", test.plan)
		p.fill("#message", "letters")
		p.click("#send")
		p.untilState("failed")
		if got := p.text("error"); got != test.words {
			t.Errorf("%s, %s: error: %q, want %q", test.page, test.plan, got, test.words)
		}
	}
}

// testFaultyProgress loses its stream in the middle, and reaches 100 percent.
func testFaultyProgress(t *testing.T, browser context.Context) {
	p := openTab(t, browser, startServer(t).url+"/progress.html", "net::ERR_")
	p.watch()
	p.fill("#interval", "10") // a browser drops what it has not read yet when a connection breaks
	p.fill("#fault", "cut@37,retry:10ms")
	p.click("#send")
	p.untilState("complete")
	p.wantStates("Streaming", "Connection lost. Reconnecting…", "Reconnecting…", "Streaming", "Complete: 100 steps")
}
