package httpapi_test

import (
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sseserver/httpapi/ssetest"
)

// Streams that are due at the same moments do not wait for one another. Each gets
// every chunk when it is due, whatever becomes of the others: one client never
// reads, another leaves.
func TestStreamsDueTogether(t *testing.T) {
	// More streams than the clock wakes in one go, and more bytes than wait for who
	// never reads.
	const streams, chunks = 150, 60
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true, Room: 1 << 10})
		id := server.Submit(strings.Repeat("x", chunks))
		var all []*ssetest.Stream
		for range streams {
			all = append(all, server.Open(protocol, "/stream/"+id+"?interval=100ms"))
		}
		start := time.Now()
		all[70].Close()
		var readers sync.WaitGroup
		for i, stream := range all {
			if i == 70 || i == 20 && !protocol.IsHTTP2() { // where it shares no connection with the others
				continue
			}
			readers.Go(func() { wantOnTime(t, stream, start, chunks) })
		}
		readers.Wait()
	})
}

// wantOnTime reads a stream to its end, of which each chunk must come k·100 ms
// after start.
func wantOnTime(t *testing.T, stream *ssetest.Stream, start time.Time, chunks int) {
	events, err := stream.All()
	if err != nil {
		t.Error(err)
	}
	got := 0
	for _, event := range events {
		if event.Name != "" || event.ID == "" {
			continue
		}
		if want := time.Duration(got) * 100 * time.Millisecond; event.ID != strconv.Itoa(got) || event.At.Sub(start) != want {
			t.Errorf("chunk %d is %s after %v, want it after %v", got, event.ID, event.At.Sub(start), want)
		}
		got++
	}
	if got != chunks {
		t.Errorf("%d chunks, want %d", got, chunks)
	}
}
