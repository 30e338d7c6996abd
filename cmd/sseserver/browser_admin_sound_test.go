package main

import (
	"context"
	"io/fs"
	"maps"
	"slices"
	"testing"

	"sseserver/assets"
	"sseserver/httpapi/ssetest"
)

// soundAdminPages are the operator's pages, as soundPages are all others. One stream runs,
// and one has been refused.
var soundAdminPages = map[string][]pageState{
	"overview.html": {
		{"with charts", func(p *tab) { p.until("document.querySelectorAll('#charts canvas').length === 6") }},
		{"with numbers", func(p *tab) {
			p.click("[value=numbers]")
			p.until("document.querySelectorAll('#charts table:has(tbody th)').length === 6")
		}},
	},
	"streams.html": {
		{"with a stream", func(p *tab) { p.until("rows.children.length === 1") }},
		{"nothing matches", func(p *tab) {
			p.fill("#add", longWord)
			p.click("#filter button")
			p.until("rows.children.length === 0")
		}},
		{"asked whether to end it", func(p *tab) {
			p.click("#chips button")
			p.until("rows.children.length === 1")
			p.click("#rows button")
			p.until("ask.open")
		}},
		{"and not", func(p *tab) { p.click("#ask-no") }},
	},
	"log.html": {
		{"with lines", func(p *tab) { p.untilListed("stream.opened") }},
		{"paused, with a line", func(p *tab) {
			p.click("#pause")
			p.js("document.querySelector('#lines time').click()")
			p.until("document.querySelector('.fields')")
		}},
		{"a line in its context", func(p *tab) {
			p.js("document.querySelector('#inspected a').click()")
			p.until("document.querySelector('#inspected [aria-selected=true]')")
		}},
		{"a story", func(p *tab) {
			p.js("document.querySelector('#lines [data-key=stream_id]').click()")
			p.until("document.querySelector('.story')")
		}},
		{"no line matches", func(p *tab) {
			p.click("#close")
			p.fill("#add", longWord)
			p.click("#filter button")
			p.until("document.querySelector('#lines').getAttribute('role') === 'group'")
		}},
		{"a wrong filter", func(p *tab) {
			p.fill("#add", "*=x")
			p.click("#filter button")
			p.until("error.textContent !== ''")
		}},
	},
}

// testEveryAdminPage holds the operator's pages to the same.
func testEveryAdminPage(t *testing.T, browser context.Context) {
	all, err := fs.Glob(assets.Admin(), "*.html")
	if err != nil {
		t.Fatal(err)
	}
	if known := slices.Sorted(maps.Keys(soundAdminPages)); !slices.Equal(all, known) {
		t.Errorf("the operator's pages are %q, and tested are %q", all, known)
	}
	server := startServer(t, "--admin-addr=127.0.0.1:0")
	public := server.caller(t, ssetest.HTTP1)
	public.want(404, "message_not_found", "GET", "/stream/gone", "")
	public.stream("/stream/" + server.submit(t, "a stream that stands still") + "?fault=stall:1h@7")
	for page, states := range soundAdminPages {
		t.Run(page, func(t *testing.T) {
			t.Parallel()
			p := openTab(t, browser, server.admin+"/"+page, "status of 400")
			for _, state := range states {
				state.reach(p)
				p.wantSound(state.name)
			}
			p.wantKeyboard()
		})
	}
}
