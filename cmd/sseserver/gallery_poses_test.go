package main

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"sseserver/httpapi/ssetest"
)

// poses are what the pages show in the gallery, by their names. Where a stream is seen
// in its middle, a fault that is no longer in the form holds it there.
var poses = map[string]func(p *tab){
	"api": func(p *tab) {
		form := apiForm{p, "streamCharacters"}.open()
		p.click("#streamCharacters .make")
		id := form.at("[data-name=messageId]")
		p.until(id + ".value !== '5b0e2f0c-8a57-4a5e-9d0b-0d3f4a1c2b3e'")
		form.try("200 OK")
		p.js("document.querySelector('#streamCharacters').scrollIntoView()")
	},
	"chat": func(p *tab) {
		p.fill("#fault", "end@12")
		p.click("#send")
		p.until("document.querySelector('.readings:not([hidden])')")
		p.js("scrollTo(0, 0)")
	},
	"home": func(p *tab) {
		p.click("#toggle")
		p.until("parseInt(count.textContent) >= 31")
	},
	"index": func(p *tab) {
		p.fill("#message", "The astronaut 👩🏽‍🚀 is four code points and one character. So is the flag 🇺🇳, and the é of café however it is written. "+
			"Each arrives on its own, in order, and at the end a digest proves that all of it is here.")
		p.holdAt("148")
		p.until("[...new Intl.Segmenter('en').segment(received.textContent)].length === 148")
		p.js("scrollTo(0, 0)")
	},
	"lab": func(p *tab) {
		p.fill("#interval", "40")
		p.fill("#fault", "cut:12%,retry:300ms")
		p.fill("#seed", "42")
		p.click("#send")
		p.until("[...document.querySelectorAll('[data-part=verdict]')].every((verdict) => verdict.textContent)")
		p.js("run.scrollIntoView()")
	},
	"live": func(p *tab) {
		p.focus("#message")
		p.typeKeys("A message that is still being written reaches every reader as it grows. Who comes late misses nothing of it.")
		p.until("[...document.querySelectorAll('.reader .received')].every((reader) => reader.textContent.includes('misses nothing'))")
	},
	"many": func(p *tab) {
		p.fill("#interval", "250")
		p.fill("#length", "120")
		p.click("#start")
		p.until("parseInt(document.querySelector('#pick-count').textContent) >= 60")
		p.js("scrollTo(0, 0)")
	},
	"progress": func(p *tab) {
		p.holdAt("64")
		p.until("bar.value === 63")
		p.js("scrollTo(0, 0)")
	},
	"smooth": func(p *tab) {
		p.click("#send")
		p.until("raw.textContent.length > 330")
		p.js("arrival.scrollIntoView()")
	},
}

// adminPoses are those of the operator's pages, over a server that has something to show.
var adminPoses = map[string]func(p *tab, server *liveServer){
	"overview": func(p *tab, server *liveServer) {
		p.click("[value='1m']")
		readers := server.crowd(p.t, 60)
		p.until("parseInt(document.querySelector('#now-streams').textContent) >= 60")
		p.until("parseInt(reach.textContent.replace(/\\D/g, '')) >= 25")
		readers[0]()
		server.caller(p.t, ssetest.HTTP1).want(404, "message_not_found", "GET", "/stream/gone", "")
		p.until("findings.textContent.includes('refused') && parseInt(reach.textContent.replace(/\\D/g, '')) >= 45")
	},
	"log": func(p *tab, server *liveServer) {
		readers := server.crowd(p.t, 12)
		p.untilListed("stream.opened")
		for _, leave := range readers[:4] {
			leave()
		}
		p.until("document.querySelector('#lines [data-level]') && " + listed + ".some((text) => text.includes('client_gone'))")
		p.js("[...document.querySelectorAll('#lines .line')].find((e) => e.textContent.includes('client_gone')).querySelector('[data-key=message_id]').click()")
		p.until("document.querySelector('.story')")
	},
}

// crowd has many clients read messages of a few seconds, again and again, and returns
// what makes each leave. All do when the test ends.
func (s *liveServer) crowd(t *testing.T, clients int) (leave []func()) {
	t.Helper()
	client := s.caller(t, ssetest.HTTP1).client
	for i := range clients {
		ctx, cancel := context.WithCancel(t.Context())
		leave = append(leave, cancel)
		id := s.submit(t, strings.Repeat("A message that many read. ", 1+i%7))
		go func() {
			for ctx.Err() == nil {
				request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/stream/"+id, nil)
				if err != nil {
					return
				}
				response, err := client.Do(request)
				if err != nil {
					return
				}
				_, _ = io.Copy(io.Discard, response.Body)
				response.Body.Close()
			}
		}()
	}
	return leave
}

// holdAt sends the message, and lets its stream stop before a position.
func (p *tab) holdAt(position string) {
	p.t.Helper()
	p.fill("#fault", "stall:1h@"+position)
	p.click("#send")
	p.until("document.querySelector('#status').textContent === 'Streaming'")
	p.js("fault.value = ''; fault.dispatchEvent(new Event('input', {bubbles: true}))")
}
