package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"sseserver/internal/load"
	"sseserver/internal/load/measure"
	"sseserver/internal/load/threshold"
	"sseserver/internal/load/track"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// example is a run whose figures are easy to check by hand.
func example(t *testing.T, change func(r *load.Result), thresholds ...string) *Report {
	t.Helper()
	result := &load.Result{
		Config: load.Config{
			Servers: []string{"http://127.0.0.1:4400"}, Clients: 100, Ramp: 100, Duration: 10 * time.Second, Drain: 5 * time.Second,
			Kind: track.Characters, Message: "hello", Interval: 50 * time.Millisecond, Protocol: "http1", Processes: 1, GeneratorLimit: 10 * time.Millisecond,
		},
		Started: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
		Part: load.Part{
			Windows: track.Windows{Ramp: time.Second, Steady: 11 * time.Second, End: 11500 * time.Millisecond},
			Health:  load.Health{CPU: time.Second, Wall: 10 * time.Second, Procs: 2, CPUs: 2},
			Tally: measure.Tally{Counts: measure.Counts{
				Clients: 100, Connections: 100, Streams: 100, Completed: 100, Events: 22000, Steady: 20000,
				Reads: 21000, Comments: 100, Judged: 100, Good: 100,
			}},
		},
	}
	tally := &result.Tally
	for i := range 1000 {
		due := time.Second + time.Duration(i)*10*time.Millisecond
		tally.Late(measure.Steady, due, time.Duration(i+1)*100*time.Microsecond) // 0.1 to 100 ms
		tally.Distributions.Record(measure.ITL, measure.Steady, 50*time.Millisecond)
		tally.Distributions.Record(measure.Probe, measure.Steady, time.Millisecond)
		tally.Timeline.At(due).Events += 20
	}
	for i := range 100 {
		tally.Distributions.Record(measure.TTFE, measure.Ramp, time.Duration(i+1)*time.Millisecond)
		tally.Timeline.At(0).Planned++
		tally.Timeline.At(0).Opened++
		tally.Timeline.At(11*time.Second).Closed++
	}
	for _, text := range thresholds {
		parsed, err := threshold.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		result.Config.Thresholds = append(result.Config.Thresholds, parsed)
	}
	result.Config.Thresholds = threshold.WithDefaults(result.Config.Thresholds)
	if change != nil {
		change(result)
	}
	return New(result, Generator{Name: "sseload", Version: "v1.0.0", Go: "go1.26", System: "linux/amd64"})
}

func TestOutcome(t *testing.T) {
	interrupt := func(r *load.Result) { r.Interrupted = true }
	streamRates := func(r *load.Result) { r.Tally.Distributions.RecordNumber(measure.EventRate, measure.Ramp, 1600) }
	exhaust := func(r *load.Result) { r.Health.CPU = 19 * time.Second }
	tests := []struct {
		name      string
		change    func(r *load.Result)
		threshold string
		want      Outcome
		wantCode  int
	}{
		{"all met", nil, "lateness.p99<100ms", Pass, 0},
		{"one not met", nil, "lateness.p99<50ms", Fail, 99},
		{"a default not met", func(r *load.Result) { r.Tally.Counts.Lost = 1 }, "goodput>=1%", Fail, 99},
		{"a default set aside", func(r *load.Result) { r.Tally.Counts.Lost = 1 }, "lost<=1", Pass, 0},
		{"a share", func(r *load.Result) { r.Tally.Counts.Lost = 22000 }, "lost<=50%", Pass, 0},
		{"nothing measured", nil, "outage.p99<1s", Fail, 99},
		{"few coalesced", func(r *load.Result) { r.Tally.Counts.Coalesced = 220 }, "coalesced<=1%", Pass, 0},
		{"coalesced, without slow clients", func(r *load.Result) {
			r.Tally.Counts.Coalesced, r.Tally.Counts.SlowEvents = 220, 2000
		}, "coalesced<=1%", Fail, 99},
		{"fast enough", streamRates, "event_rate.p1>1.5", Pass, 0},
		{"too slow", streamRates, "event_rate.max>2", Fail, 99},
		{"the generator exhausted", exhaust, "lateness.p99<50ms", Invalid, 3},
		{"interrupted", interrupt, "lateness.p99<50ms", Interrupted, 105},
	}
	for _, tt := range tests {
		r := example(t, tt.change, tt.threshold)
		if r.Outcome != tt.want || r.ExitCode != tt.wantCode {
			t.Errorf("%s: got %s, exit code %d; want %s, %d", tt.name, r.Outcome, r.ExitCode, tt.want, tt.wantCode)
		}
	}
}

