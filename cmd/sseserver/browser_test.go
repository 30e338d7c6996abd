package main

import (
	"context"
	"os"
	"testing"

	"sseserver/internal/chromiumtest"
)

// pages are those that all have a form and a stream.
var pages = []string{"index.html", "progress.html"}

// inBrowser is a test with a window and a server of its own.
type inBrowser struct {
	name string
	run  func(*testing.T, context.Context)
}

// TestBrowser uses the pages as people do, in a real Chromium, which is started once.
func TestBrowser(t *testing.T) {
	runIn(t, chromiumtest.Start(t), []inBrowser{
		{"text arrives complete and in order", testTextArrives},
		{"text keeps CRLF", testTextKeepsCRLF},
		{"words", testWords},
		{"progress reaches 100 percent", testProgress},
		{"stop and resume", testStopAndResume},
		{"thirty streams at once over TLS", testThirtyStreams},
		{"text survives lost connections", testTextSurvives},
		{"progress survives a lost connection", testProgressSurvives},
		{"heartbeats are asked for", testHeartbeatsAsked},
		{"an empty message", testEmptyMessage},
		{"a refused interval", testRefusedInterval},
		{"an unknown message", testUnknownMessage},
		{"a stopped server", testStoppedServer},
		{"a server that wants a token", testToken},
		{"a server that breaks its word", testBrokenStreams},
		{"faults are offered", testFaultsOffered},
		{"wrong plans", testWrongPlans},
		{"a server that has no faults", testNoFaults},
		{"faults that a client mends", testFaultyText},
		{"faults that a client notices", testFaultsNoticed},
		{"progress with a fault", testFaultyProgress},
		{"keyboard alone", testKeyboard},
		{"what a screen reader meets", testAccessibleNames},
		{"contrast and width", testContrastAndWidth},
		{"links lead somewhere", testLinks},
		{"the address keeps what was chosen", testAddress},
		{"send again", testSendAgain},
		{"replay", testReplay},
		{"the seventh tab", testSeventhTab},
		{"a server that falls silent", testSilentServer},
		{"ten tabs and a restart", testTenTabs},
		{"a long text", testLongText},
		{"long paragraphs", testTextBlocks},
		{"hostile text", testHostileText},
		{"text of both directions", testDirections},
		{"colours of the reader's own", testForcedColours},
		{"snippets: in a shell", testSnippetShell},
		{"snippets: in a page", testSnippetScript},
		{"figures", testFigures},
		{"wire: the stream itself", testWireIsTheStream},
		{"wire: what cannot be seen", testWireEscapes},
		{"wire: marks", testWireMarks},
		{"wire: tools", testWireTools},
		{"wire: bounds", testWireIsBounded},
		{"the example of the README", testReadmeExample},
		{"pages that somebody works on", testAssets},
		{"the examples of the client", testClientGuide},
		{"home: a stream is played", testHome},
		{"home: a server that takes nothing", testHomeRefused},
		{"api: operations are tried", testAPI},
		{"api: a server that wants a token", testAPIToken},
		{"client: what servers do", testClientStates},
		{"client: what only fetch can do", testClientFetch},
		{"live: typing reaches both readers", testLiveTyping},
		{"live: text only grows", testLiveOnlyGrows},
		{"live: an input method", testLiveInputMethod},
		{"live: a long paste", testLivePaste},
		{"live: drop and resume", testLiveDrop},
		{"live: faults of a reader", testLiveFaults},
		{"live: failure", testLiveFail},
		{"live: reload and back", testLiveReload},
		{"live: progress", testLiveProgress},
		{"live: a server that wants a token", testLiveTokenAsked},
		{"live: a message that is gone", testLiveGone},
		{"live: a message that is full", testLiveTooLarge},
		{"live: several producers", testLiveOthers},
		{"live: beside others", testLiveBesideOthers},
		{"live: what the address carries", testLiveAddress},
		{"live: replay", testLiveReplay},
		{"live: wrong intervals", testLiveInterval},
		{"live: silence", testLiveSilence},
		{"live: right to left", testLiveRightToLeft},
		{"live: in two tabs", testLiveInTwoTabs},
		{"live: an input method beside others", testLiveComposesBesideOthers},
		{"live: a server that starts anew", testLiveServerStartsAnew},
		{"live: behind a proxy", testLiveBehindProxy},
		{"live: on the other pages", testLiveOnOtherPages},
		{"live: lost answers", testLiveLostAnswers},
		{"live: a reload before all is sent", testLiveUnsent},
		{"live: keyboard and screen reader", testLiveByKeyboard},
		{"chat: a conversation", testChat},
		{"chat: what the address carries", testChatForm},
		{"chat: late and silent", testChatLate},
		{"chat: faults", testChatFaults},
		{"chat: retry", testChatRetry},
		{"chat: stop", testChatStop},
		{"chat: errors", testChatRefused},
		{"chat: hostile text", testChatHostile},
		{"chat: over HTTP/2", testChatOverHTTP2},
		{"chat: a server that wants a token", testChatToken},
		{"live and chat: nothing is clipped", testNothingClipped},
		{"chat: keyboard and screen reader", testChatByKeyboard},
		{"many: more than one connection has room for", testManyOpen},
		{"many: to the end", testManyComplete},
		{"many: a server that starts anew", testManyRestart},
		{"many: a server with less room", testManyRefused},
		{"many: over HTTP/1.1", testManyHTTP1},
		{"many: what the server does not take", testManyForm},
		{"many: names", testManyNames},
		{"smooth: both are whole", testSmooth},
		{"smooth: frame by frame", testSmoothFrames},
		{"smooth: never further behind", testSmootherLimit},
		{"smooth: errors", testSmoothRefused},
		{"smooth: names", testSmoothNames},
		{"an event stream cut anywhere", testEventReader},
		{"chat: two readings of an answer", testChatReadings},
		{"chat: an even pace", testChatSmoother},
		{"chat: as it arrives and smoothed", testChatPaints},
		{"chat: the end in view", testChatFollows},
		{"lab: faults that are mended", testLabMended},
		{"lab: faults that are noticed", testLabNoticed},
		{"lab: the proof", testLabProof},
		{"lab: the same again", testLabAgain},
		{"lab: for ever", testLabForEver},
		{"lab: what is refused", testLabRefused},
		{"lab: a server that starts anew", testLabRestart},
		{"lab: a server that stands still", testLabStopped},
		{"lab: offline and back", testLabOffline},
		{"lab: asleep", testLabAsleep},
		{"lab: left and back", testLabLeft},
		{"lab: looks and names", testLabLooks},
		{"admin: the log", testAdminLog},
		{"admin: the log held still", testAdminPause},
		{"admin: lines that are missing", testAdminGap},
		{"admin: a server that starts anew", testAdminRestart},
		{"admin: hostile text", testAdminHostile},
		{"admin: more lines than can be read", testAdminFlood},
		{"admin: a server that refuses", testAdminRefused},
		{"admin: a story", testAdminStory},
		{"admin: a server that wants a token", testAdminToken},
		{"admin: streams", testAdminStreams},
		{"admin: the overview", testAdminOverview},
	})
	runIn(t, chromiumtest.StartWhole(t), []inBrowser{
		{"a reload and a way back go on", testGoesOn},
		{"client: what becomes of the page", testClientPage},
		{"live: a reload and the way back", testLiveReadsOn},
	})
}

func runIn(t *testing.T, browser context.Context, tests []inBrowser) {
	t.Helper()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(t, browser)
		})
	}
}

// TestEveryPage looks at all pages in all their states, as axe-core, screens of all
// widths and a keyboard do. It takes minutes, so .ci/run does it in a step of its own.
func TestEveryPage(t *testing.T) {
	if os.Getenv("SSESERVER_EVERY_PAGE") != "1" {
		t.Skip("SSESERVER_EVERY_PAGE=1 is not set: the pages are not looked at in all their states")
	}
	testEveryPage(t, chromiumtest.Start(t))
}
