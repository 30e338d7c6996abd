package main

import (
	"context"
	"testing"

	"go.uber.org/goleak"

	"sseserver/internal/firefoxtest"
)

// TestFirefox has the core flows of TestBrowser once more, in Firefox.
func TestFirefox(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
	browser := firefoxtest.Start(t)
	for _, test := range []struct {
		name string
		run  func(*testing.T, context.Context)
	}{
		{"text arrives complete and in order", testTextArrives},
		{"progress reaches 100 percent", testProgress},
		{"stop and resume", testStopAndResume},
		{"thirty streams at once over TLS", testThirtyStreams},
		{"text survives lost connections", testTextSurvives},
		{"faults that a client mends", testFaultyText},
		{"a reload and the way back", testGoesOn},
		{"a message that is gone", testSendAgain},
		{"hostile text", testHostileText},
		{"live: a server that starts anew", testLiveServerStartsAnew},
		{"live: typing reaches both readers", testLiveTyping},
		{"live: reload and back", testLiveReload},
		{"chat: a conversation", testChat},
		{"many: a server that starts anew", testManyRestart},
		{"smooth: both are whole", testSmooth},
		{"a server that falls silent", testSilentServer},
		{"admin: a server that starts anew", testAdminRestart},
		{"client: what servers do", testClientStates},
		{"client: what only fetch can do", testClientFetch},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(t, browser)
		})
	}
}