// A run in which nothing came has shown nothing, and says so last of all.
func TestNoEvents(t *testing.T) {
	nothing := func(r *load.Result) { r.Tally.Counts.Events = 0 }
	for threshold, want := range map[string]string{"lost==0": "FAIL: no event arrived", "events>=0": "PASS; no event arrived"} {
		var summary strings.Builder
		if err := example(t, nothing, threshold).WriteSummary(&summary); err != nil {
			t.Fatal(err)
		}
		if got := summary.String(); !strings.HasSuffix(got, "\n"+want+"\n") {
			t.Errorf("%s: want %q at the end of\n%s", threshold, want, got)
		}
	}
}

// Who lets streams be opened anew for ever, though they have an end, is told.
func TestHintOfTheEnd(t *testing.T) {
	for ended, want := range map[uint64]bool{0: false, 10: false, 100: true} {
		var summary strings.Builder
		if err := example(t, func(r *load.Result) { r.Tally.Counts.Ended = ended }).WriteSummary(&summary); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(summary.String(), "--expect-done with close, data:TEXT or event:NAME"); got != want {
			t.Errorf("%d of 100 connections ended: hint %v, want %v", ended, got, want)
		}
	}
}

// That a hub was not waited for is told, since the order is not its fault then.
func TestHintOfOverlappingPublications(t *testing.T) {
	for overlapping, want := range map[uint64]bool{0: false, 3: true} {
		var summary strings.Builder
		r := example(t, func(r *load.Result) {
			r.Config.Publish.URL, r.Tally.Counts.Overlapping = "http://127.0.0.1:1/pub", overlapping
		})
		if err := r.WriteSummary(&summary); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(summary.String(), "3 were sent although the hub had left the one before unanswered for a second or more"); got != want {
			t.Errorf("%d overlapping: told %v, want %v:\n%s", overlapping, got, want, summary.String())
		}
	}
}

func TestFigures(t *testing.T) {
	r := example(t, nil, "lateness.p99<50ms")
	m := r.Metrics["lateness"]
	if m.Count != 1000 || m.P50 < 49.9 || m.P50 > 50.1 || m.Max < 99.9 || m.Max > 100.1 || m.Window != "steady" {
		t.Errorf("lateness: %+v", m.Statistics)
	}
	if r.Rates.EventsPerSecond != 2000 || *r.Rates.Goodput != 1 || r.Health.CPUShare != 0.05 {
		t.Errorf("rates %+v, health %+v", r.Rates, r.Health)
	}
	if got := r.Metrics["ttfe"]; got.Window != "all" || got.Count != 100 {
		t.Errorf("ttfe: %+v; want the 100 of the ramp, since it is over all windows", got)
	}
	if v := r.Thresholds[0]; v.Pass || v.Observed == nil || *v.Observed < 98 || *v.Observed > 100 {
		t.Errorf("verdict %+v, want an observed p99 of 99 ms", v)
	}
	last := r.Timeline[len(r.Timeline)-1]
	if last.At != 11 || last.Open != 0 || last.Planned != 100 || r.Timeline[5].Open != 100 || r.Timeline[5].Events != 2000 {
		t.Errorf("timeline: %+v, last %+v", r.Timeline[5], last)
	}
}

