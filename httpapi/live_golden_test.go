package httpapi_test

import (
	"testing"
	"testing/synctest"

	"sseserver/httpapi/ssetest"
)

// The whole body of each kind of stream of a live message, byte for byte, to a
// client that is there from the beginning.
func TestGoldenLive(t *testing.T) {
	streams := []struct {
		name, path, lastEventID string
		end                     func(*producer)
	}{
		{"live", "/stream/", "", (*producer).complete},
		{"live-characters", "/stream/?unit=character", "", (*producer).complete},
		{"live-words", "/stream/?unit=word", "", (*producer).complete},
		{"live-resumed", "/stream/", "0", (*producer).complete},
		{"live-progress", "/progress/", "", (*producer).complete},
		{"live-failed", "/stream/", "", func(p *producer) { p.fail("out of \"tokens\"\n") }},
		{"live-progress-failed", "/progress/", "", func(p *producer) { p.fail("producer_gone") }},
	}
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		for _, stream := range streams {
			server := ssetest.Start(t, ssetest.Config{InMemory: true})
			p := produce(t, server, "e")
			var header []string
			if stream.lastEventID != "" {
				header = []string{"Last-Event-ID", stream.lastEventID}
			}
			reader := server.Open(protocol, p.path(stream.path), header...)
			for _, step := range []func(){
				func() { p.append("\u0301 👩") }, // which makes é of the e before
				func() { p.put(0, "") },
				func() { p.append("\u200d👧 ok\r") },
				func() { p.put(37, "Page 37 of 100") },
				func() { p.append("\nid: 7\n\n") },
				func() { p.put(100, "Page 100 of 100") },
				func() { stream.end(p) },
			} {
				synctest.Wait()
				step()
			}
			if _, err := reader.All(); err != nil {
				t.Fatal(err)
			}
			wantGolden(t, stream.name+".sse", string(reader.Raw()))
			server.Stop()
		}
	})
}
