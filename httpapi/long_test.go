package httpapi_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/broker"
	"sseserver/httpapi"
	"sseserver/httpapi/ssetest"
)

// eventOf is the event of a chunk as encoding/json has it.
func eventOf(t *testing.T, id string, position int, chunk string, total int) string {
	t.Helper()
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(chunk); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("id: %d\ndata: {\"messageId\":%q,\"chunk\":%s,\"position\":%d,\"total\":%d}\n\n",
		position, id, strings.TrimSuffix(text.String(), "\n"), position, total)
}

// A chunk that is written in pieces is the same event, byte for byte, as one that
// is not, and is counted, timed and logged once.
func TestLongChunks(t *testing.T) {
	words := []string{
		"first ", strings.Repeat("x", 1023) + " ", strings.Repeat("x", 1024) + " ", strings.Repeat("각", 50_000) + " ",
		"short ", "é" + strings.Repeat("👋", 5000) + "\r\n ", strings.Repeat("\"\\\x01", 20_000) + " ", strings.Repeat("x", 1<<20) + "  ", "last",
	}
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true, Debug: true, API: httpapi.Config{MaxMessageBytes: 8 << 20}})
		id := server.Submit(strings.Join(words, ""))
		start := time.Now()
		got := ask(t, server, protocol, "GET", "/stream/"+id+"?unit=word&interval=1s", "")
		took := time.Since(start)

		events := strings.SplitAfter(got.body, "\n\n")
		if len(events) != len(words)+3 || !strings.HasPrefix(events[len(words)+1], "event: done") {
			t.Fatalf("%d blocks, want %d", len(events), len(words)+3)
		}
		lines := server.Log.Named("stream.chunk")
		if len(lines) != len(words) {
			t.Fatalf("%d chunks in the log, want %d", len(lines), len(words))
		}
		for i, word := range words {
			if want := eventOf(t, id, i, word, len(words)); events[i+1] != want {
				t.Errorf("event %d has %d bytes, want %d:\n got %.200q\nwant %.200q", i, len(events[i+1]), len(want), events[i+1], want)
			}
			if lines[i].Fields["position"] != int64(i) || lines[i].Fields["bytes"] != int64(len(events[i+1])) {
				t.Errorf("the log says %v of event %d; want %d bytes", lines[i].Fields, i, len(events[i+1]))
			}
		}
		if want := time.Duration(len(words)-1) * time.Second; took != want {
			t.Errorf("took %v, want %v", took, want)
		}
		closed := server.Await("stream.closed", 1)[0]
		if closed.Fields["chunks"] != int64(len(words)) || closed.Fields["bytes"] != int64(len(got.body)) || closed.Fields["max_lag_ms"] != 0.0 {
			t.Errorf("the log says %v; want %d chunks and %d bytes", closed.Fields, len(words), len(got.body))
		}
		counts := scrape(t, server)
		for series, want := range map[string]float64{
			`sseserver_events_sent_total{kind="characters"}`: float64(len(words) + 1),
			"sseserver_sent_bytes_total":                     float64(len(got.body)),
			"sseserver_stream_lateness_seconds_count":        float64(len(words)),
		} {
			if counts[series] != want {
				t.Errorf("%s is %v, want %v", series, counts[series], want)
			}
		}
	})
}

// A stream that is blocked in the middle of a long chunk is behind by that chunk,
// and one that is broken off there has not sent it.
func TestBlockedInLongChunk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		id := server.Submit("a " + strings.Repeat("x", 100_000) + " b")
		client := ssetest.NewRawHTTP2(t, server.Dial(), 10_000)
		start := time.Now()
		client.Get(1, "/stream/"+id+"?interval=1s&unit=word")
		slow := server.Await("stream.slow", 1)[0]
		if took := time.Since(start); slow.Fields["lag_ms"] != 1000.0 || took != 2*time.Second {
			t.Errorf("told of %v ms after %v; want 1000 after 2s", slow.Fields["lag_ms"], took)
		}
		if stats, err := server.Broker.Stats(t.Context()); err != nil || stats.Streams[broker.Characters] != 1 {
			t.Errorf("%v, %v", stats, err)
		}
		client.End()
		closed := server.Await("stream.closed", 1)[0]
		if took := time.Since(start); closed.Fields["reason"] != "slow_client" || closed.Fields["chunks"] != int64(1) || took != 11*time.Second {
			t.Errorf("the log says %v after %v; want slow_client and 1 chunk after 11s", closed.Fields, took)
		}
	})
}

// A stream that catches up has short chunks collected when a long one comes.
func TestLongChunkWhileCatchingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true, Room: 2048})
		var words []string
		for i := range 60 {
			words = append(words, fmt.Sprintf("word%d ", i))
		}
		words = append(words, strings.Repeat("x", 10_000)+" ", strings.Repeat("y", 10_000)+" ", "last")
		id := server.Submit(strings.Join(words, ""))
		conn := server.Dial()
		sayOn(t, conn, id, "GET /stream/{id}?interval=1ms&unit=word HTTP/1.1\r\nHost: a\r\n\r\n")
		time.Sleep(5 * time.Second) // all is due, and some of it was written
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		events := strings.SplitAfter(string(body), "\n\n")
		for i, word := range words {
			if want := eventOf(t, id, i, word, len(words)); i+1 >= len(events) || events[i+1] != want {
				t.Fatalf("event %d is not %.100q: %.300q", i, want, events[min(i+1, len(events)-1)])
			}
		}
		if closed := server.Await("stream.closed", 1)[0]; closed.Fields["chunks"] != int64(len(words)) || closed.Fields["bytes"] != int64(len(body)) {
			t.Errorf("the log says %v; want %d chunks and %d bytes", closed.Fields, len(words), len(body))
		}
	})
}
