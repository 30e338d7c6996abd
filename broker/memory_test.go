package broker

import (
	"fmt"
	"net/netip"
	"runtime"
	"testing"
	"time"
)

// TestMemory counts what live messages of small chunks take beside their text: what
// is known of them, and their places in the store, which is less than 1 KiB; a byte
// for each chunk; and what their buffers have to spare, at most a quarter.
func TestMemory(t *testing.T) {
	const chunk = "abc "
	for _, test := range []struct{ chunks, messages, want int }{
		{0, 1000, 1 << 10}, {10, 1000, 1 << 10}, {300, 200, 2 << 10}, {1000, 50, 3 << 10}, {3000, 20, 5 << 10},
	} {
		t.Run(fmt.Sprint(test.chunks), func(t *testing.T) {
			before := heap()
			s := newState(limits{ttl: time.Hour, messages: test.messages, bytes: 1 << 40, streams: 1, producerTimeout: time.Hour})
			now := time.Now()
			for n := range test.messages {
				message := newLive(numbered(n), "", now)
				if _, err := s.submit(now, netip.Prefix{}, message); err != nil {
					t.Fatal(err)
				}
				for range test.chunks {
					after := must(message.append(AtEnd, chunk, 1<<30, nil))
					if _, err := s.change(now, message, after); err != nil {
						t.Fatal(err)
					}
					message = after
				}
			}
			each := (heap() - before) / test.messages
			text := test.chunks * len(chunk)
			if each > text+test.want {
				t.Errorf("a message takes %d bytes beside %d of text, want %d", each-text, text, test.want)
			}
			t.Logf("%d bytes beside %d of text", each-text, text)
			runtime.KeepAlive(s)
		})
	}
}

// heap returns how many bytes are in use.
func heap() int {
	runtime.GC()
	runtime.GC() // what the first has only found to be unused
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int(stats.HeapAlloc)
}
