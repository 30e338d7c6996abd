package httpapi_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/httpapi"
	"sseserver/httpapi/ssetest"
)

// Chunk k arrives k intervals after the request, to the nanosecond, where the
// request comes at a whole second, as it may arrive up to 5 ms later for the sake
// of others (package actors). The done event arrives with the last one.
func TestPace(t *testing.T) {
	tests := []struct {
		path, lastEventID string
		interval          time.Duration
	}{
		{"/stream/{id}", "", 50 * time.Millisecond},
		{"/progress/{id}", "", 100 * time.Millisecond},
		{"/stream/{id}?unit=word", "", 50 * time.Millisecond},
		{"/stream/{id}?interval=1ms", "", time.Millisecond},
		{"/stream/{id}?interval=7ms", "", 7 * time.Millisecond},
		{"/stream/{id}?interval=14s", "", 14 * time.Second},
		{"/progress/{id}?interval=250ms", "", 250 * time.Millisecond},
		{"/stream/{id}?interval=1s", "1", time.Second}, // the schedule begins anew
		{"/progress/{id}?interval=1s", "90", time.Second},
	}
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		id := server.Submit("two words")
		for _, test := range tests {
			time.Sleep(time.Until(time.Now().Truncate(time.Second).Add(time.Second)))
			start := time.Now()
			var header []string
			if test.lastEventID != "" {
				header = []string{"Last-Event-ID", test.lastEventID}
			}
			stream := server.Open(protocol, strings.ReplaceAll(test.path, "{id}", id), header...)
			if at := stream.WantOpening().At; at != start {
				t.Errorf("%s: the first block came after %v", test.path, at.Sub(start))
			}
			events, err := stream.All()
			if err != nil {
				t.Fatal(err)
			}
			due := start
			for _, event := range events {
				if event.Name == "done" {
					due = due.Add(-test.interval)
				}
				if event.Name != "resumed" && event.At != due {
					t.Errorf("%s: id %s came after %v, want %v", test.path, event.ID, event.At.Sub(start), due.Sub(start))
				}
				if event.Name != "resumed" {
					due = due.Add(test.interval)
				}
			}
		}
	})
}

// An interval of 1 ms is kept, also over a long text.
func TestFastest(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		text := strings.Repeat("0123456789", 100)
		start := time.Now()
		stream := server.Open(protocol, "/stream/"+server.Submit(text)+"?interval=1ms")
		stream.WantOpening()
		stream.WantText(0, text)
		if took := time.Since(start); took != 999*time.Millisecond {
			t.Errorf("took %v for 1000 characters, want 999ms", took)
		}
	})
}

// A comment is sent after exactly 15 s without an event, and only then.
func TestHeartbeat(t *testing.T) {
	tests := []struct {
		heartbeat time.Duration // of the server's configuration
		interval  string
		want      []time.Duration // when there are heartbeats until the second event
	}{
		{0, "50s", []time.Duration{15 * time.Second, 30 * time.Second, 45 * time.Second}},
		{0, "15s1ms", []time.Duration{15 * time.Second}},
		{0, "15s", nil},
		{0, "14s", nil},
		{0, "1ms", nil},
		{time.Second, "2500ms", []time.Duration{time.Second, 2 * time.Second}},
		{-1, "1m", nil},
	}
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		for _, test := range tests {
			server := ssetest.Start(t, ssetest.Config{InMemory: true, API: httpapi.Config{Heartbeat: test.heartbeat}})
			stream := server.Open(protocol, "/progress/"+server.Submit("Hi")+"?interval="+test.interval)
			start := time.Now()
			stream.WantOpening()
			for percent := range 3 { // the pause begins anew with each event
				last := stream.WantPercent(percent + 1).At
				if percent == 2 {
					break
				}
				for _, after := range test.want {
					if beat := stream.WantComment("heartbeat"); beat.At.Sub(last) != after {
						t.Errorf("every %s: a heartbeat %v after the event, want %v", test.interval, beat.At.Sub(last), after)
					}
				}
			}
			interval, _ := time.ParseDuration(test.interval)
			if took := time.Since(start); took != 2*interval {
				t.Errorf("every %s: the third event after %v", test.interval, took)
			}
			server.Stop()
		}
	})
}

// A write that blocks is not interrupted by a heartbeat. One that is overdue by
// then follows, and the pause until the next begins when it was written.
func TestNoHeartbeatInAWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true, Room: 1 << 10, API: httpapi.Config{Heartbeat: time.Second}})
		long := strings.Repeat("x", 100_000)
		stream := server.Open(ssetest.HTTP1, "/stream/"+server.Submit(long+" y")+"?unit=word&interval=20s")
		start := time.Now()
		time.Sleep(3500 * time.Millisecond) // nobody reads
		stream.WantOpening()
		stream.WantChunk(0, long+" ")
		for n := range 2 {
			beat, want := stream.WantComment("heartbeat"), 3500*time.Millisecond+time.Duration(n)*time.Second
			if got := beat.At.Sub(start); got != want {
				t.Errorf("heartbeat %d after %v, want %v", n, got, want)
			}
		}
	})
}
