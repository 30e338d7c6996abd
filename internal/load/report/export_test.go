package report

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"strings"
	"testing"
	"time"

	"sseserver/internal/load"
	"sseserver/internal/load/measure"
)

func TestCSV(t *testing.T) {
	r := example(t, func(r *load.Result) {
		r.Tally.Fail(3*time.Second, "connect_failed")
		second := r.Tally.Timeline.At(4 * time.Second)
		second.CPU, second.ProbeMax = 500*time.Millisecond, 3*time.Millisecond
	})
	var b bytes.Buffer
	if err := r.WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(rows) != 1+12 {
		t.Fatalf("%d rows, %v; want a header and 12 seconds", len(rows), err)
	}
	cell := func(second int, column string) string {
		for i, name := range rows[0] {
			if name == column {
				return rows[1+second][i]
			}
		}
		t.Fatalf("no column %q in %q", column, rows[0])
		return ""
	}
	for _, want := range []struct {
		second     int
		name, cell string
	}{
		{0, "time", "2026-03-01T12:00:00.000Z"},
		{0, "lateness_p99_ms", ""},
		{4, "time", "2026-03-01T12:00:04.000Z"},
		{4, "at_s", "4"},
		{4, "planned", "100"},
		{4, "open", "100"},
		{4, "events", "2000"},
		{3, "errors", "1"},
		{4, "cpu_share", "0.25"},
		{4, "probe_max_ms", "3"},
		{4, "lateness_p50_ms", "40"},
		{4, "lateness_p99_ms", "40"},
	} {
		if got := cell(want.second, want.name); got != want.cell {
			t.Errorf("second %d, %s: got %q, want %q", want.second, want.name, got, want.cell)
		}
	}
}

func TestJUnit(t *testing.T) {
	troubled := func(r *load.Result) {
		r.Tally.Counts = measure.Counts{Clients: 100, Lost: 4}
		r.Health.CPU = 19 * time.Second
		r.Config.Servers = []string{"http://a/?<&>"}
	}
	for name, r := range map[string]*Report{
		"pass": example(t, nil, "lateness.p99<100ms"), "troubled": example(t, troubled, "lateness.p99<50ms"),
	} {
		var b bytes.Buffer
		if err := r.WriteJUnit(&b); err != nil {
			t.Fatal(err)
		}
		var back struct{}
		if err := xml.Unmarshal(b.Bytes(), &back); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		golden(t, "junit-"+name+".xml", b.String())
	}
}

func TestJUnitOfAnInterruptedRun(t *testing.T) {
	var b bytes.Buffer
	if err := example(t, func(r *load.Result) { r.Interrupted = true }).WriteJUnit(&b); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `type="interrupted"`) || !strings.Contains(b.String(), `errors="1"`) {
		t.Errorf("no error in\n%s", b.String())
	}
}
