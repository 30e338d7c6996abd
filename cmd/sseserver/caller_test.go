package main

import (
	"context"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"sseserver/httpapi/ssetest"

	"go.uber.org/goleak"
)

// wantNoLeaks checks at the end of the test that no goroutine is left that was
// not there at its beginning. It is called first.
func wantNoLeaks(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		goleak.VerifyNone(t, before)
	})
}

// caller asks a running program over one protocol.
type caller struct {
	t      *testing.T
	client *http.Client
	base   string // http://host:port
}

func (s *liveServer) caller(t *testing.T, protocol ssetest.Protocol) caller {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(protocol == ssetest.HTTP1)
	protocols.SetUnencryptedHTTP2(protocol == ssetest.H2C)
	client := &http.Client{Transport: &http.Transport{Protocols: protocols}}
	t.Cleanup(client.CloseIdleConnections)
	return caller{t, client, s.url}
}

// at returns a caller of another address.
func (c caller) at(base string) caller {
	c.base = base
	return c
}

func (c caller) open(method, path, body string, header ...string) *http.Response {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), method, c.base+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := c.client.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	return response
}

// want asks and checks the status and that the body contains some text. It
// returns the answer's header and body.
func (c caller) want(status int, text, method, path, body string, header ...string) (http.Header, string) {
	c.t.Helper()
	response := c.open(method, path, body, header...)
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != status || !strings.Contains(string(got), text) {
		c.t.Errorf("%s %s: %s, %v, %s; want %d and %q", method, path, response.Status, err, got, status, text)
	}
	return response.Header, string(got)
}

var uuidIn = regexp.MustCompile(`[0-9a-f-]{36}`)

// stream opens a stream. It ends with the test at the latest.
func (c caller) stream(path string, header ...string) *ssetest.Stream {
	c.t.Helper()
	return ssetest.Read(c.t, c.open("GET", path, "", header...))
}

// hang opens a stream, whether or not there is one, and leaves it open.
func (c caller) hang(ctx context.Context, path string) (status int) {
	c.t.Helper()
	request, err := http.NewRequestWithContext(ctx, "GET", c.base+path, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	response, err := c.client.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	if response.StatusCode != http.StatusOK {
		response.Body.Close()
	}
	return response.StatusCode
}
