package openai

import (
	"slices"
	"syscall"
	"testing"
)

// wanted is what a client is to do. Both clients do it with what their package offers
// for it, and nothing else.
type wanted struct {
	Text   string `json:"text"` // of the one message
	N      int64  `json:"n"`    // 0 is not sent
	Stream bool   `json:"stream"`
	Usage  bool   `json:"usage"`  // of a stream
	Leave  bool   `json:"leave"`  // the stream, after the first text
	Models bool   `json:"models"` // list them, and nothing else
	Plan   string `json:"plan"`   // X-Stream-Plan
	Key    string `json:"key"`    // in the place of the right one
}

// outcome is what came of it, as the client's own program has it.
type outcome struct {
	Text   string `json:"text"`
	Role   string `json:"role"`
	Finish string `json:"finish"`
	Tokens int64  `json:"tokens"`
	Error  string `json:"error"` // "" is none; see nameOf
}

// client is a package under test.
type client struct {
	name string
	run  func(t *testing.T, url string, cases []wanted) []outcome
}

// testCase has what is right for all clients, or what a client makes of it.
type testCase struct {
	ask    wanted
	want   outcome
	others map[string]outcome // by the name of a client
	reason string             // why the stream has ended on the server; "" is that there was none
}

const (
	hello  = "Hello streaming world"
	assist = "assistant"
)

// whole is an answer with all that belongs to it.
func whole(text string, tokens int64) outcome { return outcome{text, assist, "stop", tokens, ""} }

var cases = append(faultCases(), []testCase{
	{ask: wanted{Models: true}, want: outcome{Text: "echo"}},
	{ask: wanted{Text: hello}, want: whole(hello, 6), reason: "completed"},
	{ask: wanted{Text: "Né 👨‍👩‍👧\r\n\"\\\x00\u2028 x"}, want: whole("Né 👨‍👩‍👧\r\n\"\\\x00\u2028 x", 8), reason: "completed"},
	{ask: wanted{Text: hello, Stream: true}, want: whole(hello, 0), reason: "completed"},
	{ask: wanted{Text: hello, Stream: true, Usage: true}, want: whole(hello, 6), reason: "completed"},
	{ask: wanted{Text: hello, Stream: true, Usage: true, Plan: "unit=character"}, want: whole(hello, 24), reason: "completed"},
	{ask: wanted{Text: hello, Stream: true, Leave: true, Plan: "interval=1m"}, want: outcome{Text: "Hello ", Role: assist}, reason: "client_gone"},

	{ask: wanted{Text: hello, Key: "sk-wrong"}, want: outcome{Error: "401: authentication_error, , invalid_api_key"}},
	{ask: wanted{Text: hello, Stream: true, Key: "sk-wrong"}, want: outcome{Error: "401: authentication_error, , invalid_api_key"}},
	{ask: wanted{Text: hello, N: 2}, want: outcome{Error: "400: invalid_request_error, n, invalid_parameter"}},
	{ask: wanted{}, want: outcome{Error: "400: invalid_request_error, messages, message_required"}},
	{ask: wanted{Text: hello, Stream: true, Plan: "fault=cud@3"}, want: outcome{Error: "400: invalid_request_error, , invalid_parameter"}},
	{ask: wanted{Text: hello, Stream: true, Plan: "fault=status:503"}, want: outcome{Error: "503: server_error, , fault_injected"}},
	{ask: wanted{Text: hello, Plan: "fault=status:429"}, want: outcome{Error: "429: invalid_request_error, , fault_injected"}},
}...)

