package httpapi_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"sseserver/httpapi"
	"sseserver/httpapi/ssetest"

	"golang.org/x/net/http2"
)

// A client that sends all of 20 MB before it reads finds the whole answer, though
// that was known from the head on.
func TestAnswerBeforeBody(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		closed := ssetest.Start(t, ssetest.Config{API: httpapi.Config{SendToken: "a token of enough letters"}})
		for _, each := range []*ssetest.Server{server, closed} {
			each.API.SetSilence(time.Minute) // the machine may have much else to do
		}
		for _, test := range []struct {
			server            *ssetest.Server
			path, contentType string
			want              string
		}{
			{server, "/send", "application/json", `"status":413`},
			{server, "/send", "text/plain", `"status":415`},
			{server, "/livez", "text/plain", `"status":405`},
			{server, "/nothing", "text/plain", `"status":404`},
			{closed, "/send", "application/json", `"status":401`},
		} {
			for _, sized := range []bool{true, false} {
				if got := sendFirst(t, test.server, protocol, test.path, test.contentType, sized); !strings.Contains(got, test.want) {
					t.Errorf("%s, %s, sized %t: %q, want %s", test.path, test.contentType, sized, got, test.want)
				}
			}
		}
	})
}

// sendFirst posts 20 MB and reads nothing of the answer before all was sent.
func sendFirst(t *testing.T, server *ssetest.Server, protocol ssetest.Protocol, path, contentType string, sized bool) string {
	t.Helper()
	body := bytes.Repeat([]byte("x"), 20_000_000)
	conn := dialFor(server, protocol)
	defer conn.Close()
	if protocol.IsHTTP2() {
		client := ssetest.NewRawHTTP2(t, conn, 1<<20)
		client.Post(1, path, contentType, body)
		_, answer, code := client.End()
		if code != http2.ErrCodeNo {
			t.Errorf("%s: reset with %v", path, code)
		}
		return answer
	}
	head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: a\r\nContent-Type: %s\r\n", path, contentType)
	if sized {
		sayOn(t, conn, "", fmt.Sprintf("%sContent-Length: %d\r\n\r\n%s", head, len(body), body))
	} else {
		sayOn(t, conn, "", fmt.Sprintf("%sTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", head, len(body), body))
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Errorf("%s: %v", path, err)
	}
	return string(content)
}

func dialFor(server *ssetest.Server, protocol ssetest.Protocol) net.Conn {
	switch protocol {
	case ssetest.HTTPS:
		return server.DialTLS("http/1.1")
	case ssetest.H2:
		return server.DialTLS("h2")
	default:
		return server.Dial()
	}
}

// A client that sends no more of its body does not wait for the end of its answer,
// either.
func TestAnswerWithoutBody(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		body, never := io.Pipe()
		defer never.Close()
		start := time.Now()
		askWith(t, server, protocol, "POST", "/livez", body).wantProblem(t, 405, "method_not_allowed")
		if took := time.Since(start); took > 250*time.Millisecond {
			t.Errorf("the answer took %v, want 250ms at most", took)
		}
	})
}
