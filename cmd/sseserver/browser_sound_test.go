package main

import (
	"context"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"

	"sseserver/assets"
)

// pageState is what a page shows, and how it comes to show it after the state before.
type pageState struct {
	name  string
	reach func(p *tab)
}

// soundPages are all pages, with their states in an order in which they follow each
// other. The first is how the page opens. Those that ask for a token have one more.
var soundPages = map[string][]pageState{
	"index.html":    formStates("#send"),
	"progress.html": formStates("#send"),
	"live.html": {
		asItOpens,
		{"streaming", func(p *tab) {
			p.focus("#message")
			p.insert(longWord)
			p.untilRead(asAppended, longWord)
		}},
		{"a wrong fault", func(p *tab) {
			p.fill(byCharacter+" .fault", "slip@3")
			p.js("document.activeElement.blur()")
			p.until("document.querySelector('" + byCharacter + "').dataset.state === 'failed'")
		}},
		{"failed", func(p *tab) {
			p.click("#fail")
			p.until("document.querySelector('#status').textContent.startsWith('Failed:')")
		}},
	},
	"chat.html": {
		asItOpens,
		{"complete", func(p *tab) {
			p.fill("#message", longWord)
			p.click("#send")
			p.untilState("complete")
		}},
		{"truncated", func(p *tab) {
			p.fill("#fault", "end@1")
			p.fill("#message", chatWords)
			p.click("#send")
			p.until("conversation.children.length === 2 && document.querySelector('#status').textContent.startsWith('Truncated')")
		}},
		{"an empty message", func(p *tab) {
			p.click("#clear")
			p.untilState("idle")
			p.click("#send")
			p.until("error.textContent !== ''")
		}},
	},
	"home.html": {asItOpens},
	"api.html": {{"as it opens", func(p *tab) {
		// The operations look alike, and axe-core takes long for all of them.
		p.js("[...document.querySelectorAll('.operation')].slice(4).forEach((e) => e.remove())")
	}}},
	"many.html": {
		asItOpens,
		{"complete", func(p *tab) {
			p.fill("#length", "20")
			p.fill("#interval", "10")
			p.click("#start")
			p.untilState("complete")
		}},
		{"a wrong number", func(p *tab) {
			p.fill("#streams", "501")
			p.click("#start")
			p.until("error.textContent !== ''")
		}},
	},
	"lab.html": {
		asItOpens,
		{"a text that is lost and doubled", func(p *tab) {
			p.fill("#interval", "2")
			p.fill("#message", longWord+" "+chatWords)
			p.fill("#fault", "end@2,retry:10ms")
			p.js("document.querySelector('#naive').value = 'source'")
			p.hurryNaive()
			p.click("#send")
			p.untilJudged("careful")
			p.untilJudged("other")
		}},
		{"running, and going round in circles", func(p *tab) {
			p.fill("#fault", "cut@0")
			p.click("#send")
			p.until("document.querySelector('#trouble').textContent !== ''")
		}},
		{"a wrong fault", func(p *tab) {
			p.click("#stop")
			p.fill("#fault", "slip@3")
			p.click("#send")
			p.until("error.textContent !== ''")
		}},
		{"complete", func(p *tab) {
			p.fill("#fault", "")
			p.click("#send")
			p.untilJudged("careful")
			p.untilJudged("other")
		}},
	},
	"smooth.html": {
		asItOpens,
		{"complete", func(p *tab) {
			p.fill("#message", longWord)
			p.fill("#first", "0")
			p.click("#send")
			p.untilState("complete")
		}},
		{"an empty message", func(p *tab) {
			p.fill("#message", "")
			p.click("#send")
			p.until("error.textContent !== ''")
		}},
	},
}

// longWord has no place to break it.
var longWord = strings.Repeat("long", 25)

var asItOpens = pageState{"as it opens", func(*tab) {}}

// formStates are those of a page that sends a message and shows its stream.
func formStates(send string) []pageState {
	sendWith := func(p *tab, fault string) {
		p.fill("#fault", fault)
		p.fill("#message", longWord)
		p.click(send)
	}
	return []pageState{
		asItOpens,
		{"an empty message", func(p *tab) {
			p.fill("#message", "")
			p.click(send)
			p.until("error.textContent !== ''")
		}},
		{"a wrong fault", func(p *tab) {
			sendWith(p, "slip@3")
			p.untilState("failed")
		}},
		{"streaming", func(p *tab) {
			sendWith(p, "stall:10m@20")
			p.untilState("streaming")
			p.until("bar.value > 10")
		}},
		{"stale", func(p *tab) { p.look("stale", "Nothing for 21 s. The server may have stopped") }},
		{"reconnecting", func(p *tab) { p.look("reconnecting", "Connection lost. Reconnecting in 2 s…") }},
		{"stopped", func(p *tab) {
			p.look("streaming", "Streaming")
			p.click("#stop")
			p.untilState("stopped")
		}},
		{"complete", func(p *tab) {
			sendWith(p, "")
			p.untilState("complete")
		}},
	}
}

// look makes the page look like that, without waiting until it has a reason.
func (p *tab) look(state, words string) {
	p.t.Helper()
	p.js("arrival.dataset.state = '" + state + "'; document.getElementById('status').textContent = '" + words + "'")
}

// testEveryPage holds each page, in each of its states, to what people need who do not
// see well, use no mouse, want no motion, or have a small screen.
func testEveryPage(t *testing.T, browser context.Context) {
	all, err := fs.Glob(assets.FS(), "*.html")
	if err != nil {
		t.Fatal(err)
	}
	if known := slices.Sorted(maps.Keys(soundPages)); !slices.Equal(all, known) {
		t.Errorf("the pages are %q, and tested are %q", all, known)
	}
	server, guarded := startServer(t), startServer(t, "--send-token=right")
	for page, states := range soundPages {
		t.Run(page, func(t *testing.T) {
			t.Parallel()
			p := openTab(t, browser, server.url+"/"+page, "status of 4", "net::ERR_")
			for _, state := range states {
				state.reach(p)
				p.wantSound(state.name)
			}
			p.js("[...document.querySelectorAll('main details')].slice(0, 9).forEach((e) => { e.open = true; })")
			p.wantSound("all open")
			p.wantKeyboard()
			if eval[bool](p, "!document.querySelector('#access')") {
				return
			}
			p.open(guarded.url + "/" + page)
			p.js("document.querySelector('.first').click()")
			p.until("!document.querySelector('#access').hidden")
			p.wantSound("the token asked for")
		})
	}
	testEveryAdminPage(t, browser)
}
