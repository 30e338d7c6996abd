package httpapi_test

import (
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/httpapi"
	"sseserver/httpapi/ssetest"
)

// memory is what is in use, stacks included.
func memory() int {
	runtime.GC()
	runtime.GC() // and what the pools held
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int(stats.HeapAlloc + stats.StackInuse)
}

// A thousand streams on one connection of HTTP/2 whose client opens next to no
// windows hold little each, whatever they are to write next: it costs the client 13
// kB to ask for them.
func TestBlockedStreamsHoldLittle(t *testing.T) {
	for name, text := range map[string]string{
		"one long word":    strings.Repeat("x", 1<<20) + " a b c",
		"many short words": strings.Repeat("xxxxxxx ", 1<<17),
		"one giant letter": "e" + strings.Repeat("\u0301", 1<<19) + " a b c",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const streams, most = 1000, 48 << 10 // bytes for each, with what the test itself keeps
				server := ssetest.Start(t, ssetest.Config{InMemory: true, Room: 16 << 20, API: httpapi.Config{MaxMessageBytes: 8 << 20}})
				path := "/stream/" + server.Submit(text) + "?unit=word&interval=1ms"
				client := ssetest.NewRawHTTP2(t, server.Dial(), 30)
				before := memory()
				for i := range streams {
					client.Get(uint32(2*i+1), path)
				}
				server.Await("stream.slow", streams)
				time.Sleep(3 * time.Second) // so that there is much to catch up with
				for i := range streams {    // lets each write once, and block again
					client.Open(uint32(2*i+1), 5000)
				}
				time.Sleep(2 * time.Second)
				synctest.Wait()
				if each := (memory() - before) / streams; each > most {
					t.Errorf("%d bytes for each stream, want at most %d", each, most)
				}
			})
		})
	}
}

// A stream does not keep what its request had in its fields.
func TestFieldsAreLetGo(t *testing.T) {
	const streams, size = 100, 60_000
	cookie := strings.Repeat("x", size)
	for _, protocol := range []ssetest.Protocol{ssetest.H2C, ssetest.H2} {
		t.Run(string(protocol), func(t *testing.T) {
			server := ssetest.Start(t, ssetest.Config{})
			path := "/stream/" + server.Submit("Hi") + "?interval=1m"
			server.Open(protocol, path).WantOpening() // which makes the connection
			before := memory()
			for range streams {
				server.Open(protocol, path, "Cookie", cookie).WantOpening()
			}
			if held := (memory() - before) / streams; held > size {
				t.Errorf("a stream holds %d bytes, with %d bytes of fields", held, size)
			}
		})
	}
}
