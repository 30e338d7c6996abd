package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"strings"

	"sseserver/internal/cmdline"
	"sseserver/internal/logs/follow"
)

// adminClient asks the admin listener of the running server.
type adminClient struct {
	addr     string // or a URL
	token    string // "" sends none
	insecure bool   // accepts any certificate
}

// flags returns the flags that say which server it is. Their defaults are the values of
// the server's own variables.
func (c *adminClient) flags(env func(string) (string, bool)) []cmdline.Flag {
	const byDefault = "127.0.0.1:4401"
	c.addr = byDefault
	if addr, ok := env("SSESERVER_ADMIN_ADDR"); ok && addr != "" {
		c.addr = addr
	}
	c.token, _ = env("SSESERVER_ADMIN_TOKEN")
	set := func(to *string) func(string) error { return func(text string) error { *to = text; return nil } }
	return []cmdline.Flag{
		{Name: "admin-addr", Kind: "address", Usage: "its admin listener, or the URL of that: https:// for one that other machines reach", Default: byDefault, Variable: "SSESERVER_ADMIN_ADDR", Set: set(&c.addr)},
		{Name: "admin-token", Kind: "text", Usage: "its token, if it needs one", Variable: "SSESERVER_ADMIN_TOKEN", Set: set(&c.token)},
		{Name: "insecure", Usage: "accept any certificate", Set: (&toggle{&c.insecure}).Set},
	}
}

// url returns the URL of a path of the admin listener.
func (c *adminClient) url(path string) string {
	base := strings.TrimSuffix(c.addr, "/")
	if !strings.Contains(base, "://") {
		base = "http://" + reachable(base)
	}
	return base + path
}

// tls returns how to connect to the admin listener, if its URL is https.
func (c *adminClient) tls() *tls.Config {
	return &tls.Config{InsecureSkipVerify: c.insecure} //nolint:gosec // if it was asked for
}

// maxRefusal is how much of the answer of a server that refuses is read, in bytes.
const maxRefusal = 1 << 10

// get requests a path. The body is the caller's to close. If the server refuses, the
// error is a *follow.RefusedError.
func (c *adminClient) get(ctx context.Context, path string) (io.ReadCloser, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url(path), nil)
	if err != nil {
		return nil, err
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	response, err := (&http.Transport{TLSClientConfig: c.tls()}).RoundTrip(request) // without redirects, which would get the token
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.addr, err)
	}
	if response.StatusCode != http.StatusOK {
		defer response.Body.Close()
		body, _ := io.ReadAll(io.LimitReader(response.Body, maxRefusal)) // a part is better than nothing
		return nil, fmt.Errorf("%s: %w", c.addr, follow.Refused(response.StatusCode, string(body)))
	}
	return response.Body, nil
}
