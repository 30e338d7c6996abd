package story

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// told is a story as a text: its lines, and the verdict.
func told(s Story) string {
	var all strings.Builder
	for _, line := range s.Lines {
		fmt.Fprintf(&all, "%+g %s\n", line.AfterMS/1000, strings.TrimSpace(line.Stream[:min(2, len(line.Stream))]+" "+line.Text))
	}
	fmt.Fprintf(&all, "%s: %s", s.Side, s.Verdict)
	return all.String()
}

// life is a message whose client drops and resumes, and another one that a shutdown
// ends.
var life = script{
	"0 server.starting version=v1", "1 message.submitted m1 r1 t1 bytes=12 total=10",
	"1 http.request m1 r1 t1 http.request.method=POST url.path=/send http.response.status_code=200 duration_ms=1.5 client.address=10.0.0.9",
	opens(2, "m1 s1 r2 t2"), "2 http.request m1 s1 r2 t2 http.request.method=GET url.path=/stream/m1 http.response.status_code=200 duration_ms=0.5 client.address=10.0.0.1",
	"3.5 stream.slow m1 s1 r2 lag_ms=1200", "4.25 stream.recovered m1 s1 r2 lag_ms=1900", "4.5 stream.chunk m1 s1 r2 position=3 bytes=20",
	closes(5, "client_gone", 4, "m1 s1 r2 max_lag_ms=1900"), resumes(6, 4, "m1 s2 r3 previous_stream_id=s1"), opens(6, "m2 s9"),
	closes(7, "completed", 6, "m1 s2 r3 last_position=9"), "8 server.shutdown_started signal=SIGTERM active_streams=1",
	closes(9, "server_shutdown", 3, "m2 s9"), "10 server.shutdown_completed",
}

const lifeOfM1 = `+0 submitted: 10 characters, 12 bytes
+0 POST /send: 200 after 1.5 ms from 10.0.0.9
+1 s1 stream opened from 10.0.0.1: characters, a chunk every 50 ms
+2.5 s1 fell behind its schedule: 1.2 s
+3.25 s1 back on schedule; it was up to 1.9 s behind
+4 s1 stream closed: client_gone, at 4 of 10 characters after 1.0 s; up to 1.9 s behind
+5 s2 stream opened from 10.0.0.1: characters, a chunk every 50 ms, resumed at position 4, after stream s1aaaaaa
+6 s2 stream closed: completed, at 10 of 10 characters after 1.0 s
`

func TestExplain(t *testing.T) {
	tests := []struct{ id, kind, want string }{
		{"m1", "message", lifeOfM1 + "nobody: Nobody failed: its client got the whole message."},
		{"s1", "stream", lifeOfM1 + "client: It left, or lost its connection, while the stream was on schedule. No harm was done: the client resumed once and got all 10 characters."},
		{"s2", "stream", lifeOfM1 + "nobody: Nobody failed: after 1 resume, the client got all 10 characters."},
		{"r1", "request", `+0 submitted: 10 characters, 12 bytes
+0 POST /send: 200 after 1.5 ms from 10.0.0.9
+0 … and 1 more client of the message: 1 finished
nobody: Nothing went wrong: the answer was 200.`},
		{"t2", "trace", strings.Replace(lifeOfM1, "+2.5 ", "+1 s1 GET /stream/m1: 200 after 0.5 ms from 10.0.0.1\n+2.5 ", 1) +
			"client: It left, or lost its connection, while the stream was on schedule. No harm was done: the client resumed once and got all 10 characters."},
		{"m2", "message", `+0 s9 stream opened from 10.0.0.1: characters, a chunk every 50 ms
+2 the server began to shut down (SIGTERM)
+3 s9 stream closed: server_shutdown, at 3 of 10 characters after 1.0 s
operator: The client got 3 of 10 characters. The server was told to stop (SIGTERM), and the stream did not end in time (--drain).`},
	}
	for _, test := range tests {
		for _, asked := range []string{id(test.id), id(test.id)[:shortest], strings.ToUpper(id(test.id)) + " "} {
			s := Explain(asked, life.lines(t))
			if got := told(s); got != test.want || s.Kind != test.kind || s.ID != id(test.id) || !s.Found || s.Searched != "15 lines of server.log" {
				t.Errorf("%s: %s %q, found %t, searched %s\n got %s\nwant %s", asked, s.Kind, s.ID, s.Found, s.Searched, got, test.want)
			}
		}
	}
}

