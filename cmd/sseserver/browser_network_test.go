package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"
)

// testLiveLostAnswers loses one append in three before the server has it, and the
// answer to another one.
func testLiveLostAnswers(t *testing.T, browser context.Context) {
	proxy := startProxy(t, startServer(t), func(n int64, forward, lose func()) {
		switch n % 3 {
		case 1:
			lose()
		case 2:
			forward()
			lose()
		default:
			forward()
		}
	})
	p := openLive(t, browser, proxy, "", "net::ERR_", "status of 409")
	p.do(chromedp.Focus(chromedp.CSS("#message")))
	text := ""
	for i := range 6 {
		p.typeKeys(fmt.Sprint(i))
		text += fmt.Sprint(i)
		p.untilRead(asAppended, text)
	}
	p.until("message.value === '012345' && document.querySelector('#fact-bytes').textContent === '6'")
	p.click("#complete")
	p.untilReaderSays(asAppended, "Complete, verified: 6 chunks")
}

// testLiveUnsent reloads the page while an append is under way that the server has
// not got, or has got, and more is written than that.
func testLiveUnsent(t *testing.T, browser context.Context) {
	for _, arrives := range []bool{false, true} {
		held, released := make(chan struct{}), make(chan struct{})
		proxy := startProxy(t, startServer(t), func(n int64, forward, lose func()) {
			if n != 2 {
				forward()
				return
			}
			if arrives {
				forward()
			}
			close(held)
			<-released
			lose()
		})
		p := openLive(t, browser, proxy, "", "net::ERR_", "status of 409")
		p.do(chromedp.Focus(chromedp.CSS("#message")))
		p.typeKeys("a")
		p.untilRead(asAppended, "a")
		p.until("document.querySelector('#fact-position').textContent === '1'")
		p.typeKeys("b")
		p.await(held, "the second append")
		p.typeKeys("cd")
		p.do(chromedp.Reload())
		p.until("message.value === 'abcd'")
		p.untilRead(asAppended, "abcd")
		close(released)
		p.do(chromedp.Focus(chromedp.CSS("#message")))
		p.typeKeys("e")
		p.untilRead(asAppended, "abcde")
		p.wantWritten("abcde")
	}
}

// startProxy stands before the server. What becomes of the n-th append, from 1, is
// decided by handle: it may forward it, and lose the answer or the whole.
func startProxy(t *testing.T, server *liveServer, handle func(n int64, forward, lose func())) (address string) {
	t.Helper()
	target, err := url.Parse(server.url)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
	var appends atomic.Int64
	listener := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/chunks") {
			proxy.ServeHTTP(w, r)
			return
		}
		answer := httptest.NewRecorder()
		handle(appends.Add(1),
			func() { proxy.ServeHTTP(answer, r) },
			func() { panic(http.ErrAbortHandler) })
		for key, values := range answer.Header() {
			w.Header()[key] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = answer.Body.WriteTo(w)
	}))
	t.Cleanup(listener.Close)
	return listener.URL
}