// The published schema is what the program writes, with nothing left out or
// undescribed.
func TestSchemaDescribesTheReport(t *testing.T) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("report.json", document); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("report.json")
	if err != nil {
		t.Fatal(err)
	}
	everything := func(r *load.Result) {
		for m := range measure.Metrics {
			for w := range measure.Windows {
				r.Tally.Distributions.RecordNumber(m, w, 5)
			}
		}
		r.Tally.Fail(time.Second, "connect_failed")
		r.Tally.FaultHappened("cut")
		r.Tally.FaultMissing("drop")
		r.Tally.Refused(&measure.FirstRefusal{At: time.Second, Refusal: measure.Refusal{Reason: "bad_status", Status: 503, Body: "{\"error\":\n\"full\"}\n"}})
		r.Health.CPU = time.Hour
		r.Clock = &load.Clock{Unknown: true}
		r.PublishRefusal, r.AppendRefusal = "503 Service Unavailable", "503 Service Unavailable"
	}
	for name, r := range map[string]*Report{
		"usual": example(t, nil), "everything": example(t, everything, "outage.p99<1s", "goodput>0"),
		"nothing": New(&load.Result{Config: load.Config{Protocol: "http1"}}, Generator{}),
	} {
		var b bytes.Buffer
		if err := r.WriteJSON(&b); err != nil {
			t.Fatal(err)
		}
		value, err := jsonschema.UnmarshalJSON(&b)
		if err != nil {
			t.Fatal(err)
		}
		if err := compiled.Validate(value); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What is read back from a file gives the same table.
func TestReadBack(t *testing.T) {
	r := example(t, nil, "lateness.p99<50ms")
	file := write(t, r)
	back, err := Read(file)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := summary(t, back), summary(t, r); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for name, content := range map[string]string{"no JSON": "x", "another version": `{"version":"sseload/9"}`} {
		file := filepath.Join(t.TempDir(), "x.json")
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(file); err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: got error %v, want one that names the file", name, err)
		}
	}
}

func TestSummary(t *testing.T) {
	troubled := func(r *load.Result) {
		r.Tally.Counts = measure.Counts{
			Clients: 100, Connections: 130, Streams: 100, Completed: 80, CutOff: 15, Failed: 5, Unnumbered: 3,
			Dropped: 10, Reconnects: 30, Events: 21000, Steady: 19000, Reads: 20000, Comments: 1,
			Lost: 4, Duplicate: 3, Reordered: 2, Corrupt: 1, ResumedWrong: 6, Truncated: 20, Judged: 95, Good: 50,
			SlowClients: 5, SlowEvents: 44, SlowCutOff: 2,
		}
		for range 3 {
			r.Tally.Fail(time.Second, "status_503")
		}
		r.Tally.Fail(time.Second, "connect_failed")
		r.Tally.Refused(&measure.FirstRefusal{At: time.Second, Refusal: measure.Refusal{Reason: "bad_status", Status: 503, Body: "{\"error\":\n\"full\"}\n"}})
		r.Health.CPU = 19 * time.Second
	}
	tokens := func(r *load.Result) {
		r.Config.Servers, r.Config.URLs, r.Config.Kind, r.Config.Interval = nil, []string{"http://x/v1/chat/completions"}, track.Any, 0
		if err := r.Config.Token.UnmarshalText([]byte("data.choices.0.delta.content")); err != nil {
			t.Fatal(err)
		}
		r.Tally.Counts.OtherEvents = 400
	}
	for name, r := range map[string]*Report{
		"pass": example(t, nil, "lateness.p99<100ms"), "troubled": example(t, troubled, "lateness.p99<50ms"),
		"any": example(t, func(r *load.Result) {
			r.Config.Servers, r.Config.URLs, r.Config.Kind, r.Config.Interval = nil, []string{"https://example.org/events"}, track.Any, 0
			r.Tally.Distributions = measure.Distributions{}
			r.Tally.Distributions.Record(measure.ITL, measure.Steady, time.Second)
			r.Tally.Distributions.Record(measure.Duration, measure.Ramp, 30*time.Second)
			r.Tally.Distributions.RecordNumber(measure.EventRate, measure.Ramp, 25_400)
			r.Tally.Distributions.RecordNumber(measure.ByteRate, measure.Ramp, 5_210)
			r.Tally.Distributions.Record(measure.Latency, measure.Steady, 12*time.Millisecond)
			r.Tally.Distributions.Record(measure.Latency, measure.Steady, 2*time.Hour)
			if err := r.Config.Timestamp.Path.UnmarshalText([]byte("data.sent_at")); err != nil {
				t.Fatal(err)
			}
			r.Tally.Counts.NoTimestamp = 3
			r.Clock = &load.Clock{Offset: -3200 * time.Microsecond, Error: 4100 * time.Microsecond, Source: "from the Date of 8 answers"}
			r.Tally.Counts.Coalesced, r.Tally.Counts.BeforeSent = 1100, 2
		}),
		"tokens": example(t, tokens),
		"no_tokens": example(t, func(r *load.Result) {
			tokens(r)
			r.Tally.Counts.Events, r.Tally.Counts.Coalesced = 0, 0
			r.Tally.Fail(time.Second, measure.ErrorEvent)
			r.Tally.Refused(&measure.FirstRefusal{At: time.Second, Refusal: measure.Refusal{Reason: measure.ErrorEvent, Status: 200, Body: `{"error":"overloaded"}`}})
		}),
	} {
		golden(t, name+".txt", summary(t, r))
	}
}

