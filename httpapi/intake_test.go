package httpapi_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"

	"sseserver/httpapi"
	"sseserver/httpapi/ssetest"
)

// overhead is what a body costs before it has sent a byte.
const overhead = 16 << 10

// crowd is a server in a bubble that has room for so much of bodies, and believes
// what X-Forwarded-For tells of its clients.
func crowd(t *testing.T, room int64) *ssetest.Server {
	server := ssetest.Start(t, ssetest.Config{InMemory: true, API: httpapi.Config{
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")},
	}})
	server.API.SetBodyRoom(room)
	return server
}

// upload is a request with a body under way.
type upload struct {
	io.Writer // its body
	end       func() error
	leave     context.CancelFunc
	answers   <-chan answer // closed without one if there is none
}

// begin sends the head of a message and the beginning of its body.
func begin(t *testing.T, server *ssetest.Server, protocol ssetest.Protocol, client, text string) upload {
	u := post(t, server, protocol, "/send", -1, "Content-Type", "application/json", "X-Forwarded-For", client)
	u.say(text)
	return u
}

// post sends the head of a POST with a body of that length; -1 does not tell it.
func post(t *testing.T, server *ssetest.Server, protocol ssetest.Protocol, path string, length int64, header ...string) upload {
	body, writer := io.Pipe()
	ctx, leave := context.WithCancel(t.Context())
	t.Cleanup(func() {
		writer.Close()
		leave()
	})
	answers := make(chan answer, 1)
	req, _ := http.NewRequestWithContext(ctx, "POST", server.URL+path, body)
	req.ContentLength = length
	for i := 0; i < len(header); i += 2 {
		req.Header.Add(header[i], header[i+1])
	}
	go func() { // ends with the answer, or with ctx
		defer close(answers)
		resp, err := server.Client(protocol).Do(req)
		if err != nil {
			return
		}
		defer resp.Body.Close()
		content, _ := io.ReadAll(resp.Body)
		answers <- answer{resp, string(content)}
	}()
	return upload{writer, writer.Close, leave, answers}
}

// say sends more of the body, and returns when the server has read that.
func (u upload) say(text string) {
	go io.WriteString(u, text)
	synctest.Wait()
}

func (u upload) wantNothing(t *testing.T) {
	t.Helper()
	select {
	case got := <-u.answers:
		t.Fatalf("answered with %v", got)
	default:
	}
}

func (u upload) want(t *testing.T, status int) {
	t.Helper()
	if got := <-u.answers; status == http.StatusServiceUnavailable {
		got.wantProblem(t, status, "busy")
		got.wantHeader(t, map[string]string{"Retry-After": "1"})
	} else if got.StatusCode != status {
		t.Fatalf("%s %s, want %d", got.Status, got.body, status)
	}
}

// A client that begins more bodies than there is room for loses its own, oldest
// first, and nobody else's.
func TestManyBodies(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := crowd(t, 5*overhead)
		other := begin(t, server, protocol, "198.51.100.1", `{"message":`)
		var many []upload
		for range 4 {
			many = append(many, begin(t, server, protocol, "198.51.100.2", `{"message":`))
		}
		many[0].wantNothing(t)
		many = append(many, begin(t, server, protocol, "198.51.100.2", `{"message":`))
		many[0].want(t, 503)
		synctest.Wait()
		many[1].wantNothing(t)
		begin(t, server, protocol, "198.51.100.3", `{"message":"`).wantNothing(t)
		many[1].want(t, 503)
		synctest.Wait()
		many[2].wantNothing(t)
		for _, u := range append(many[2:], other) {
			u.say(`"Hi"}`)
			u.end()
			u.want(t, 200)
		}
	})
}

// Bytes count when they have come, whatever the head announces, and until the
// message is stored.
func TestManyBytes(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := crowd(t, 1<<20)
		long := `{"message":"` + strings.Repeat("x", 300_000)
		first := begin(t, server, protocol, "198.51.100.2", long) // has 512 KiB
		for range 20 {
			begin(t, server, protocol, "198.51.100.1", `{"message":"`)
		}
		first.wantNothing(t)
		second := begin(t, server, protocol, "198.51.100.2", long)
		first.want(t, 503)
		release := server.API.HoldParsers()
		second.say(`"}`)
		second.end()
		second.wantNothing(t)
		third := begin(t, server, protocol, "198.51.100.2", long)
		second.want(t, 503) // it waits for a parser
		third.say(`"}`)
		third.end()
		synctest.Wait()
		third.leave()
		synctest.Wait()
		release()
		if line := server.Log.Named("message.rejected"); line[len(line)-1].Fields["reason"] != "client_gone" {
			t.Errorf("the log says %v", line)
		}
		if got := server.API.BodyBytes(); got != 20*overhead {
			t.Errorf("%d bytes are counted, want those of 20 bodies", got)
		}
	})
}

// What nobody wants counts as well, and is let go for what somebody may.
func TestManyUnwanted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := crowd(t, 3*overhead)
		for range 3 {
			conn := sayOn(t, server.Dial(), "", "POST /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n")
			defer conn.Close()
		}
		synctest.Wait()
		if got := server.API.BodyBytes(); got != 3*overhead {
			t.Errorf("%d bytes are counted, want those of 3 bodies", got)
		}
		server.Submit("Hi")
		synctest.Wait()
		if got := server.API.BodyBytes(); got != 2*overhead {
			t.Errorf("%d bytes are counted, want those of 2 bodies", got)
		}
	})
}

// A message of ordinary size does not wait for large ones to be parsed.
func TestParsersAreForLargeBodies(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := crowd(t, 1<<20)
		release := server.API.HoldParsers()
		large := begin(t, server, protocol, "198.51.100.1", fmt.Sprintf(`{"message":%q}`, strings.Repeat("x", 20_000)))
		large.end()
		server.Submit("Hi")
		large.wantNothing(t)
		release()
		large.want(t, 200)
		synctest.Wait()
		if got := server.API.BodyBytes(); got != 0 {
			t.Errorf("%d bytes are counted, want none", got)
		}
	})
}
