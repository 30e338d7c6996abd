package httpapi_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"sseserver/broker"
	"sseserver/httpapi/ssetest"
)

// header values that are not sent are those of no field at all.
const absent = "\x00"

func TestAccept(t *testing.T) {
	accepted := []string{
		absent, "", "*/*", "text/event-stream", "text/*", "TEXT/Event-Stream", "text/event-stream;charset=utf-8",
		"application/json, text/event-stream", "application/json,*/*;q=0.1", "text/html;q=0, text/event-stream;q=0.001",
		"junk, text/event-stream", "text/event-stream;charset=utf-8, text/event-stream;charset=utf-16;q=0", "text/event-stream;q=high",
	}
	refused := []string{
		"application/json", "text/html", "text/event-streams", "text/event-stream;q=0", "*/*;q=0.0", "application/*", "junk", ";", "event-stream",
		"text/event-stream;q=0, */*", "*/*, text/event-stream;q=0.0", "text/*;q=0, */*;q=1",
	}
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		id := server.Submit("Hi")
		for _, path := range []string{"/stream/" + id + "?interval=1ms", "/progress/" + id + "?interval=1ms"} {
			for _, accept := range accepted {
				if got := ask(t, server, protocol, "HEAD", path, "", acceptHeader(accept)...); got.StatusCode != http.StatusOK {
					t.Errorf("Accept: %q: %s, want 200", accept, got.Status)
				}
			}
			for _, accept := range refused {
				ask(t, server, protocol, "GET", path, "", acceptHeader(accept)...).wantProblem(t, 406, "not_acceptable")
			}
		}
	})
}

func acceptHeader(value string) []string {
	if value == absent {
		return nil
	}
	return []string{"Accept", value}
}

// Each refused value is named in the detail, with what is allowed.
func TestQuery(t *testing.T) {
	accepted := []string{
		"", "interval=1ms", "interval=1m", "interval=60s", "interval=0.05s", "interval=1000us", "interval=1000%C2%B5s", "interval=%2B5ms",
		"unit=character", "unit=word", "unit=chunk", "interval=5ms&unit=word", "unknown=1", "interval=5ms&interval=bad", "UNIT=letter",
	}
	refused := map[string]string{
		"interval=0": "1ms", "interval=0s": "1ms", "interval=1ns": "1ms", "interval=999us": "1ms", "interval=61s": "1m0s", "interval=9999h": "1m0s",
		"interval=9999999999999999h": "1m0s", "interval=-5ms": "1ms", "interval=abc": "1ms", "interval=": "1ms", "interval": "1ms", "interval=5": "1ms",
		"interval=5 ms": "1ms", "interval=+5ms": "1ms", "interval=NaN": "1ms", "interval=Inf": "1ms", "interval=1e3ms": "1ms", "interval=%00": "1ms",
		"unit=letter": "character, word or chunk", "unit=": "character, word or chunk", "unit=Word": "character, word or chunk", "unit=words": "character, word or chunk",
		"interval=%zz": "malformed", "a;b": "malformed", "%": "malformed",
	}
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		id := server.Submit("Hi")
		for _, query := range accepted {
			if got := ask(t, server, protocol, "HEAD", "/stream/"+id+"?"+query, ""); got.StatusCode != http.StatusOK {
				t.Errorf("?%s: %s, want 200", query, got.Status)
			}
		}
		for query, detail := range refused {
			got := ask(t, server, protocol, "GET", "/stream/"+id+"?"+strings.ReplaceAll(query, " ", "%20"), "")
			got.wantProblem(t, 400, "invalid_parameter")
			name, _, _ := strings.Cut(query, "=")
			if detail != "malformed" && !strings.Contains(got.body, name) || !strings.Contains(got.body, detail) {
				t.Errorf("?%s: %s; want %s and %q in the detail", query, got.body, name, detail)
			}
		}
		got := ask(t, server, protocol, "GET", "/progress/"+id+"?unit=word", "")
		got.wantProblem(t, 400, "invalid_parameter")
	})
}

// A malformed id names no message. Only the canonical spelling is an id.
func TestMessageIDs(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		id := server.Submit("Hi")
		bad := []string{
			unknownID, "1", "x", "%20", "%00", "{" + id + "}", "urn:uuid:" + id, strings.ReplaceAll(id, "-", ""), id + "0", id[1:],
			id + "%20", "g" + id[1:], strings.Repeat("0", 5000), "00000000-0000-0000-0000-000000000000", "%F0%9F%91%8B",
		}
		for _, path := range []string{"/stream/", "/progress/", "/messages/"} {
			for _, id := range bad {
				ask(t, server, protocol, "GET", path+id, "").wantProblem(t, 404, "message_not_found")
			}
			// RFC 9562 §4: hexadecimal digits are read in either case.
			if got := ask(t, server, protocol, "HEAD", path+strings.ToUpper(id), ""); got.StatusCode != http.StatusOK {
				t.Errorf("%s%s: %s, want 200", path, strings.ToUpper(id), got.Status)
			}
			// Not an id at all, so not this route.
			ask(t, server, protocol, "GET", path, "").wantProblem(t, 404, "not_found")
			ask(t, server, protocol, "GET", path+id+"/", "").wantProblem(t, 404, "not_found")
		}
	})
}

// HEAD answers the head of the stream and opens none, whatever runs.
func TestHead(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{Broker: broker.Config{MaxStreams: 1}})
		id := server.Submit("Hi")
		stream := server.Open(protocol, "/progress/"+id+"?interval=1m")
		stream.WantOpening()
		for _, path := range []string{"/stream/" + id, "/progress/" + id} {
			got := ask(t, server, protocol, "HEAD", path, "")
			for _, name := range []string{"Content-Type", "Cache-Control", "X-Accel-Buffering", "Vary"} {
				if got.Header.Get(name) != stream.Response.Header.Get(name) || got.StatusCode != http.StatusOK {
					t.Errorf("HEAD %s: %s, %s: %q; want that of GET, %q", path, got.Status, name, got.Header.Get(name), stream.Response.Header.Get(name))
				}
			}
		}
		if got := len(server.Log.Named("stream.opened")); got != 1 {
			t.Errorf("%d streams were opened, want 1", got)
		}
	})
}

// Streams beyond the limit are refused, until one has ended.
func TestTooManyStreams(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true, Broker: broker.Config{MaxStreams: 2}})
		id := server.Submit("Hi")
		first := server.Open(protocol, "/stream/"+id+"?interval=1m")
		server.Open(protocol, "/progress/"+id+"?interval=1m")
		for _, path := range []string{"/stream/" + id, "/progress/" + id} {
			got := ask(t, server, protocol, "GET", path, "")
			got.wantProblem(t, 503, "too_many_streams")
			if seconds := got.Header.Get("Retry-After"); seconds != "5" {
				t.Errorf("Retry-After: %q, want 5", seconds)
			}
		}
		server.Submit("still welcome")
		first.Close()
		synctest.Wait()
		server.Open(protocol, "/stream/"+id+"?interval=1m").WantOpening()
	})
}
