package httpapi_test

import (
	"bufio"
	"runtime"
	"strconv"
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

// A stream in which chunks come twice and late holds no more than any while it is
// blocked: over HTTP/1.1 that is one write, which is one chunk of the coding.
func TestFaultyStreamsHoldLittle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true, Room: 2048, API: httpapi.Config{MaxMessageBytes: 1 << 20}})
		id := server.Submit(strings.Repeat(strings.Repeat("\x01", 1000)+" ", 100)) // each of 6 kB in JSON
		conn := server.Dial()
		sayOn(t, conn, id, "GET /stream/{id}?unit=word&interval=1ms&fault=double:100%,swap:100% HTTP/1.1\r\nHost: a\r\n\r\n")
		server.Await("stream.slow", 1) // there is much to catch up with
		reader := bufio.NewReader(conn)
		for line := "-"; line != "\r\n"; {
			line, _ = reader.ReadString('\n')
		}
		for size := int64(1); size > 0; {
			line, err := reader.ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			if size, err = strconv.ParseInt(strings.TrimSpace(line), 16, 64); err != nil || size > 64<<10 {
				t.Fatalf("a write of %q bytes, want at most 64 KiB: %v", line, err)
			}
			_, _ = reader.Discard(int(size) + 2)
		}
	})
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
