package story

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"sseserver/internal/logs/terminal"
)

// narrow is a terminal of 80 columns in Berlin.
var narrow = terminal.Style{Width: 80, Zone: time.FixedZone("CET", 3600)}

// fits reports lines that are longer than a terminal of 80 columns.
func fits(t *testing.T, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		if n := utf8.RuneCountInString(line) - 1; n > 80 {
			t.Errorf("%d characters: %s", n, line)
		}
	}
}

func printed(t *testing.T, s Story, style terminal.Style) string {
	t.Helper()
	var b bytes.Buffer
	if err := s.Print(&b, style); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestStoryPrint(t *testing.T) {
	got := printed(t, Explain(id("s2"), life.lines(t)), narrow)
	want := `stream s2aaaaaa-0000-4000-8000-000000000000
Thursday, 26 November 2026, times in CET (UTC+01:00)

13:00:01.000   +0 ms            submitted: 10 characters, 12 bytes
13:00:01.000   +0 ms            POST /send: 200 after 1.5 ms from 10.0.0.9
13:00:02.000  +1.0 s  s1aaaaaa  stream opened from 10.0.0.1: characters, a chunk
                                every 50 ms
13:00:03.500  +2.5 s  s1aaaaaa  fell behind its schedule: 1.2 s
13:00:04.250  +3.2 s  s1aaaaaa  back on schedule; it was up to 1.9 s behind
13:00:05.000  +4.0 s  s1aaaaaa  stream closed: client_gone, at 4 of 10
                                characters after 1.0 s; up to 1.9 s behind
13:00:06.000  +5.0 s  s2aaaaaa  stream opened from 10.0.0.1: characters, a chunk
                                every 50 ms, resumed at position 4, after stream
                                s1aaaaaa
13:00:07.000  +6.0 s  s2aaaaaa  stream closed: completed, at 10 of 10 characters
                                after 1.0 s

Nobody failed: after 1 resume, the client got all 10 characters.
`
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	fits(t, got)
}

func TestStoryPrintUnknown(t *testing.T) {
	got := printed(t, Explain("99999999", life.lines(t)), narrow)
	want := `99999999: No line has this id. Searched were 15 lines of server.log, from 26
November 2026 13:00:00.000 to 26 November 2026 13:00:10.000.
`
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// Colors change nothing but the color.
func TestStoryPrintColors(t *testing.T) {
	colored := narrow
	colored.Color = true
	s := Explain(id("s1"), life.lines(t))
	plain, painted := printed(t, s, narrow), printed(t, s, colored)
	if !strings.Contains(painted, "\x1b[33mfell behind its schedule: 1.2 s\x1b[0m\n") {
		t.Errorf("a warning has no color: %q", painted)
	}
	for _, color := range []terminal.Color{terminal.Bold, terminal.Faint, terminal.Red, terminal.Green, terminal.Yellow, terminal.Cyan, "0"} {
		painted = strings.ReplaceAll(painted, "\x1b["+string(color)+"m", "")
	}
	if painted != plain {
		t.Errorf("got\n%swant\n%s", painted, plain)
	}
}

func TestFailurePrint(t *testing.T) {
	four, ten, percent, hundred := 4, 1234, 37, 100
	tests := []struct {
		failure Failure
		want    string
	}{
		{
			Failure{What: FailedClient, Time: start, Message: id("m1"), Address: "10.0.0.1", Stream: id("s1"), Got: &four, Total: &ten, Reason: "client_gone", Resumes: 2, Side: TheClient, Why: "It left, or lost its connection, while the stream was on schedule."},
			`13:00:00.000  m1aaaaaa-0000-4000-8000-000000000000  10.0.0.1  4 of 1 234
              client: client_gone, resumed twice, last stream s1aaaaaa. It left,
              or lost its connection, while the stream was on schedule.
`,
		},
		{
			Failure{What: FailedClient, Time: start, Message: id("m1"), Address: "10.0.0.1", Stream: id("s1"), Kind: "progress", Got: &percent, Total: &hundred, Reason: "fault", Side: TheTestPlan, Why: "Its test plan ended the stream (cut@7)."},
			`13:00:00.000  m1aaaaaa-0000-4000-8000-000000000000  10.0.0.1  37 %
              test plan: fault, not resumed, stream s1aaaaaa. Its test plan
              ended the stream (cut@7).
`,
		},
		{
			Failure{What: FailedClient, Time: start, Message: id("m1"), Stream: id("s1"), Total: &ten, Side: TheServer, Why: "It was killed."},
			`13:00:00.000  m1aaaaaa-0000-4000-8000-000000000000  unknown client  ? of 1 234
              server: no end in the log, not resumed, stream s1aaaaaa. It was
              killed.
`,
		},
		{
			Failure{What: FailedMessage, Time: start, Message: id("m1"), Got: &four, Reason: "out of paper", Side: TheProducer, Why: `The producer of the message gave up: "out of paper".`},
			`13:00:00.000  m1aaaaaa-0000-4000-8000-000000000000  the message itself  4 chunks
              producer: The producer of the message gave up: "out of paper".
`,
		},
		{
			Failure{What: RefusedClient, Time: start, Message: id("m1"), Address: "10.0.0.1", Reason: "too_many_streams", Refused: 3, Side: TheServer, Why: "It was refused 3 times."},
			`13:00:00.000  m1aaaaaa-0000-4000-8000-000000000000  10.0.0.1
              server: too_many_streams. It was refused 3 times.
`,
		},
	}
	for _, test := range tests {
		var b bytes.Buffer
		if err := test.failure.Print(&b, narrow); err != nil || b.String() != test.want {
			t.Errorf("error %v, got\n%swant\n%s", err, &b, test.want)
		}
		fits(t, b.String())
	}
}

func TestTotalsPrint(t *testing.T) {
	tests := []struct {
		totals Totals
		want   string
	}{
		{Totals{}, "No stream was opened in this log.\n"},
		{Totals{Counts: Counts{Clients: 2000, Finished: 2000}}, "All is well: 2 000 clients finished.\n"},
		{Totals{Counts: Counts{Clients: 2000, Finished: 1999, Running: 1}}, "1 999 of 2 000 clients finished, and none failed. 1 is still reading at the end\nof the log.\n"},
		{
			Totals{Counts: Counts{Clients: 2000, Finished: 1996, Failed: 4}, Sides: map[Side]int{TheServer: 1, TheClient: 2, TheNetwork: 1}},
			"4 of 2 000 clients did not finish: client 2, network 1, server 1.\n",
		},
		{
			Totals{Counts: Counts{Clients: 2000, Finished: 1600, Unknown: 400}},
			"1 600 of 2 000 clients finished, and none failed. How 400 ended is not known, as\nlines of the log are missing.\n",
		},
		{
			Totals{Counts: Counts{Clients: 1, Finished: 1}, Cut: true},
			"1 of 1 client finished, and none failed. The beginning of the log is missing:\nmore may have failed before.\n",
		},
		{
			Totals{Counts: Counts{Clients: 1, Finished: 1}, Quiet: true},
			"1 of 1 client finished, and none failed. The level of the log leaves out\nstreams: more may have failed.\n",
		},
		{
			Totals{Counts: Counts{Clients: 1, Finished: 1}, Refused: 1, Messages: 12},
			"1 of 1 client finished, and none failed. 1 client was refused. 12 messages\nfailed.\n",
		},
	}
	for _, test := range tests {
		var b bytes.Buffer
		if err := test.totals.Print(&b, narrow); err != nil || b.String() != test.want {
			t.Errorf("error %v, got\n%swant\n%s", err, &b, test.want)
		}
	}
}

func TestWords(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1 000", 12034: "12 034", 1234567: "1 234 567", -1000: "-1 000", -100: "-100"} {
		if got := terminal.Grouped(n); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
	for d, want := range map[time.Duration]string{
		0: "0 ms", 1500 * time.Microsecond: "1.5 ms", 20 * time.Millisecond: "20 ms", 999 * time.Millisecond: "999 ms", 3400 * time.Millisecond: "3.4 s",
		125 * time.Second: "2 min 5 s", 125 * time.Minute: "2 h 5 min", -time.Second: "-1.0 s",
		math.MinInt64: "-2562047 h 47 min",
	} {
		if got := Duration(d); got != want {
			t.Errorf("%v: got %q, want %q", d, got, want)
		}
	}
}
