package httpapi_test

import (
	"testing"

	"sseserver/httpapi/ssetest"
)

// Some clients take a reset for the end of a response that said it was the last one
// of its connection, and would not see what they asked for.
func TestResetIsNoAnnouncedEnd(t *testing.T) {
	server := ssetest.Start(t, ssetest.Config{})
	id := server.Submit("Hi")
	for plan, closes := range map[string]bool{"": true, "drop@1": true, "end@1": true, "cut@7": false, "noid,truncate:1%": false} {
		got := ask(t, server, ssetest.HTTP1, "GET", "/stream/"+id+"?interval=1ms&seed=1&fault="+plan, "")
		if got.Close != closes {
			t.Errorf("fault=%s: the head says close: %t; want %t", plan, got.Close, closes)
		}
	}
}
