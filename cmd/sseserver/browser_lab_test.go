package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"

	"sseserver/internal/chromiumtest"

	cdpnetwork "github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// lost is what the console says of streams that a plan breaks or refuses.
var lost = []string{"net::ERR_", "status of 503"}

// The lab's text has twelve pieces.
const labText = "Zero one two three four five six seven eight nine ten eleven"

// openLab opens the page with these settings in its address.
func openLab(t *testing.T, browser context.Context, url, settings string, refusals ...string) *tab {
	t.Helper()
	return openTab(t, browser, labAddress(url, settings), refusals...)
}

func labAddress(url, settings string) string {
	return url + "/lab.html?" + settings + "&interval=40ms#text=" + strings.ReplaceAll(labText, " ", "+")
}

// untilJudged waits until the page has judged a client, "careful" or "other", and
// returns the verdict and what explains it.
func (p *tab) untilJudged(client string) string {
	p.t.Helper()
	part := func(name string) string {
		return fmt.Sprintf("document.querySelector('#%s [data-part=%s]').textContent", client, name)
	}
	p.until(part("verdict") + " !== ''")
	return strings.TrimSpace(eval[string](p, part("verdict")+"+' '+"+part("because")))
}

// fact is what a card counts.
func (p *tab) fact(client, name string) string {
	p.t.Helper()
	return eval[string](p, fmt.Sprintf("[...document.querySelectorAll('#%s dt')].find((e) => e.textContent === '%s').nextSibling.textContent", client, name))
}

func (p *tab) wantFacts(client string, want ...string) {
	p.t.Helper()
	for i := 0; i < len(want); i += 2 {
		if got := p.fact(client, want[i]); got != want[i+1] {
			p.t.Errorf("%s: %s is %q, want %q", client, want[i], got, want[i+1])
		}
	}
}

const (
	proven = "Nothing lost, nothing doubled. This is the text that was sent."
	other  = " This is not the text that was sent."
)

// verdicts is what the page is to say under these settings of the careful client, and
// at the end of what it says of the naive one.
type verdicts struct{ settings, careful, naive string }

// testLabMended has faults that the careful client mends. How much comes before a
// connection is reset is up to the browser, which throws away what was not read.
func testLabMended(t *testing.T, browser context.Context) {
	testLabVerdicts(t, browser,
		verdicts{"fault=cut@5,retry:10ms", proven, other + " It gave up after 5 connections, each from the start."},
		verdicts{"fault=truncate@5,retry:10ms&reads=EventSource&naive=stop", proven, " It stopped at the first error."},
		verdicts{"fault=end@5,retry:10ms&interval=2ms", proven, "7 pieces never came." + other + " It takes the end of the response for the end of the text."},
		verdicts{"fault=cut:40%25,retry:10ms&seed=7&naive=stop", proven, ""},
		verdicts{"fault=truncate@5,retry:10ms", proven, " It gave up after 5 connections, each from the start."},
		verdicts{"fault=eol:cr&interval=2ms", proven, "Nothing came. It looks for lines that end with LF, and those of the plan end with CR (eol:cr). So it saw no event."},
		verdicts{"fault=bom,eol:crlf,comment@3,burst:4,jitter:2ms,noid&interval=2ms&naive=stop", proven, ""},
	)
}

// testLabNoticed has faults that no client can mend.
func testLabNoticed(t *testing.T, browser context.Context) {
	testLabVerdicts(t, browser,
		verdicts{"fault=", proven, proven},
		verdicts{
			"fault=drop@5", "1 piece never came." + other + " The plan leaves pieces out of a connection that holds (drop). There is no loss to recover from; the positions show the gap.",
			"1 piece never came." + other + " It takes the end of the response for the end of the text.",
		},
		verdicts{
			"fault=status:204", "Nothing came. The plan refuses each connection (status), so no text can come.",
			"Nothing came. It takes the answer with status 204 for the text.",
		},
		verdicts{"fault=double@5", "1 piece came more than once." + other + " The plan sends pieces twice on one connection (double). A page that looks at the positions can skip the second.", ""},
		verdicts{"fault=swap@5", "The pieces are out of order." + other + " The plan sends pieces in the wrong order (swap). The positions show it.", ""},
		verdicts{"fault=corrupt@5", "Each piece came once, but one is not what was sent." + other + " The plan changes letters (corrupt). Only the digest shows it.", ""},
	)
}

