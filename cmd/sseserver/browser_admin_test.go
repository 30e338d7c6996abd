package main

import (
	"context"
	"strings"
	"testing"

	"sseserver/httpapi/ssetest"
)

// openAdmin opens one of the operator's pages.
func openAdmin(t *testing.T, browser context.Context, page string, flags ...string) (*tab, *liveServer) {
	t.Helper()
	server := startServer(t, append(flags, "--admin-addr=127.0.0.1:0")...)
	return openTab(t, browser, server.admin+"/"+page, "net::ERR_"), server
}

// testAdminLog follows the log, filters it, and finds the filters again in the address.
func testAdminLog(t *testing.T, browser context.Context) {
	p, server := openAdmin(t, browser, "log.html")
	p.untilListed("server.ready")
	first := server.submit(t, "first")
	p.untilListed("message.submitted")

	p.fill("#add", "event=message.submitted")
	p.click("#filter button")
	p.until(listed + ".length === 1 && chips.children.length === 1")
	second := server.submit(t, "second")
	p.untilListed(second[:8])
	if got := eval[string](p, "location.search"); got != "?where=event%3Dmessage.submitted" {
		t.Errorf("the address says %q", got)
	}
	p.reload()
	p.until(listed + ".length === 2")
	if got := strings.Join(eval[[]string](p, listed), "\n"); !strings.Contains(got, first[:8]) || !strings.Contains(got, second[:8]) {
		t.Errorf("listed are\n%s\nwant both messages, %s and %s", got, first, second)
	}
	file := eval[string](p, "fetch(download.href).then((answer) => answer.text())")
	if lines := strings.Split(strings.TrimSpace(file), "\n"); len(lines) != 2 || !strings.Contains(lines[0], first) || !strings.Contains(lines[1], second) {
		t.Errorf("the file has\n%s\nwant the lines of both messages", file)
	}

	// A value is clicked, the way back leads to what was asked for before, and a filter is removed.
	p.js("document.querySelector('#lines [data-key=total]').click()")
	p.until("chips.children.length === 2 && location.search.endsWith('where=total%3D5') && " + listed + ".length === 1")
	p.goBack()
	p.until("chips.children.length === 1 && " + listed + ".length === 2")
	p.click("#chips button")
	p.until("location.search === ''")
	p.untilListed("server.ready")
}

// testAdminToken has a server that wants a token, which stands in the address as people
// write it.
func testAdminToken(t *testing.T, browser context.Context) {
	const token = "sixteen-characters"
	server := startServer(t, "--admin-addr=127.0.0.1:0", "--admin-token="+token)
	p := openTab(t, browser, strings.Replace(server.admin, "://", "://operator:"+token+"@", 1)+"/log.html")
	p.untilListed("server.ready")
	p.js("document.querySelector('#lines time').click()")
	p.until("document.querySelector('#inspected a')")
	p.js("document.querySelector('#inspected a').click()")
	p.until("document.querySelector('#inspected [aria-selected=true]')")
}

// testAdminPause holds the list still, and lets it go on with what came meanwhile.
func testAdminPause(t *testing.T, browser context.Context) {
	p, server := openAdmin(t, browser, "log.html?where=event%3Dmessage.submitted")
	server.submit(t, "before")
	p.untilListed("message.submitted")
	p.click("#pause")
	for range 3 {
		server.submit(t, "meanwhile")
	}
	p.until("pause.textContent === 'Resume (3 new)'")
	if got := eval[int](p, listed+".length"); got != 1 {
		t.Errorf("%d lines, want the one that was there before", got)
	}
	p.click("#pause")
	p.until(listed + ".length === 4 && pause.textContent === 'Pause'")
	p.focus("#lines")
	p.press(" ")
	p.until("pause.textContent === 'Resume'")
}

