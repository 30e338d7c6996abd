package httpapi_test

import (
	"testing"

	"sseserver/httpapi/ssetest"
)

// The disconnect watch knows the streams that run on HTTP/1, and forgets each,
// however it ended.
func TestWatchForgets(t *testing.T) {
	server := ssetest.Start(t, ssetest.Config{})
	id := server.Submit("Hi")
	left := server.Open(ssetest.HTTP1, "/stream/"+id+"?interval=1m")
	left.WantOpening()
	whole := server.Open(ssetest.HTTP1, "/stream/"+id+"?interval=1ms")
	server.Open(ssetest.H2C, "/stream/"+id+"?interval=1ms").WantOpening()
	if got := server.API.Watched(); got > 2 || got < 1 {
		t.Errorf("%d connections are watched, want those of HTTP/1", got)
	}
	whole.WantOpening()
	whole.WantText(0, "Hi")
	left.Close()
	server.Await("stream.closed", 3)
	if err := server.API.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := server.API.Watched(); got != 0 {
		t.Errorf("%d connections are still watched", got)
	}
}
