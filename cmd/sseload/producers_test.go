package main

import (
	"io"
	"path/filepath"
	"strings"
	"testing"

	"sseserver/httpapi/ssetest"
	"sseserver/internal/load"
	"sseserver/internal/load/report"
)

func TestLiveFlags(t *testing.T) {
	got, err := parse([]string{"--live", "a", "--live-messages", "3", "--append-rate", "2.5", "--append-bytes=7", "--append-to=b", "--pipe"}, io.Discard)
	want := load.Live{On: true, Messages: 3, Rate: 2.5, Bytes: 7, AppendTo: "b", Pipe: true}
	if err != nil || got.config.Live != want {
		t.Errorf("error %v\n got %+v\nwant %+v", err, got.config.Live, want)
	}
}

func TestBadLiveFlags(t *testing.T) {
	for _, tt := range []struct {
		want string
		args []string
	}{
		{"need --live", []string{"http://a", "--pipe"}},
		{`--live-messages: want a whole number, more than 0, got "0"`, []string{"--live", "http://a", "--live-messages", "0"}},
		{`--append-rate: want a number, more than 0, got "x"`, []string{"--live", "http://a", "--append-rate", "x"}},
		{"--live needs the address of a server", []string{"--live", "--url", "http://a"}},
		{"--live needs the address of a server", []string{"--live", "--method", "POST", "http://a"}},
		{"--publish-url needs --url", []string{"--live", "http://a", "--publish-url", "http://a", "--publish-body", "{n}"}},
		{"--append-to and --pipe need --live", []string{"http://a", "--append-to", "http://b"}},
		{`address "ftp://b": the scheme must be http or https`, []string{"--live", "http://a", "--append-to", "ftp://b"}},
		{"say what to load", []string{"--live"}},
	} {
		wantConfigError(t, tt.want, tt.args...)
	}
}

// As many clients as there are live messages come, unless told otherwise.
func TestCrowdOfLiveMessages(t *testing.T) {
	for want, args := range map[int][]string{
		100: {"--live", "a", "--live-messages", "3"},
		300: {"--live", "a", "--live-messages", "300"},
		7:   {"--live", "a", "--live-messages", "300", "--clients", "7"},
	} {
		got, err := parse(args, io.Discard)
		if err != nil || got.config.Crowd() != want {
			t.Errorf("%v: %d clients, error %v, want %d", args, got.config.Crowd(), err, want)
		}
	}
}

func TestLiveRun(t *testing.T) {
	server := ssetest.Start(t, ssetest.Config{})
	file := filepath.Join(t.TempDir(), "r.json")
	got := sseload(crowd("--live", server.URL, "--live-messages=2", "--append-rate=50", "--duration=200ms", "--json", file,
		"--threshold", "delivery.p99<1m", "--threshold", "append.p99<1m")...)
	if !got.ended(0) {
		t.Fatalf("got %+v", got)
	}
	for _, want := range []string{
		"chunks of 2 live message(s), an event every 20 ms", "8 completed", "append ms", "delivery ms", "appends       20 chunks, 0 not accepted",
		"✓ delivery.p99<1m", "✓ append.p99<1m", "✓ completed>0",
	} {
		if !strings.Contains(got.stdout, want) {
			t.Errorf("no %q in the summary:\n%s", want, got.stdout)
		}
	}
	r, err := report.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	if r.Settings.Kind != "live" || r.Settings.LiveMessages != 2 || r.Counts.Appended != 20 || r.Counts.Events != 80 || r.Metrics["delivery"].Count != 80 {
		t.Errorf("got settings %+v, counts %+v", r.Settings, r.Counts)
	}
}