func TestExplainUnknown(t *testing.T) {
	typo := strings.Replace(id("s1"), "4000", "4010", 1)
	tests := []struct{ id, verdict, nearest string }{
		{id("s3"), "No line has this id. Did you mean " + id("s1") + "?", id("s1")},
		{typo, "No line has this id. Did you mean " + id("s1") + "?", id("s1")},
		{id("s9")[:10] + id("s9")[11:], "No line has this id. Did you mean " + id("s9") + "?", id("s9")},
		{"s9aaaaba", "No line has this id. Did you mean " + id("s9") + "?", id("s9")},
		{"s1aaaaa", "An id needs at least 8 digits.", id("s1")},
		{"00000000-0000-0000-0000-000000000000", "No line has this id.", ""},
	}
	for _, test := range tests {
		s := Explain(test.id, life.lines(t))
		if s.Found || s.Kind != "" || s.ID != test.id || s.Verdict != test.verdict || s.Nearest != test.nearest || s.Searched != "15 lines of server.log" || !s.First.Equal(start) {
			t.Errorf("%s\n got %+v\nwant %s", test.id, s, test.verdict)
		}
	}
}

func TestExplainSeveral(t *testing.T) {
	s := Explain("m1aaaaaa", append(script{`0 message.submitted message_id="m1aaaaaa-1" bytes=1`}, life...).lines(t))
	if s.Found || s.Verdict != "Several ids begin with it: m1aaaaaa-1, "+id("m1")+"." {
		t.Errorf("got %+v", s)
	}
}

// An entry has the keys that the operator's pages read.
func TestStoryJSON(t *testing.T) {
	s := Explain(id("s9"), life.lines(t))
	got, err := json.Marshal(s)
	want := `{"id":"` + id("s9") + `","kind":"stream","found":true,"searched":"15 lines of server.log",` +
		`"verdict":"The client got 3 of 10 characters. The server was told to stop (SIGTERM), and the stream did not end in time (--drain).","side":"operator",` +
		`"lines":[{"seq":11,"time":"2026-11-26T12:00:06Z","afterMs":0,"level":"info","event":"stream.opened","text":"stream opened from 10.0.0.1: characters, a chunk every 50 ms","streamId":"` + id("s9") + `"},`
	if err != nil || !strings.HasPrefix(string(got), want) {
		t.Errorf("error %v\n got %s\nwant %s…", err, got, want)
	}
}

// Of 500 clients, those are told of that are worth it, and the rest is counted.
func TestExplainFolds(t *testing.T) {
	var s script
	for i := range 500 {
		s = append(s, opens(1, fmt.Sprintf("m1 s%d", 1000+i)))
	}
	for i := range 500 {
		reason, chunks := "completed", 10
		if i == 300 || i == 400 {
			reason, chunks = "slow_client", 5
		}
		s = append(s, closes(2, reason, chunks, fmt.Sprintf("m1 s%d", 1000+i)))
	}
	got := Explain(id("m1"), s.lines(t))
	want := []string{id("s1300"), id("s1400")}
	for _, failed := range want {
		if n := strings.Count(fmt.Sprint(got.Lines), failed); n != 2 {
			t.Errorf("%s is in %d lines", failed, n)
		}
	}
	last := got.Lines[len(got.Lines)-1]
	if len(got.Lines) != 2*mostShown+1 || last.Text != "… and 488 more clients of the message: 488 finished" {
		t.Errorf("%d lines, the last is %q", len(got.Lines), last.Text)
	}
	if verdict := "2 of 500 clients did not finish, all on the side of the client. The first: The client got 5 of 10 characters."; !strings.HasPrefix(got.Verdict, verdict) {
		t.Errorf("verdict %q", got.Verdict)
	}
}

// The appends to a live message are many.
func TestExplainFoldsAppends(t *testing.T) {
	s := script{"0 message.submitted m1 bytes=0 state=open"}
	for i := range 100 {
		s = append(s, fmt.Sprintf("%d http.request m1 http.request.method=POST url.path=/chunks http.response.status_code=200 duration_ms=1", i))
	}
	s = append(s, "100 message.failed m1 reason=out~of~paper chunks=100 bytes=100 duration_ms=1000")
	post := "POST /chunks: 200 after 1 ms\n"
	want := "+0 opened as a live message\n+0 " + post + "+1 " + post + "+98 … and 97 more lines like these\n+99 " + post + "+100 failed after 100 chunks: out of paper\n" +
		`producer: The producer of the message gave up: "out of paper". It had 0 clients.`
	if got := told(Explain(id("m1"), s.lines(t))); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}