// faultCases are what clients make of faults.
func faultCases() []testCase {
	stream := func(plan string) wanted { return wanted{Text: hello, Stream: true, Plan: "fault=" + plan} }
	document := func(plan string) wanted { return wanted{Text: hello, Plan: "fault=" + plan} }
	return []testCase{
		// What breaks off is an error.
		{ask: stream("cut@2"), want: outcome{Text: "Hello streaming ", Role: assist, Error: "connection"}, reason: "fault"},
		{ask: stream("truncate@2"), want: outcome{Text: "Hello streaming ", Role: assist, Error: "connection"}, reason: "fault"},
		{ask: document("cut@2"), want: outcome{Error: "connection"}, reason: "fault"},
		{ask: document("end@2"), want: outcome{Error: "json"}, reason: "fault"},

		// What ends is taken for whole: only a program that looks for the reason of the
		// end can tell.
		{ask: stream("end@2"), want: outcome{Text: "Hello streaming ", Role: assist}, reason: "fault"},
		{ask: stream("end@0"), want: outcome{Role: assist}, reason: "fault"},
		{ask: stream("nodone"), want: whole(hello, 0), reason: "completed"},

		// The format allows all this, but not all of it is read.
		{ask: stream("split:1"), want: whole(hello, 0), reason: "completed"},
		{ask: stream("comment@1"), want: whole(hello, 0), reason: "completed"},
		{ask: stream("retry:1s"), want: whole(hello, 0), reason: "completed"},
		{ask: stream("eol:crlf"), want: whole(hello, 0), reason: "completed"},
		{
			ask: stream("eol:cr"), want: whole(hello, 0), reason: "completed",
			others: map[string]outcome{"go": {}}, // it reads one line, which nothing ends
		},
		{
			ask: stream("bom"), want: whole(hello, 0), reason: "completed",
			others: map[string]outcome{"go": {Text: hello, Finish: "stop"}}, // the first event is lost
		},
		{
			ask: document("bom"), want: whole(hello, 6), reason: "completed",
			others: map[string]outcome{"go": {Error: "json"}},
		},

		// Nobody counts the chunks.
		{ask: stream("drop@1"), want: whole("Hello world", 0), reason: "completed"},
		{ask: stream("double@1"), want: whole("Hello streaming streaming world", 0), reason: "completed"},
		{ask: stream("stall:50ms@1"), want: whole(hello, 0), reason: "completed"},
	}
}

func TestClear(t *testing.T) { testAll(t, start(t), goClient, jsClient) }

func TestTLS(t *testing.T) { testAll(t, start(t, "--tls-self-signed"), goClient, jsClient) }

// A stream that the server ends is an error to the client: its end would look like
// that of a whole answer.
func TestShutdown(t *testing.T) {
	for _, client := range []client{goClient, jsClient} {
		t.Run(client.name, func(t *testing.T) {
			server := start(t, "--drain=1ms", "--log-level=debug")
			asked := wanted{Text: hello, Stream: true, Plan: "interval=1m"}
			go func() { // which ends when the server has told
				server.log.await("stream.first_chunk", 1)
				_ = server.process.Signal(syscall.SIGTERM)
			}()
			want := outcome{Text: "Hello ", Role: assist, Error: "event: server_shutdown"}
			if got := client.run(t, server.url, []wanted{asked}); got[0] != want {
				t.Errorf("got %+v, want %+v", got[0], want)
			}
		})
	}
}

func testAll(t *testing.T, server server, clients ...client) {
	for _, client := range clients {
		t.Run(client.name, func(t *testing.T) { test(t, server, client) })
	}
}

// test does all cases with one client, one after the other.
func test(t *testing.T, server server, client client) {
	var asked []wanted
	var reasons []string
	for _, c := range cases {
		asked = append(asked, c.ask)
		if c.reason != "" {
			reasons = append(reasons, c.reason)
		}
	}
	before := len(server.log.await("stream.closed", 0))
	for i, got := range client.run(t, server.url, asked) {
		want, isOther := cases[i].others[client.name]
		if !isOther {
			want = cases[i].want
		}
		if got != want {
			t.Errorf("%+v\n got %+v\nwant %+v", asked[i], got, want)
		}
	}
	got := server.log.await("stream.closed", before+len(reasons))[before:]
	slices.Sort(got) // a client need not wait for the line of a stream that it has read
	slices.Sort(reasons)
	if !slices.Equal(got, reasons) {
		t.Errorf("the streams ended\n%v, want\n%v", got, reasons)
	}
}