// Lines that help are there where they do, and nowhere else.
func TestHints(t *testing.T) {
	const resume, early = "reconnection time may be longer than the rest of the run", "of an earlier run or of another publisher"
	for _, tt := range []struct {
		counts        measure.Counts
		resume, early bool
	}{
		{counts: measure.Counts{}},
		{counts: measure.Counts{Dropped: 5, Reconnects: 1}},
		{counts: measure.Counts{Dropped: 5}, resume: true},
		{counts: measure.Counts{Early: 5}, early: true},
	} {
		got := summary(t, example(t, func(r *load.Result) {
			r.Tally.Counts = tt.counts
			r.Config.Publish.URL = "http://x/pub"
		}))
		if strings.Contains(got, resume) != tt.resume || strings.Contains(got, early) != tt.early {
			t.Errorf("%+v: got\n%s\nwant a hint about resuming: %v, about early ones: %v", tt.counts, got, tt.resume, tt.early)
		}
	}
}

func TestComparison(t *testing.T) {
	a := example(t, nil)
	b := example(t, func(r *load.Result) {
		r.Config.Clients = 200
		r.Tally.Counts.Lost = 5
		r.Tally.Distributions = measure.Distributions{}
		for i := range 1000 {
			r.Tally.Distributions.Record(measure.Lateness, measure.Steady, time.Duration(i+1)*200*time.Microsecond)
		}
	})
	var out bytes.Buffer
	if err := WriteComparison(&out, "a.json", a, "b.json", b); err != nil {
		t.Fatal(err)
	}
	golden(t, "compare.txt", out.String())
}

func TestHgrm(t *testing.T) {
	var b bytes.Buffer
	if err := example(t, nil).WriteHgrm(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Value	Percentile", "#[Mean", "Total count    =         1000]"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

// The page must work without a network, and no data may end its script.
func TestPage(t *testing.T) {
	var b bytes.Buffer
	r := example(t, func(r *load.Result) { r.Config.Servers = []string{"http://x/</script><script>alert(1)//"} })
	if err := r.WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	if got := strings.Count(page, "</script>"); got != 2 {
		t.Errorf("%d scripts end in the page, want its own two", got)
	}
	for _, address := range regexp.MustCompile(`(?:src|href)="[^#]|url\(|@import|https?://[a-z0-9./]+`).FindAllString(page, -1) {
		if address != "http://www.w3.org/2000/svg" && address != "http://x/" {
			t.Errorf("the page refers to %q", address)
		}
	}
	_, data, _ := strings.Cut(page, "const report = ")
	data, _, _ = strings.Cut(data, ";</script>")
	var back Report
	if err := json.Unmarshal([]byte(data), &back); err != nil || back.Settings.Target != r.Settings.Target {
		t.Errorf("the page's data: %v, target %q", err, back.Settings.Target)
	}
}

func summary(t *testing.T, r *Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.WriteSummary(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func write(t *testing.T, r *Report) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.json")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := r.WriteJSON(file); err != nil {
		t.Fatal(err)
	}
	return path
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
	}
}