func testLabVerdicts(t *testing.T, browser context.Context, tests ...verdicts) {
	server := startServer(t)
	p := openTab(t, browser, "about:blank", lost...)
	for _, test := range tests {
		p.open(labAddress(server.url, "unit=word&"+test.settings))
		p.click("#send")
		if got := p.untilJudged("careful"); got != test.careful {
			t.Errorf("%s: the careful client: %q, want %q", test.settings, got, test.careful)
		}
		if got := p.untilJudged("other"); !strings.HasSuffix(got, test.naive) {
			t.Errorf("%s: the naive client: %q, want it to end in %q", test.settings, got, test.naive)
		}
		p.until("document.querySelector('#run').dataset.state === 'complete' && document.querySelector('#stop').disabled")
	}
}

// testLabProof compares what the page counts with what it shows. The stream ends
// cleanly, so that nothing of it is thrown away.
func testLabProof(t *testing.T, browser context.Context) {
	p := openLab(t, browser, startServer(t).url, "unit=word&fault=end@5,retry:10ms&seed=42&naive=source")
	p.hurryNaive()
	p.click("#send")
	p.untilJudged("careful")
	if got, want := p.untilJudged("other"), "7 pieces never came. 5 pieces came more than once. This is not the text that was sent. "+neverLearns; got != want {
		t.Errorf("the naive client: %q, want %q", got, want)
	}
	p.wantFacts("careful", "Pieces", "12 of 12", "Missing", "0", "Doubled", "0", "Connections", "2", "Sent again", "0")
	p.wantFacts("other", "Pieces", "5 of 12", "Missing", "7: 5–11", "Doubled", "5: 0–4", "Connections", "5", "Sent again", "20")
	if here, there := p.fact("careful", "SHA-256 of the text here"), p.fact("careful", "SHA-256 that the server sent"); here != there || len(here) != 64 {
		t.Errorf("the digests are %q and %q", here, there)
	}
	if here, there := p.fact("other", "SHA-256 of the text here"), p.fact("other", "SHA-256 of the text that was sent"); here == there || len(there) != 64 {
		t.Errorf("the digests of the naive client are %q and %q", here, there)
	}
	p.wantLabTexts(labText, strings.Repeat("Zero one two three four ", 5), strings.Repeat("Zero one two three four ", 4))

	p.js("document.querySelector('#table-details').open = true")
	p.until("rows.childElementCount === 7")
	table := eval[string](p, "[...rows.rows].map((row) => [0, 1, 3, 4, 5, 6, 8].map((i) => row.cells[i].textContent).join(' ')).join('\\n')")
	for _, want := range []string{
		"Naive client 1 the start 5 0–4 0 connection lost", "Naive client 5 the start 5 0–4 5 connection lost",
		"sse-client.js 1 the start 5 0–4 0 the stream ended early", "sse-client.js 2 id 4 7 5–11 0 done",
	} {
		if !strings.Contains(table, want) {
			t.Errorf("no connection is %q; there are\n%s", want, table)
		}
	}
	if got := eval[string](p, "timeline.ariaLabel"); !strings.HasPrefix(got, "sse-client.js: 2 connections, 12 of 12 pieces, 0 sent again. Naive client: 5 connections, 5 of 12 pieces, 20 sent again.") {
		t.Errorf("the time line is called %q", got)
	}
	if !eval[bool](p, "timeline.getContext('2d').getImageData(0, 0, timeline.width, timeline.height).data.some((byte) => byte > 0)") {
		t.Error("the time line is empty")
	}
	if got := p.text("other-heading"); got != "The naive client: opens a new EventSource" {
		t.Errorf("the naive client is called %q", got)
	}
	if got := p.text("code"); !strings.HasPrefix(got, "function newSource(") {
		t.Errorf("the code is %q", got)
	}
	if got := p.text("snippets"); !strings.Contains(got, "?unit=word&interval=40ms&seed=42&fault=end@5,retry:10ms") {
		t.Errorf("the command is %q", got)
	}
}

