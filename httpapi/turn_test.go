package httpapi_test

import (
	"context"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/actors"
	"sseserver/broker"
	"sseserver/httpapi"
	"sseserver/httpapi/ssetest"
)

// A stream that waits for its next chunk, or for the time of its heartbeat, has
// no goroutine.
func TestWaitingStreamHasNoGoroutine(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		id := server.Submit("Hi")
		for _, interval := range []string{"10s", "1m"} {
			stream := server.Open(protocol, "/stream/"+id+"?interval="+interval)
			stream.WantOpening()
			stream.WantChunk(0, "H")
		}
		synctest.Wait()
		if stacks := allStacks(); strings.Contains(stacks, "httpapi.(*stream).") {
			t.Errorf("there are goroutines of streams:\n%s", stacks)
		}
	})
}

func allStacks() string {
	buf := make([]byte, 1<<20)
	return string(buf[:runtime.Stack(buf, true)])
}

// Streams that are due at the same moments are written to together. Each gets
// every chunk when it is due, whatever becomes of the others: one client never
// reads, another leaves.
func TestStreamsDueTogether(t *testing.T) {
	// More streams than the clock wakes in one go, and more bytes than wait for who
	// never reads.
	const streams, chunks = 150, 60
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true, Room: 1 << 10})
		text := strings.Repeat("x", chunks)
		id := server.Submit(text)
		var all []*ssetest.Stream
		for range streams {
			all = append(all, server.Open(protocol, "/stream/"+id+"?interval=100ms"))
		}
		start := time.Now()
		all[70].Close()
		var readers sync.WaitGroup
		for i, stream := range all {
			if i == 70 || i == 20 && protocol == ssetest.HTTP1 { // where it shares no connection with the others
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

// nameless gives streams by words a message whose name is not there, so that
// framing a chunk of them panics.
type nameless struct{ httpapi.Broker }

func (n nameless) Subscribe(ctx context.Context, r broker.Request) (*broker.Subscription, error) {
	subscription, err := n.Broker.Subscribe(ctx, r)
	if err == nil && r.Unit == actors.Word {
		message := *subscription.Message
		message.Name = hollowString(len(message.Name))
		subscription.Message = &message
	}
	return subscription, err
}

// A panic while a stream is written to ends it as internal_error, and none of
// those that are due together with it.
func TestPanicAmongStreamsDueTogether(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true, Wrap: func(b httpapi.Broker) httpapi.Broker { return nameless{b} }})
		const text = "x x x "
		id := server.Submit(text)
		var good, bad []*ssetest.Stream
		for range 5 {
			good = append(good, server.Open(protocol, "/stream/"+id+"?interval=100ms"))
			bad = append(bad, server.Open(protocol, "/stream/"+id+"?interval=100ms&unit=word"))
		}
		start := time.Now()
		for _, stream := range bad {
			if events, err := stream.All(); err == nil || len(events) > 2 { // the opening
				t.Errorf("got %v, ended with %v", events, err)
			}
		}
		var readers sync.WaitGroup
		for _, stream := range good {
			readers.Go(func() { wantOnTime(t, stream, start, len(text)) })
		}
		readers.Wait()
		for i, closed := range server.Await("stream.closed", 10) {
			stack, _ := closed.Fields["stack"].(string)
			if bad := i < 5; bad != (closed.Fields["reason"] == "internal_error") || bad != strings.Contains(stack, "appendChunk") {
				t.Errorf("the log says %v", closed.Fields)
			}
		}
	})
}