// testAdminStory goes from an id to its story, from there to a line in its context, to all
// of the line, and to its context again, and closes that.
func testAdminStory(t *testing.T, browser context.Context) {
	p, server := openAdmin(t, browser, "log.html?where=event%3Dstream.closed")
	id := server.submit(t, "a story")
	server.caller(t, ssetest.HTTP1).want(200, "event: done", "GET", "/stream/"+id, "")
	p.untilListed("completed")
	p.js("document.querySelector('#lines [data-key=message_id]').click()")
	p.until("document.querySelector('.story')")
	if got := p.text("inspector-heading"); got != "Story of "+id || eval[string](p, "location.hash") != "#story="+id {
		t.Errorf("the heading says %q", got)
	}
	if got := p.text("inspected"); !strings.Contains(got, "stream.opened") || !strings.Contains(got, "stream.closed") {
		t.Errorf("the story is\n%s", got)
	}

	p.js("document.querySelector('.story tr:last-child a').click()")
	p.until("document.querySelector('#inspected [aria-selected=true]')")
	if got := eval[string](p, "document.querySelector('#inspected [aria-selected=true]').textContent"); !strings.Contains(got, "stream.closed") {
		t.Errorf("chosen is %q, want the line of the story", got)
	}
	if got := eval[string](p, "document.querySelector('#inspected .lines').textContent"); !strings.Contains(got, "message.submitted") {
		t.Errorf("the context is filtered:\n%s", got)
	}
	p.focus("#inspected .lines")
	p.press("\r")
	p.until("document.querySelector('.fields')")
	if got := p.text("inspected"); !strings.Contains(got, "last_position") {
		t.Errorf("the line has\n%s", got)
	}
	p.js("document.querySelector('#inspected .acts a').click()") // back to the context that it was opened from
	p.until("document.querySelector('#inspected [aria-selected=true]')")
	p.click("#close")
	p.until("inspector.hidden && location.hash === '' && document.activeElement.id === 'lines'")

	p.open(server.admin + "/log.html#story=5b0e2f0c-8a57-4a5e-9d0b-0d3f4a1c2b3e")
	p.until("inspected.textContent.startsWith('Nothing is known of 5b0e2f0c')")
	p.until("inspected.textContent.includes('Searched: ')")
}

// testAdminRestart stops the server and starts it anew: the page says so in a row, and
// goes on.
func testAdminRestart(t *testing.T, browser context.Context) {
	p, server := openAdmin(t, browser, "log.html")
	p.untilListed("server.ready")
	server.stop(t)
	p.until("arrival.dataset.state === 'reconnecting'")
	again := startServer(t, "--admin-addr="+strings.TrimPrefix(server.admin, "http://"))
	p.js("dispatchEvent(new Event('online'))") // else the wait may be long by now
	p.untilListed("The server was restarted.")
	id := again.submit(t, "after it")
	p.untilListed(id[:8])
	rows := eval[[]string](p, listed)
	for i, row := range rows {
		if strings.Contains(row, "restarted") && (i == 0 || !strings.Contains(rows[i+1], "server.starting")) {
			t.Errorf("the row stands elsewhere:\n%s", strings.Join(rows, "\n"))
		}
	}
}

// testAdminStreams ends a stream, after it was asked whether to.
func testAdminStreams(t *testing.T, browser context.Context) {
	p, server := openAdmin(t, browser, "streams.html")
	p.until("document.querySelector('#count').textContent === 'No stream runs now.'")
	id := server.submit(t, "a stream that stands still")
	server.caller(t, ssetest.HTTP1).stream("/stream/" + id + "?fault=stall:1h@7")
	p.until("rows.children.length === 1 && rows.textContent.includes('7 of 26')")
	row := eval[string](p, "rows.textContent")
	for _, want := range []string{id[:8], "characters, by character", "127.0.0.1"} {
		if !strings.Contains(row, want) {
			t.Errorf("the row is %q, want %q in it", row, want)
		}
	}
	p.click("[data-sort=lag] button")
	p.until("location.search === '?sort=lag&order=desc'")
	p.fill("#add", "client=192.0.2.1")
	p.click("#filter button")
	p.until("document.querySelector('#count').textContent === 'None of 1 stream matches.'")
	p.until("location.search === '?sort=lag&order=desc&where=client%3D192.0.2.1'")
	p.click("#chips button")
	p.until("rows.children.length === 1")
	p.until("location.search === '?sort=lag&order=desc'")

	p.click("#rows button")
	p.until("ask.open")
	p.click("#ask-no")
	p.until("!ask.open && document.activeElement.closest('#rows')")
	p.click("#rows button")
	p.click("#ask-yes")
	p.until("said.textContent.endsWith('was ended.')")
	p.until("rows.children.length === 0")
	server.log.awaitLine("stream.closed", `"reason":"admin_closed"`)
}

// testAdminOverview has the figures as charts and as tables, and what is wrong in words.
func testAdminOverview(t *testing.T, browser context.Context) {
	p, server := openAdmin(t, browser, "")
	p.until("document.querySelectorAll('#charts canvas').length === 6")
	p.until("findings.textContent.startsWith('Nothing is wrong')")
	server.caller(t, ssetest.HTTP1).want(404, "message_not_found", "GET", "/stream/gone", "")
	p.until("findings.textContent.startsWith('1 stream was refused in the last minute')")
	log := eval[string](p, "findings.querySelector('a').href")
	p.click("[value=numbers]")
	p.until("document.querySelectorAll('#charts table:has(tbody th)').length === 6")
	if eval[bool](p, "document.querySelector('#charts canvas').checkVisibility()") || eval[string](p, "location.search") != "?range=5m&form=numbers" {
		t.Error("the charts stay, or the address does not say what was chosen")
	}
	p.click("[value='1m']")
	p.until("location.search === '?range=1m&form=numbers'")
	p.open(log)
	p.until(listed + ".length === 1")
	p.untilListed("message_not_found")
}
