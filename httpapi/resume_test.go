package httpapi_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"sseserver/httpapi/ssetest"
)

const resumable = "a👩‍🚀é\r\n 각ok" // of 8 characters, 2 words

// resumptions are two ways to say the same.
func resumptions(path, lastEventID string) []struct {
	path   string
	header []string
} {
	return []struct {
		path   string
		header []string
	}{
		{path, []string{"Last-Event-ID", lastEventID}},
		{path + "&lastEventId=" + url.QueryEscape(lastEventID), nil},
		{path + "&lastEventId=0", []string{"Last-Event-ID", lastEventID}}, // the header wins
	}
}

// A client that saw any position gets exactly what comes after it.
func TestResumeFromEveryPosition(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		id := server.Submit(resumable)
		whole := server.Open(protocol, "/stream/"+id+"?interval=1ms")
		whole.WantOpening()
		events, err := whole.All()
		if err != nil {
			t.Fatal(err)
		}
		for position := range len(events) - 1 { // the last is done
			for _, again := range resumptions("/stream/"+id+"?interval=1ms", strconv.Itoa(position)) {
				stream := server.Open(protocol, again.path, again.header...)
				stream.WantOpening()
				stream.WantResumed(position+1, true)
				for _, want := range events[position+1:] {
					stream.WantEvent(want.Name, want.ID, want.Data)
				}
				stream.WantEnd()
			}
		}
		body := ask(t, server, protocol, "GET", "/progress/"+id+"?interval=1ms", "").body
		for position := 1; position <= 100; position++ {
			again := resumptions("/progress/"+id+"?interval=1ms", strconv.Itoa(position))[position%3]
			got := ask(t, server, protocol, "GET", again.path, "", again.header...).body
			resumed := fmt.Sprintf("event: resumed\ndata: {\"messageId\":%q,\"from\":%d,\"resumed\":true}\n\n", id, position+1)
			_, seen, _ := strings.Cut(body, fmt.Sprintf("id: %d\n", position))
			_, rest, _ := strings.Cut(seen, "\n\n")
			if want := ": connected\nretry: 2000\n\n" + resumed + rest; got != want {
				t.Fatalf("after %d:\n got %q\nwant %q", position, got, want)
			}
		}
	})
}

// An id that is no position of the stream starts it from the beginning, and
// says so.
func TestResumeFromElsewhere(t *testing.T) {
	ids := []string{
		"-1", "-0", "+1", "007", "00", "1e3", "1.0", "0x1", "1_0", "١", "abc", "End", "END", "end ", "null", "NaN", "\u00a01",
		"99999999999999999999999999", "9223372036854775807", "9223372036854775808", "4294967297",
		"1\t1", "id: 1", "%00", "\"", "<script>", strings.Repeat("1", 5000), strings.Repeat("x", 5000),
	}
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		id := server.Submit(resumable)
		fromStart := func(path string, first int, lastEventID string) {
			t.Helper()
			for _, again := range resumptions(path, lastEventID) {
				if again.header != nil && strings.TrimSpace(lastEventID) != lastEventID {
					continue // HTTP trims the values of header fields
				}
				stream := server.Open(protocol, again.path, again.header...)
				stream.WantOpening()
				stream.WantResumed(first, false)
				if first == 0 {
					stream.WantText(0, resumable)
					continue
				}
				for percent := 1; percent <= 100; percent++ {
					stream.WantPercent(percent)
				}
				stream.WantDone()
			}
		}
		for _, lastEventID := range append(ids, "8") { // which is the number of characters
			fromStart("/stream/"+id+"?interval=1ms", 0, lastEventID)
		}
		fromStart("/stream/"+id+"?interval=1ms&unit=word", 0, "2")
		for _, lastEventID := range []string{"0", "101", "-1", "x"} {
			fromStart("/progress/"+id+"?interval=1ms", 1, lastEventID)
		}
	})
}

// What only the query can carry.
func TestResumeFromControlCharacters(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		id := server.Submit(resumable)
		for _, lastEventID := range []string{"%00", "1%00", "%0a", "1%0aid:2", "%ff", "%F0%9F", "+1", "1+"} {
			stream := server.Open(protocol, "/stream/"+id+"?interval=1ms&lastEventId="+lastEventID)
			stream.WantOpening()
			stream.WantResumed(0, false)
			stream.WantText(0, resumable)
		}
		// An empty one is none.
		for _, path := range []string{"&lastEventId=", "&lastEventId"} {
			stream := server.Open(protocol, "/stream/"+id+"?interval=1ms"+path, "Last-Event-ID", "")
			stream.WantOpening()
			stream.WantText(0, resumable)
		}
	})
}

// 204 tells an EventSource that has seen the end to stop reconnecting.
func TestResumeAfterTheEnd(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		id := server.Submit(resumable)
		for _, path := range []string{"/stream/" + id + "?a", "/progress/" + id + "?a", "/stream/" + id + "?unit=word"} {
			for _, again := range resumptions(path, "end") {
				for _, method := range []string{"GET", "HEAD"} {
					got := ask(t, server, protocol, method, again.path, "", again.header...)
					if got.StatusCode != http.StatusNoContent || got.body != "" || got.Header.Get("Content-Type") != "" {
						t.Errorf("%s %s: %s, %q; want 204", method, again.path, got.Status, got.body)
					}
				}
			}
		}
		ask(t, server, protocol, "GET", "/stream/"+unknownID, "", "Last-Event-ID", "end").wantProblem(t, 404, "message_not_found")
		if opened := server.Log.Named("stream.opened"); len(opened) > 0 {
			t.Errorf("streams were opened: %v", opened)
		}
	})
}
