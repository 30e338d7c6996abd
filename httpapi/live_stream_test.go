package httpapi_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/broker"
	"sseserver/httpapi"
	"sseserver/httpapi/ssetest"

	"go.uber.org/zap/zapcore"
)

// written has characters and words that stand in two chunks, and chunks of several.
var written = []string{"e", "\u0301 ", "👩", "\u200d👧 one", "two ", "\r", "\n", " x ", "🇫", "🇷🇫", "🇷"}

// spelled is what a stream says of its chunks, without the total, which differs
// with the time at which a chunk is sent.
func spelled(t *testing.T, stream *ssetest.Stream) (chunks []string) {
	t.Helper()
	events, err := stream.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, event := range events {
		if event.Name == "" && event.Data != "" {
			data, _, _ := strings.Cut(event.Data, `,"total":`)
			chunks = append(chunks, event.ID+" "+data)
		}
	}
	return chunks
}

// Readers that come before, during and after the writing get the same chunks at the
// same positions, and so do those that resume at any of them.
func TestLiveReadersAgree(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		for _, unit := range []string{"", "?unit=chunk", "?unit=character", "?unit=word"} {
			p := produce(t, server, "")
			path := p.path("/stream/" + unit)
			var readers []*ssetest.Stream
			for _, chunk := range written {
				readers = append(readers, server.Open(protocol, path))
				p.append(chunk)
			}
			readers = append(readers, server.Open(protocol, path))
			p.complete()
			after := server.Open(protocol, path)
			after.WantOpening()
			after.WantText(0, strings.Join(written, ""))
			want := spelled(t, server.Open(protocol, path))
			for i, reader := range readers {
				if got := spelled(t, reader); !slices.Equal(got, want) {
					t.Errorf("%s: a reader after %d chunks\n got %q\nwant %q", unit, i, got, want)
				}
			}
			for position := range want {
				again := server.Open(protocol, path, "Last-Event-ID", strconv.Itoa(position))
				again.WantOpening()
				again.WantResumed(position+1, true)
				if got := spelled(t, again); !slices.Equal(got, want[position+1:]) {
					t.Errorf("%s: after %d\n got %q\nwant %q", unit, position, got, want[position+1:])
				}
			}
		}
	})
}

// A client that loses its stream while the message is open misses nothing, and one
// that names a position that is not there yet begins anew.
func TestLiveResume(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		p := produce(t, server, "a")
		reader := server.Open(protocol, p.path("/stream/"))
		reader.WantOpening()
		reader.WantChunk(0, "a")
		reader.Close()
		p.append("b", "c")
		reader = server.Open(protocol, p.path("/stream/"), "Last-Event-ID", "0")
		reader.WantOpening()
		reader.WantResumed(1, true)
		reader.WantChunk(1, "b")
		reader.WantChunk(2, "c")
		newest := server.Open(protocol, p.path("/stream/"), "Last-Event-ID", "2")
		newest.WantOpening()
		newest.WantResumed(3, true)
		ahead := server.Open(protocol, p.path("/stream/"), "Last-Event-ID", "3")
		ahead.WantOpening()
		ahead.WantResumed(0, false)
		ahead.WantChunk(0, "a")
		p.append("d")
		newest.WantChunk(3, "d")
		p.complete()
		newest.WantDone()
		last := server.Open(protocol, p.path("/stream/"), "Last-Event-ID", "3")
		last.WantOpening()
		last.WantResumed(4, true)
		last.WantDone()
	})
}

