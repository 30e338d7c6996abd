package main

import (
	"io"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/httpapi/ssetest"
)

// While streams have their time, producers go on. After that a pipe that never ends
// keeps the program no longer than any request does, and its producer is told.
func TestDrainAndProducers(t *testing.T) {
	for _, protocol := range ssetest.Protocols {
		t.Run(string(protocol), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := ssetest.Start(t, ssetest.Config{InMemory: true})
				message, err := server.Broker.Open(t.Context(), netip.Prefix{}, "")
				if err != nil {
					t.Fatal(err)
				}
				stream := server.Open(protocol, "/stream/"+message.Name)
				stream.WantOpening()
				chunks := server.URL + "/messages/" + message.Name + "/chunks"
				body, producer := io.Pipe()
				defer producer.Close()
				told := make(chan string, 1)
				go func() {
					resp, err := server.Client(protocol).Post(chunks, "text/plain", body)
					if err != nil {
						told <- err.Error()
						return
					}
					defer resp.Body.Close()
					content, _ := io.ReadAll(resp.Body)
					told <- string(content)
				}()
				go io.WriteString(producer, "one ")
				pr := &program{config: Config{Drain: 10 * time.Second}, broker: server.Broker, api: server.API, public: &listener{server: server.HTTP}}
				start := time.Now()
				time.AfterFunc(5*time.Second, func() { go io.WriteString(producer, "two ") })
				if remaining := pr.endStreams(t.Context()); remaining > 0 {
					t.Errorf("%d streams were cut off", remaining)
				}
				if took := time.Since(start); took < 10*time.Second || took > 13*time.Second {
					t.Errorf("it took %v, want at most 13s", took)
				}
				for position, chunk := range []string{"one ", "two "} {
					stream.WantChunk(position, chunk)
				}
				if got := <-told; !strings.Contains(got, `"code":"shutting_down","position":2,"bytes":8}`) {
					t.Errorf("the producer is told %s", got)
				}
			})
		})
	}
}
