package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"sseserver/internal/cmdline"
)

// adminClient asks the admin listener of the running server.
type adminClient struct {
	addr     string // or a URL
	token    string
	insecure bool
}

// flags returns those that say which server it is. Their defaults are the server's own
// variables, and its default.
func (c *adminClient) flags(env func(string) (string, bool)) []cmdline.Flag {
	set := func(to *string) func(string) error { return func(text string) error { *to = text; return nil } }
	c.addr = "127.0.0.1:4401"
	if addr, ok := env("SSESERVER_ADMIN_ADDR"); ok && addr != "" {
		c.addr = addr
	}
	c.token, _ = env("SSESERVER_ADMIN_TOKEN")
	return []cmdline.Flag{
		{Name: "admin-addr", Kind: "address", Usage: "its admin listener, or the URL of that: https:// for one that other machines reach", Default: "127.0.0.1:4401", Variable: "SSESERVER_ADMIN_ADDR", Set: set(&c.addr)},
		{Name: "admin-token", Kind: "text", Usage: "its token, if it needs one", Variable: "SSESERVER_ADMIN_TOKEN", Set: set(&c.token)},
		{Name: "insecure", Usage: "accept any certificate", Set: (&toggle{&c.insecure}).Set},
	}
}

// url is where a path of the admin listener is.
func (c *adminClient) url(path string) string {
	base := strings.TrimSuffix(c.addr, "/")
	if !strings.Contains(base, "://") {
		base = "http://" + reachable(base)
	}
	return base + path
}

// get asks for what is at path. The body is the caller's to close.
func (c *adminClient) get(ctx context.Context, path string) (io.ReadCloser, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url(path), nil)
	if err != nil {
		return nil, err
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	response, err := (&http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: c.insecure}}).RoundTrip(request) //nolint:gosec // if it was asked for
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.addr, err)
	}
	if response.StatusCode != http.StatusOK {
		defer response.Body.Close()
		return nil, fmt.Errorf("%s: %w", c.addr, refusal(response))
	}
	return response.Body, nil
}

// refusal says in words why the admin listener did not answer.
func refusal(response *http.Response) error {
	switch response.StatusCode {
	case http.StatusUnauthorized:
		return errors.New("it needs its token: --admin-token, or SSESERVER_ADMIN_TOKEN")
	case http.StatusNotFound:
		return errors.New("it has no log to show: is it another program, or an older version?")
	default:
		return errors.New(response.Status)
	}
}
