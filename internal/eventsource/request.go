package eventsource

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// request is one HTTP request of a source.
type request struct {
	method string
	url    *url.URL
	header http.Header
	body   string
}

// request builds what the next attempt sends: the caller's headers over those
// of the text
// (https://html.spec.whatwg.org/multipage/server-sent-events.html#dom-eventsource,
// "Accept" and the cache mode), and the last event ID over all (section 9.2.4).
func (s *Source) request() (*request, *Error) {
	asked := s.cfg.ask()
	target, err := asked.check(s.cfg.Transport) // kept as text, which every caller may share
	if err != nil {
		return nil, fail(ReasonBadRequest, err)
	}
	r := &request{method: asked.Method, url: target, body: asked.Body, header: http.Header{
		"Accept":        {"text/event-stream"},
		"Cache-Control": {"no-cache"},
		"User-Agent":    {"sseload"},
	}}
	if r.method == "" {
		r.method = http.MethodGet
	}
	if r.body != "" {
		r.header["Content-Type"] = []string{"text/plain;charset=UTF-8"}
	}
	for name, values := range asked.Header {
		r.header[http.CanonicalHeaderKey(name)] = values
	}
	for _, name := range []string{"Content-Length", "Transfer-Encoding"} {
		r.header.Del(name) // follow from the body
	}
	if id := s.parser.LastEventID(); len(id) > 0 {
		r.header.Set("Last-Event-ID", string(bytes.ToValidUTF8(id, []byte("\uFFFD"))))
	}
	if r.url.User != nil && r.header.Get("Authorization") == "" {
		password, _ := r.url.User.Password()
		basic := http.Request{Header: r.header}
		basic.SetBasicAuth(r.url.User.Username(), password)
	}
	return r, nil
}

// host is the value of the Host header.
func (r *request) host() string {
	if h := r.header.Get("Host"); h != "" {
		return h
	}
	return r.url.Host
}

// bytes is the request as HTTP/1.1 sends it.
func (r *request) bytes() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\n", r.method, r.url.RequestURI(), r.host())
	_ = r.header.WriteSubset(&b, map[string]bool{"Host": true}) // a Buffer takes all
	if r.body != "" || r.method != http.MethodGet && r.method != http.MethodHead {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(r.body))
	}
	b.WriteString("\r\n")
	b.WriteString(r.body)
	return b.Bytes()
}

// http is the request for net/http.
func (r *request) http(ctx context.Context) (*http.Request, error) {
	var body io.Reader
	if r.body != "" {
		body = strings.NewReader(r.body)
	}
	req, err := http.NewRequestWithContext(ctx, r.method, r.url.String(), body)
	if err != nil {
		return nil, err
	}
	req.Header, req.Host = r.header, r.host()
	return req, nil
}

// maxRedirects is the number that the Fetch standard allows (HTTP-redirect fetch).
const maxRedirects = 20

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// redirected is the request that follows a redirect, by the rules of the Fetch
// standard (https://fetch.spec.whatwg.org/#http-redirect-fetch).
func (r *request) redirected(status int, location string) (*request, error) {
	next, err := r.url.Parse(location)
	if err == nil {
		err = usable(next)
	}
	if err != nil {
		return nil, fmt.Errorf("redirect to %q: %w", location, err)
	}
	to := &request{method: r.method, url: next, header: r.header.Clone(), body: r.body}
	if becomesGet(status, r.method) {
		to.method, to.body = http.MethodGet, ""
		to.header.Del("Content-Type")
	}
	to.header.Del("Host")
	if next.Host != r.url.Host || next.Scheme != r.url.Scheme {
		for _, secret := range []string{"Authorization", "Cookie"} {
			to.header.Del(secret)
		}
	}
	return to, nil
}

func becomesGet(status int, method string) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound:
		return method == http.MethodPost
	case http.StatusSeeOther:
		return method != http.MethodGet && method != http.MethodHead
	}
	return false
}