// wantTotals checks the total of each event that has one, in order.
func wantTotals(t *testing.T, stream *ssetest.Stream, want ...string) {
	t.Helper()
	events, err := stream.All()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, event := range events {
		if _, total, ok := strings.Cut(event.Data, `,"total":`); ok {
			got = append(got, total[:strings.IndexAny(total, ",}")])
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s: the totals are %q, want %q", stream.Response.Request.URL, got, want)
	}
}

// The total is null in what is sent before the completion, and the number of the
// stream's own chunks in what is sent after it, also to those who are behind.
func TestLiveTotals(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		p := produce(t, server, "ab ")
		long := strings.Repeat("x", 5000) // is framed in pieces
		p.append(long, "c")
		chunks := server.Open(protocol, p.path("/stream/"))
		behind := server.Open(protocol, p.path("/stream/?interval=1s"))
		words := server.Open(protocol, p.path("/stream/?unit=word&interval=1s"))
		failing := produce(t, server, "ab")
		failed := server.Open(protocol, failing.path("/stream/?unit=character&interval=1s"))
		time.Sleep(500 * time.Millisecond)
		p.complete()
		failing.fail("")
		wantTotals(t, chunks, "null", "null", "null", "3")
		wantTotals(t, behind, "null", "3", "3", "3")
		wantTotals(t, words, "null", "2", "2")
		wantTotals(t, failed, "null", "2")
		wantTotals(t, server.Open(protocol, p.path("/stream/")), "3", "3", "3", "3")
		wantTotals(t, server.Open(protocol, p.path("/stream/?unit=word")), "2", "2", "2")

		empty := produce(t, server, "")
		empty.complete()
		nothing := server.Open(protocol, empty.path("/stream/"))
		nothing.WantOpening()
		nothing.WantText(0, "")
	})
}

// Without an interval a chunk arrives when it was appended, to the nanosecond.
func TestLiveChunksGoOutAsTheyCome(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		p := produce(t, server, "")
		reader := server.Open(protocol, p.path("/stream/"))
		reader.WantOpening()
		start := time.Now()
		for i, pause := range []time.Duration{0, 1, time.Microsecond, 123456 * time.Nanosecond, 7 * time.Millisecond, time.Second} {
			time.Sleep(pause)
			p.append("x")
			if event := reader.WantChunk(i, "x"); event.At != time.Now() {
				t.Errorf("chunk %d came after %v, want %v", i, event.At.Sub(start), time.Since(start))
			}
		}
		// What is there already comes at once.
		late := server.Open(protocol, p.path("/stream/"))
		joined := time.Now()
		late.WantOpening()
		for i := range 6 {
			if event := late.WantChunk(i, "x"); event.At != joined {
				t.Errorf("chunk %d came %v after the request, want at once", i, event.At.Sub(joined))
			}
		}
		time.Sleep(time.Millisecond)
		p.complete()
		if event := late.WantDone(); event.At != time.Now() {
			t.Errorf("done came %v late", time.Since(event.At))
		}
	})
}

// With an interval, chunk k is due when it was appended or one interval after chunk
// k-1 was due, whichever is later; what was there before the stream counts as
// appended at its start.
func TestLiveSmoothing(t *testing.T) {
	appended := []time.Duration{0, 10, 20, 250, 600, 600, 610} // ms after the first one
	tests := []struct {
		query string
		join  time.Duration   // ms
		want  []time.Duration // ms after the first append
	}{
		{"interval=100ms", 0, []time.Duration{0, 100, 200, 300, 600, 700, 800}},
		{"interval=100ms&unit=chunk", 620, []time.Duration{620, 720, 820, 920, 1020, 1120, 1220}},
		{"interval=100ms", 256, []time.Duration{256, 356, 456, 556, 656, 756, 856}},
		{"interval=1ms", 0, []time.Duration{0, 10, 20, 250, 600, 601, 610}},
	}
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		for _, test := range tests {
			time.Sleep(time.Until(time.Now().Truncate(time.Second).Add(time.Second)))
			start := time.Now()
			await := func(moment time.Duration) { time.Sleep(time.Until(start.Add(moment * time.Millisecond))) }
			p := produce(t, server, "")
			go func() { // ends before the reader has it all
				for _, moment := range appended {
					await(moment)
					p.append("x")
				}
			}()
			await(test.join)
			reader := server.Open(protocol, p.path("/stream/?"+test.query))
			reader.WantOpening()
			for i, want := range test.want {
				if got := reader.WantChunk(i, "x").At.Sub(start); got != want*time.Millisecond {
					t.Errorf("?%s from %d ms: chunk %d came after %v, want %d ms", test.query, test.join, i, got, want)
				}
			}
			reader.Close()
		}
	})
}

// While nothing is appended there are heartbeats, each 15 s after whatever came last.
func TestLiveHeartbeat(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		for _, path := range []string{"/stream/", "/progress/"} {
			p := produce(t, server, "")
			reader := server.Open(protocol, p.path(path))
			last := reader.WantOpening().At
			wantBeats := func() {
				t.Helper()
				for range 2 {
					beat := reader.WantComment("heartbeat")
					if beat.At.Sub(last) != 15*time.Second {
						t.Errorf("%s: a heartbeat after %v, want 15s", path, beat.At.Sub(last))
					}
					last = beat.At
				}
			}
			wantBeats()
			time.Sleep(5 * time.Second)
			p.append("x")
			p.put(50, "half")
			event, err := reader.Next()
			if err != nil || event.Data == "" {
				t.Fatalf("got %v, %v; want a chunk", event, err)
			}
			last = event.At
			wantBeats()
			reader.Close()
		}
	})
}