const neverLearns = "It never learns that the text is complete, and begins anew. The page ended it after 5 connections."

// hurryNaive shortens the second that the naive client waits.
func (p *tab) hurryNaive() {
	p.t.Helper()
	p.js("globalThis.wait = setTimeout; globalThis.setTimeout = (act, delay, ...rest) => wait(act, delay === 1000 ? 1 : delay, ...rest); 0")
}

// wantLabTexts compares the texts on show, and what is marked as having come before.
func (p *tab) wantLabTexts(careful, naive, marked string) {
	p.t.Helper()
	for selector, want := range map[string]string{"#careful [data-part=text]": careful, "#other [data-part=text]": naive, "#other mark": marked} {
		if got := eval[string](p, "document.querySelector('"+selector+"').textContent"); got != want {
			p.t.Errorf("%s is %q, want %q", selector, got, want)
		}
	}
}

// testLabAgain runs the same once more, and passes it on as a link.
func testLabAgain(t *testing.T, browser context.Context) {
	server := startServer(t)
	p := openLab(t, browser, server.url, "unit=word&fault=end:30%25,jitter:9ms,retry:10ms&naive=stop")
	shown := func() string { return p.fact("other", "Pieces") + p.fact("other", "SHA-256 of the text here") }
	p.js("Math.random = () => 0.42") // of the seeds that the page may choose, three in ten end each connection at its first piece
	p.click("#send")
	p.untilJudged("careful")
	p.untilJudged("other")
	first, link := shown(), eval[string](p, "location.href")
	p.js(`globalThis.said = []; for (const e of document.querySelectorAll('[data-part=verdict]')) new MutationObserver(() => said.push(e.textContent)).observe(e, {childList: true})`)
	p.js("again.click(); again.click()") // the second time the first is still running
	if got := p.untilJudged("careful"); got != proven {
		t.Errorf("again: %q", got)
	}
	p.untilJudged("other")
	if got := shown(); got != first {
		t.Errorf("again: %s, want %s", got, first)
	}
	if said := eval[[]string](p, "said.filter((words) => words)"); len(said) != 2 {
		t.Errorf("again: the verdicts are %q", said)
	}
	p.open("about:blank") // else it is the page there is
	p.open(link)
	p.click("#send")
	p.untilJudged("careful")
	p.untilJudged("other")
	if got := shown(); got != first {
		t.Errorf("by the link %s: %s, want %s", link, got, first)
	}
	seeds := make(map[any]int)
	for _, line := range server.log.named("stream.opened") {
		seeds[line["seed"]]++
	}
	if len(seeds) != 1 {
		t.Errorf("the seeds were %v", seeds)
	}
}

// testLabForEver has plans with which no client comes to an end. The page says so, and
// has had enough at some time.
func testLabForEver(t *testing.T, browser context.Context) {
	server := startServer(t)
	p := openLab(t, browser, server.url, "unit=word&naive=stop&fault=noid,end@5,retry:10ms&interval=2ms", lost...)
	p.click("#send")
	p.untilCircles("The plan leaves out the ids (noid).")
	p.until("document.querySelector('#run').dataset.state === 'stopped'")
	p.untilJudged("careful")
	p.wantFacts("careful", "Pieces", "5 of 12", "Doubled", "0", "Connections", "21", "Sent again", "100") // the first brought something
	for _, test := range []struct{ plan, words string }{
		{"cut:100%,retry:10ms", "The plan breaks each connection before its first id, so there is nothing to go on from. After 20 such connections the page stops it."},
		{"nodone,retry:10ms", "The plan never says that the text is complete (nodone)"},
		{"status:503", "The plan refuses each connection (status)"},
	} {
		p.fill("#fault", test.plan)
		p.click("#send")
		p.untilCircles(test.words)
		p.click("#stop")
		p.until("document.querySelector('#run').dataset.state === 'stopped' && document.querySelector('#stop').disabled")
		server.untilNoStreams(p.ctx, t, eval[string](p, "document.querySelector('#snippets').textContent.match(/[0-9a-f-]{36}/)[0]"))
	}
}

