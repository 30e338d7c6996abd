package httpapi_test

import (
	"strconv"
	"testing"
	"testing/synctest"

	"sseserver/httpapi/ssetest"
)

// A stream that is resumed names the one that its client lost, and no other client's.
func TestPreviousStream(t *testing.T) {
	const text = "abcdef"
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		path := "/stream/" + server.Submit(text)
		open := func(agent string, after int) (id, previous any) {
			header := []string{"User-Agent", agent}
			if after >= 0 {
				header = append(header, "Last-Event-ID", strconv.Itoa(after))
			}
			stream := server.Open(protocol, path, header...)
			stream.WantOpening()
			if after >= 0 {
				stream.WantResumed(after+1, true)
			}
			stream.WantChunk(after+1, text[after+1:after+2])
			stream.Close()
			synctest.Wait()
			opened := server.Log.Named("stream.opened")
			last := opened[len(opened)-1].Fields
			return last["stream_id"], last["previous_stream_id"]
		}
		first, previous := open("one", -1)
		if previous != nil {
			t.Errorf("the first one goes on with %v", previous)
		}
		if _, previous = open("two", 0); previous != nil {
			t.Errorf("another client goes on with %v", previous)
		}
		second, previous := open("one", 0)
		if previous != first {
			t.Errorf("it goes on with %v, want %v", previous, first)
		}
		if _, previous = open("one", 1); previous != second {
			t.Errorf("then it goes on with %v, want %v", previous, second)
		}
		if _, previous = open("one", 0); previous != nil && previous == first {
			t.Errorf("%v is claimed twice", previous)
		}
	})
}

// What of traceparent can be the id of a trace.
func TestTraces(t *testing.T) {
	const id = "4bf92f3577b34da6a3ce929d0e0e4736"
	tests := map[string]string{
		"00-" + id + "-00f067aa0ba902b7-01":                        id,
		"cc-" + id + "-00f067aa0ba902b7-01-what-the-future-brings": id,
		"":                                  "",
		id:                                  "",
		"00-" + id + "-00f067aa0ba902b7":    "",
		"ff-" + id + "-00f067aa0ba902b7-01": "",
		"00-00000000000000000000000000000000-00f067aa0ba902b7-01":     "",
		"00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01":     "",
		"00-4bf92f3577b34da6a3ce929d0e0e47360-0f067aa0ba902b7-01":     "",
		"00-4bf92f3577b34da6a3ce929d0e0e473\"-00f067aa0ba902b7-01":    "",
		"00-4bf92f3577b34da6a3ce929d0e0e473\u00e9-0f067aa0ba902b7-01": "",
	}
	server := ssetest.Start(t, ssetest.Config{})
	for parent, want := range tests {
		before := len(server.Log.Named("message.rejected"))
		ask(t, server, ssetest.HTTP1, "POST", "/send", "{", append(asJSON, "traceparent", parent)...)
		got, _ := server.Log.Named("message.rejected")[before].Fields["trace_id"].(string)
		if got != want {
			t.Errorf("%q: trace %q, want %q", parent, got, want)
		}
	}
}