// Progress is what was put, each percent once, and 100 when the message is complete.
func TestLiveProgress(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		p := produce(t, server, "")
		event := func(percent int, text string) string {
			return fmt.Sprintf(`{"messageId":"%s","completed":%t,"chunk":"%s","total":100}`, p.name, percent == 100, text)
		}
		reader := server.Open(protocol, p.path("/progress/"))
		reader.WantOpening()
		p.put(1, "")
		reader.WantEvent("", "1", event(1, "Processing chunk 1%"))
		p.put(1, "the same again")
		p.put(37, "page 37")
		reader.WantEvent("", "37", event(37, "page 37"))
		p.put(37, "page 37, second column")
		p.put(100, "page 100")

		late := server.Open(protocol, p.path("/progress/"))
		late.WantOpening()
		resumed := server.Open(protocol, p.path("/progress/"), "Last-Event-ID", "37")
		resumed.WantOpening()
		resumed.WantResumed(38, true)
		ahead := server.Open(protocol, p.path("/progress/"), "Last-Event-ID", "100") // which nobody can have had
		ahead.WantOpening()
		ahead.WantResumed(0, false)
		synctest.Wait()
		p.complete()
		for _, stream := range []*ssetest.Stream{reader, late, resumed, ahead} {
			stream.WantEvent("", "100", event(100, "page 100"))
			stream.WantDone()
		}
		after := server.Open(protocol, p.path("/progress/"), "Last-Event-ID", "100")
		after.WantOpening()
		after.WantResumed(101, true)
		after.WantDone()
	})
}

// With an interval, of several percents that were put meanwhile only the last comes,
// when the next one is due.
func TestLiveProgressSmoothed(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		p := produce(t, server, "")
		start := time.Now()
		reader := server.Open(protocol, p.path("/progress/?interval=1s"))
		reader.WantOpening()
		p.put(1, "")
		synctest.Wait()
		p.put(2, "")
		time.Sleep(500 * time.Millisecond)
		p.put(3, "")
		p.put(4, "")
		reader.WantPercent(1)
		if got := reader.WantPercent(4).At.Sub(start); got != time.Second {
			t.Errorf("4 %% came after %v, want 1s", got)
		}
		p.put(5, "")
		time.Sleep(250 * time.Millisecond)
		p.complete()
		if got := reader.WantPercent(100).At.Sub(start); got != 2*time.Second {
			t.Errorf("100 %% came after %v, want 2s", got)
		}
		reader.WantDone()
	})
}

// liveEnds are the ways in which a stream of a live message ends.
var liveEnds = []struct {
	reason string
	end    func(*producer)
	want   func(*ssetest.Stream)
}{
	{"completed", (*producer).complete, func(s *ssetest.Stream) { s.WantDone() }},
	{"message_failed", func(p *producer) { p.fail("no more paper") }, func(s *ssetest.Stream) { s.WantFailed("no more paper") }},
	{"message_deleted", (*producer).delete, (*ssetest.Stream).WantEnd},
}

