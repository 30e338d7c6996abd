package summary_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"sseserver/internal/logs/reading"
	"sseserver/internal/logs/summary"
)

// page is the summary of a log, for a terminal of so many characters.
func page(t *testing.T, log string, width int) string {
	t.Helper()
	s := summary.New()
	report, err := reading.Read(t.Context(), reading.Stream("a.log", strings.NewReader(log)), s.Line)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := s.Write(&out, report, width); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// writer makes a log.
type writer struct {
	log strings.Builder
	seq int
	at  time.Time
}

func (w *writer) line(level, text string, values ...any) {
	w.seq++
	if w.at.IsZero() {
		w.at = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	}
	fmt.Fprintf(&w.log, `{"seq":%d,"level":"%s","time":"%s","logger":"x","msg":"x",`+text+"}\n",
		append([]any{w.seq, level, w.at.Format("2006-01-02T15:04:05.000000Z07:00")}, values...)...)
}

func (w *writer) stream(kind, reason, client string, bytes int, ms float64, resumed bool) {
	w.line("info", `"event":"stream.opened","kind":"%s","client.address":"%s"`, kind, client)
	w.line("info", `"event":"stream.closed","kind":"%s","reason":"%s","client.address":"%s","bytes":%d,"chunks":%d,"duration_ms":%g,"max_lag_ms":%g,"ttfc_ms":0.5,"resumed":%t`,
		kind, reason, client, bytes, bytes/100, ms, ms/1000, resumed)
}

// one is a log of everything that a summary tells of.
func one() string {
	var w writer
	w.line("info", `"event":"server.starting","catalogue":2,"version":"1","config":{}`)
	w.line("info", `"event":"message.submitted","bytes":1200,"total":1200`)
	w.line("info", `"event":"message.submitted","bytes":0,"state":"open"`)
	w.line("info", `"event":"message.completed","bytes":0`)
	w.line("info", `"event":"message.evicted","reason":"ttl"`)
	for i := range 1200 {
		w.stream("characters", "completed", fmt.Sprintf("10.0.0.%d", i%12), 1000, float64(i), i%10 == 0)
		w.at = w.at.Add(time.Second)
	}
	w.stream("progress", "client_gone", "10.0.0.99", 5_000_000, 90_000, false)
	w.stream("progress", "slow_client", "", 100, 90_000, false)
	w.line("info", `"event":"stream.opened","kind":"progress","client.address":"10.0.0.1","plan":"cut@5","seed":1`)
	w.line("warn", `"event":"stream.rejected","reason":"message_not_found","status":404`)
	w.line("warn", `"event":"http.request_rejected","code":"not_found","status":404`)
	w.line("warn", `"event":"http.rejections_summed","count":1234`)
	w.line("error", `"event":"log.entries_dropped","count":7`)
	return w.log.String() + "oh\n"
}

func TestSummary(t *testing.T) {
	for name, width := range map[string]int{"testdata/pipe.txt": 0, "testdata/narrow.txt": 50} {
		got := page(t, one(), width)
		want, err := os.ReadFile(name)
		if os.Getenv("UPDATE") != "" {
			err = os.WriteFile(name, []byte(got), 0o644)
			want = []byte(got)
		}
		if err != nil || got != string(want) {
			t.Errorf("%s, %v: got\n%s\nwant\n%s", name, err, got, want)
		}
		for line := range strings.Lines(got) {
			if n := len([]rune(line)); width > 0 && strings.ContainsAny(line, "▁▂▃▄▅▆▇█") && n > width+1 {
				t.Errorf("%s: a picture of %d characters: %s", name, n, line)
			}
		}
	}
}

// More than two hours are drawn in larger steps, and days of a quiet server too.
func TestSteps(t *testing.T) {
	for minutes, want := range map[int]string{
		1: "STREAMS PER MINUTE,", 119: "STREAMS PER MINUTE,", 121: "STREAMS PER 2 MINUTES,", 60 * 24 * 3: "STREAMS PER HOUR,", 60 * 24 * 30: "STREAMS PER 12 HOURS,",
		60 * 24 * 10000: "STREAMS PER",
	} {
		var w writer
		w.stream("characters", "completed", "::1", 1, 1, false)
		w.at = w.at.Add(time.Duration(minutes) * time.Minute)
		w.stream("characters", "fault", "::1", 1, 1, false)
		if got := page(t, w.log.String(), 0); !strings.Contains(got, want) || strings.Count(got, "█") != 3 {
			t.Errorf("%d minutes: want %s in\n%s", minutes, want, got)
		}
	}
}

func TestNoStreams(t *testing.T) {
	var w writer
	w.line("info", `"event":"server.ready","startup_ms":1`)
	got := page(t, w.log.String(), 80)
	if strings.Contains(got, "TIMES") || strings.Contains(got, "CLIENTS") || strings.Contains(got, "PER MINUTE") || !strings.Contains(got, "opened") {
		t.Errorf("got\n%s", got)
	}
}

// However many clients there are, those with most are found.
func TestManyClients(t *testing.T) {
	var w writer
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 140_000 {
		client := fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255)
		if random.IntN(100) == 0 {
			client = "192.0.2.1"
		}
		w.line("info", `"event":"stream.closed","kind":"progress","reason":"completed","client.address":"%s","bytes":1`, client)
	}
	got := page(t, w.log.String(), 80)
	_, clients, _ := strings.Cut(got, "CLIENTS by streams")
	if first := strings.Fields(clients); len(first) < 3 || first[2] != "192.0.2.1" || !strings.Contains(got, "of many clients") {
		t.Errorf("got\n%s", got)
	}
}

// The first line is no wider than the terminal.
func TestNarrowHead(t *testing.T) {
	var w writer
	w.line("info", `"event":"server.ready","startup_ms":1`)
	for _, width := range []int{0, 60, 120} {
		head, _, _ := strings.Cut(page(t, w.log.String(), width), "UTC")
		if got, want := strings.Contains(head, "\n"), width == 60; got != want {
			t.Errorf("width %d: %q", width, head)
		}
	}
}