// untilCircles waits until the page says that nothing new comes, and why.
func (p *tab) untilCircles(why string) {
	p.t.Helper()
	p.until("trouble.textContent.startsWith('Several connections in a row brought nothing new. " + why + "')")
}

// testLabRefused has what the server does not take, where the eye is.
func testLabRefused(t *testing.T, browser context.Context) {
	p := openLab(t, browser, startServer(t, "--no-faults").url, "fault=cut@5", "status of 400")
	p.click("#send")
	p.wantErrorAt("fault", "This server makes no faults on demand: it was started with --no-faults.")
	p.click("#error button")
	if got := p.untilJudged("careful"); got != proven {
		t.Errorf("without: %q", got)
	}
	p.wantError("")

	p = openLab(t, browser, startServer(t).url, "fault=stall@5", "status of 400", "net::ERR_")
	p.click("#send")
	p.wantErrorAt("fault", `"stall@5" is not of the form stall:V@N`)
	p.until("document.querySelector('#run').dataset.state === 'idle' && document.querySelector('#stop').disabled")
	p.click("[data-plan='cut@12']")
	if got := eval[string](p, "fault.value + ' ' + document.querySelectorAll('[aria-pressed=true]').length"); got != "cut@12 1" {
		t.Errorf("the preset gives %q", got)
	}
	p.fill("#message", "")
	p.click("#send")
	p.wantErrorAt("message", "There is no text.")

	server := startServer(t, "--send-token=right")
	p = openLab(t, browser, server.url, "unit=word&fault=", "status of 401", "net::ERR_")
	p.click("#send")
	p.wantErrorAt("token", noToken)
	p.fill("#token", "right")
	p.click("#send")
	if got := p.untilJudged("careful"); got != proven {
		t.Errorf("with the token: %q", got)
	}
	server.stop(t)
	p.click("#send")
	p.until("error.querySelector('button') !== null")
	if got := p.text("error"); got != "The server cannot be reached. Is it running? Try again" {
		t.Errorf("without a server: %q", got)
	}
}

// silent is a plan that leaves time to do something to both clients: the eighth
// piece comes when a minute has passed, or on another connection at once.
const silent = "unit=word&naive=stop&fault=stall:1m@8,retry:10ms"

func (p *tab) untilSilent() {
	p.t.Helper()
	p.click("#send")
	p.until("['careful', 'other'].every((id) => document.querySelector(`#${id} [data-part=text]`).textContent.endsWith('seven '))")
}

// testLabRestart has a server that was started anew, and does not know the text.
func testLabRestart(t *testing.T, browser context.Context) {
	server := startServer(t)
	p := openLab(t, browser, server.url, silent, "net::ERR_", "status of 404", "status of 503")
	p.untilSilent()
	server.stop(t)
	startServer(t, "--addr="+server.addr)
	p.until("trouble.querySelector('button') !== null")
	if got := p.text("trouble"); !strings.HasPrefix(got, "The server no longer has this text") {
		t.Errorf("it says %q", got)
	}
	p.click("#trouble button")
	p.until("document.querySelector('#run').dataset.state === 'complete'")
	if got := p.untilJudged("careful"); got != proven {
		t.Errorf("the verdict is %q", got)
	}
	p.wantFacts("careful", "Pieces", "12 of 12", "Sent again", "0")
}

// testLabStopped has a server whose process stands still.
func testLabStopped(t *testing.T, browser context.Context) {
	server := startChild(t, "500", "--interval=2ms")
	p := openLab(t, browser, server.url, silent, "net::ERR_")
	p.untilSilent()
	server.signal(t, syscall.SIGSTOP)
	p.until("document.querySelector('#careful').dataset.state === 'stale'")
	p.until("document.querySelector('#careful').dataset.state === 'connecting'")
	server.signal(t, syscall.SIGCONT)
	if got := p.untilJudged("careful"); got != proven {
		t.Errorf("the verdict is %q", got)
	}
	p.click("#stop") // the other one waits for a minute
	if got, want := p.untilJudged("other"), "Stopped after 8 pieces of 12. Up to there, nothing is lost or doubled."; got != want {
		t.Errorf("the naive client: %q, want %q", got, want)
	}
}