func TestLiveEnds(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		for _, end := range liveEnds {
			server := ssetest.Start(t, ssetest.Config{InMemory: true})
			p := produce(t, server, "ab")
			stream := server.Open(protocol, p.path("/stream/?unit=word"))
			stream.WantOpening()
			time.Sleep(3 * time.Second)
			p.append(" c")
			stream.WantChunk(0, "ab ")
			time.Sleep(2 * time.Second)
			if end.end(p); end.reason != "message_deleted" { // which is also the end of what is held back
				stream.WantChunk(1, "c")
			}
			end.want(stream)
			synctest.Wait()

			chunks := int64(2)
			if end.reason == "message_deleted" {
				chunks = 1
			}
			closed := server.Log.Only("stream.closed")
			for key, want := range map[string]any{
				"reason": end.reason, "chunks": chunks, "bytes": int64(len(stream.Raw())), "duration_ms": 5000.0, "ttfc_ms": 3000.0, "max_lag_ms": 0.0,
			} {
				if got := closed.Fields[key]; got != want {
					t.Errorf("%s: the log says %s=%v, want %v", end.reason, key, got, want)
				}
			}
			if closed.Level != zapcore.InfoLevel {
				t.Errorf("%s is logged at %v", end.reason, closed.Level)
			}
			if got := server.Log.Only("stream.opened").Fields["interval_ms"]; got != 0.0 {
				t.Errorf("opened with an interval of %v ms, want 0", got)
			}
			got := scrape(t, server)
			series := fmt.Sprintf(`sseserver_streams_closed_total{kind="characters",reason=%q}`, end.reason)
			if got[series] != 1 || got["sseserver_live_messages"] != 0 || got["sseserver_stream_lateness_seconds_sum"] != 0 {
				t.Errorf("%s: %v streams have ended so, %v messages are open, and chunks were %v s late", end.reason,
					got[series], got["sseserver_live_messages"], got["sseserver_stream_lateness_seconds_sum"])
			}
			server.Stop()
		}
	})
}

// A client that has seen the end gets 204, and HEAD opens no stream, whatever the
// message has come to.
func TestLiveHead(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		for _, end := range []func(*producer){func(*producer) {}, (*producer).complete, func(p *producer) { p.fail("x") }} {
			p := produce(t, server, "a")
			end(p)
			for _, path := range []string{"/stream/", "/progress/"} {
				for _, method := range []string{"GET", "HEAD"} {
					if got := ask(t, server, protocol, method, p.path(path), "", "Last-Event-ID", "end"); got.StatusCode != http.StatusNoContent {
						t.Errorf("%s %s: %s, want 204", method, path, got.Status)
					}
				}
				if got := ask(t, server, protocol, "HEAD", p.path(path), ""); got.StatusCode != http.StatusOK || got.body != "" {
					t.Errorf("HEAD %s: %s, %q; want 200", path, got.Status, got.body)
				}
			}
		}
		if opened := server.Log.Named("stream.opened"); len(opened) > 0 {
			t.Errorf("streams were opened: %v", opened)
		}
	})
}

// The reason of a failure comes whole, however long it is and whatever waits to be
// sent before it, and with that makes no larger write than anything else.
func TestLongReason(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true, Room: 1 << 20})
		p := produce(t, server, "")
		chunk := strings.Repeat("y", 200)
		const chunks = 387 // of which the last, together, are nearly what is written at once
		for range chunks {
			p.append(chunk)
		}
		reason := strings.Repeat("tokens\n", 2000)
		p.fail(reason)
		reader := server.Open(protocol, p.path("/stream/"))
		reader.WantOpening()
		for position := range chunks {
			reader.WantChunk(position, chunk)
		}
		reader.WantFailed(reason)

		conn := server.Dial().(*ssetest.Conn)
		fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", p.path("/stream/"))
		synctest.Wait()
		for _, write := range conn.Received() {
			if len(write) > 64<<10 {
				t.Errorf("a write of %d bytes", len(write))
			}
		}
	})
}

// A stream whose client does not read is as late as the chunk that waits the longest;
// what was appended long before the stream began is not late.
func TestLiveLag(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true, Room: 1 << 10, API: httpapi.Config{Heartbeat: -1}, Broker: broker.Config{ProducerTimeout: 2 * time.Hour}})
		long := strings.Repeat("x", 10_000)
		p := produce(t, server, "first")
		time.Sleep(time.Hour)
		conn := server.Dial()
		fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", p.path("/stream/"))
		time.Sleep(time.Second)
		p.append(long) // which does not fit
		time.Sleep(time.Second)
		p.append("waits")
		time.Sleep(2500 * time.Millisecond)
		go io.Copy(io.Discard, conn)
		synctest.Wait()
		p.append("in time")
		synctest.Wait()
		p.complete()
		synctest.Wait()
		slow, recovered, closed := server.Log.Only("stream.slow"), server.Log.Only("stream.recovered"), server.Log.Only("stream.closed")
		if slow.Fields["lag_ms"] != 1000.0 || recovered.Fields["lag_ms"] != 3500.0 || closed.Fields["max_lag_ms"] != 3500.0 || closed.Fields["ttfc_ms"] != 0.0 {
			t.Errorf("slow %v, recovered %v, closed %v", slow.Fields, recovered.Fields, closed.Fields)
		}
	})
}
