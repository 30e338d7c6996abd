package main

import (
	"context"
	"testing"
)

// Who saves a file sees it in the page, whatever the page is made of and wherever it
// is, also if the server was away meanwhile.
func testAssets(t *testing.T, browser context.Context) {
	desk := newDesk(t)
	desk.save("sub/page.html", `<!doctype html><title>A page</title><link rel="icon" href="../favicon.svg"><h1>One</h1>`)
	server := startServer(t, "--assets", desk.dir)

	p := openTab(t, browser, server.url+"/index.html", "net::ERR_")
	desk.edit("index.html", "<h1", "<h1 data-edited")
	p.untilReloaded("document.querySelector('h1[data-edited]')")
	desk.edit("style.css", "h1", "h1 { text-indent: 7px } h1")
	p.untilReloaded("document.querySelector('h1') && getComputedStyle(document.querySelector('h1')).textIndent === '7px'")
	desk.save("index.js", "document.title = 'Scripted'")
	p.untilReloaded("document.title === 'Scripted'")

	p.open(server.url + "/sub/page.html")
	desk.edit("sub/page.html", "One", "Two")
	p.untilReloaded("document.querySelector('h1')?.textContent === 'Two'")

	server.stop(t)
	desk.edit("sub/page.html", "Two", "Three")
	startServer(t, "--addr="+server.addr, "--assets", desk.dir)
	p.untilReloaded("document.querySelector('h1')?.textContent === 'Three'")
}

// untilReloaded is until for what holds when the page has been loaded anew, by itself,
// and with all of its scripts. The wait begins again if that has broken it off.
func (p *tab) untilReloaded(condition string) {
	p.t.Helper()
	promise := `new Promise((resolve) => {
		const look = () => { if (document.readyState === 'complete' && (` + condition + `)) resolve(true); };
		new MutationObserver(look).observe(document, {subtree: true, childList: true, characterData: true, attributes: true});
		addEventListener('load', look);
		look();
	})`
	var holds bool
	for p.browser.evaluate(p.ctx, promise, &holds) != nil {
		if p.ctx.Err() != nil {
			p.t.Fatalf("waiting for %s in the page that is loaded anew: %v\n%s", condition, p.ctx.Err(), p.describe())
		}
	}
}