// testLabOffline takes the network away and gives it back.
func testLabOffline(t *testing.T, browser context.Context) {
	p := openLab(t, browser, startServer(t).url, silent, "net::ERR_")
	p.untilSilent()
	p.online(false)
	p.until("document.querySelector('#trouble').textContent.startsWith('You are offline.')")
	p.online(true)
	if got := p.untilJudged("careful"); got != proven {
		t.Errorf("the verdict is %q", got)
	}
	p.until("trouble.textContent === ''")
}

func (p *tab) online(on bool) {
	p.t.Helper()
	all := []*cdpnetwork.Conditions{{Offline: !on, DownloadThroughput: -1, UploadThroughput: -1}}
	_, err := chromedp.Call(p.ctx, cdpnetwork.EmulateNetworkConditionsByRule, cdpnetwork.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: all})
	p.want(err)
	_, err = chromedp.Call(p.ctx, cdpnetwork.OverrideNetworkState, cdpnetwork.OverrideNetworkStateParams{Offline: !on, DownloadThroughput: -1, UploadThroughput: -1})
	p.want(err)
}

// testLabAsleep freezes the page, as browsers do with tabs in the back.
func testLabAsleep(t *testing.T, browser context.Context) {
	server := startServer(t)
	p := openLab(t, browser, server.url, silent, "net::ERR_", "status of 503")
	p.untilSilent()
	for _, state := range []page.SetWebLifecycleStateState{page.SetWebLifecycleStateStateFrozen, page.SetWebLifecycleStateStateActive} {
		if _, err := chromedp.Call(p.ctx, page.SetWebLifecycleState, page.SetWebLifecycleStateParams{State: state}); err != nil {
			t.Fatal(err)
		}
	}
	if got := p.untilJudged("careful"); got != proven {
		t.Errorf("the verdict is %q", got)
	}
	p.wantFacts("careful", "Pieces", "12 of 12", "Missing", "0", "Doubled", "0")
}

// testLabLeft leaves the page, which the browser keeps, and comes back.
func testLabLeft(t *testing.T, browser context.Context) {
	p := openLab(t, browser, startServer(t).url, silent, "net::ERR_")
	p.untilSilent()
	p.js("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
	p.until("document.querySelector('#careful [data-part=status]').textContent === 'Asleep'")
	if got := p.text("status"); !strings.HasPrefix(got, "Running") {
		t.Errorf("in the back it is %q", got)
	}
	p.js("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
	if got := p.untilJudged("careful"); got != proven {
		t.Errorf("the verdict is %q", got)
	}
}

// testLabLooks looks at contrast and width, in all that the page has to show.
func testLabLooks(t *testing.T, browser context.Context) {
	p := openLab(t, browser, startServer(t).url, "unit=word&fault=cut@5,retry:10ms", lost...)
	p.click("#send")
	p.untilJudged("careful")
	p.untilJudged("other")
	p.js("document.querySelectorAll('details').forEach((e) => { e.open = true }); trouble.textContent = error.textContent = 'Words, for their colours.'")
	for _, scheme := range []string{"light", "dark"} {
		p.prefer(scheme)
		if faint := eval[[]string](p, chromiumtest.FaintTexts); len(faint) > 0 {
			t.Errorf("%s: too little contrast: %s", scheme, strings.Join(faint, "; "))
		}
		for _, width := range []int64{320, 700, 1440} {
			p.do(chromedp.EmulateViewport(width, 800))
			if got := eval[int64](p, "document.documentElement.scrollWidth"); got > width {
				t.Errorf("%s: %d pixels wide on a screen of %d", scheme, got, width)
			}
		}
	}
	names := p.accessibleNames()
	for _, want := range []string{
		"heading Reconnect lab", "group What goes wrong", "combobox What goes wrong", "textbox Text", "spinbutton Interval in milliseconds", "textbox Seed",
		"combobox The first client reads with", "combobox When the stream breaks, the second", "button Run", "button Run again, same seed",
		"region Both clients over time", "region Connections", "table ", "region Text of the first client", "region Code of the second client",
	} {
		if !slices.Contains(names, want) {
			t.Errorf("nothing is %q; there are:\n  %s", want, strings.Join(names, "\n  "))
		}
	}
}
