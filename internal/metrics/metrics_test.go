package metrics

import (
	"bufio"
	"fmt"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"go.uber.org/zap/zapcore"

	"sseserver/internal/logs"
)

// scrape asks for the metrics as Prometheus does, and returns the samples of
// ours by series.
func scrape(t *testing.T, m *Metrics) map[string]string {
	t.Helper()
	answer := httptest.NewRecorder()
	m.Handler().ServeHTTP(answer, httptest.NewRequest("GET", "/metrics", nil))
	if answer.Code != 200 {
		t.Fatalf("status %d: %s", answer.Code, answer.Body)
	}
	samples := make(map[string]string)
	for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
		series, value, ok := strings.Cut(lines.Text(), "} ")
		if ok {
			series += "}"
		} else {
			series, value, _ = strings.Cut(lines.Text(), " ")
		}
		if name, ours := strings.CutPrefix(series, "sseserver_"); ours {
			samples[name] = value
		}
	}
	return samples
}

// wantSamples checks some series of a scrape.
func wantSamples(t *testing.T, m *Metrics, want map[string]string) {
	t.Helper()
	got := scrape(t, m)
	for series, value := range want {
		if got[series] != value {
			t.Errorf("%s is %q, want %q", series, got[series], value)
		}
	}
}

// used returns metrics on which everything has happened.
func used() *Metrics {
	m := New(Config{Version: "v1.2.3", Revision: "abc"})
	m.SetStats(func() Stats {
		return Stats{MessagesStored: 3, MessageStoreBytes: 4096, LiveMessages: 2, StreamsActive: map[string]int{"characters": 2, "progress": 0}}
	})
	m.SetStore(func() bool { return true })
	m.StoreDuration("add", 3*time.Millisecond)
	m.MessageSubmitted()
	m.ChunkAppended()
	m.MessageRejected("store_full")
	m.MessageEvicted("ttl")
	m.StreamOpened("characters", true)
	m.StreamRejected("too_many_streams")
	m.StreamClosed("characters", "completed", 3*time.Second)
	m.LogEntry(zapcore.WarnLevel)
	m.HTTPRequest("POST /send", "POST", 200)
	m.HTTPDuration("POST /send", 3*time.Millisecond)
	s := m.Stream("characters")
	s.Sent(3, 123)
	s.Late(3 * time.Millisecond)
	s.FirstEvent(40 * time.Millisecond)
	s.Heartbeat()
	return m
}

func TestEveryMetricOfTheContract(t *testing.T) {
	wantSamples(t, used(), map[string]string{
		`messages_submitted_total`:                                         "1",
		`messages_rejected_total{reason="store_full"}`:                     "1",
		`messages_evicted_total{reason="ttl"}`:                             "1",
		`messages_stored`:                                                  "3",
		`message_store_bytes`:                                              "4096",
		`live_messages`:                                                    "2",
		`chunks_appended_total`:                                            "1",
		`streams_active{kind="characters"}`:                                "2",
		`streams_active{kind="progress"}`:                                  "0",
		`streams_opened_total{kind="characters",resumed="true"}`:           "1",
		`streams_closed_total{kind="characters",reason="completed"}`:       "1",
		`streams_rejected_total{reason="too_many_streams"}`:                "1",
		`stream_duration_seconds_count`:                                    "1",
		`stream_duration_seconds_sum`:                                      "3",
		`stream_duration_seconds_bucket{le="2"}`:                           "0",
		`stream_duration_seconds_bucket{le="5"}`:                           "1",
		`stream_time_to_first_event_seconds_bucket{le="0.02"}`:             "0",
		`stream_time_to_first_event_seconds_bucket{le="0.05"}`:             "1",
		`stream_lateness_seconds_bucket{le="0.002"}`:                       "0",
		`stream_lateness_seconds_bucket{le="0.005"}`:                       "1",
		`events_sent_total{kind="characters"}`:                             "3",
		`sent_bytes_total`:                                                 "123",
		`heartbeats_sent_total`:                                            "1",
		`http_requests_total{code="200",method="POST",route="POST /send"}`: "1",
		`http_request_duration_seconds_count{route="POST /send"}`:          "1",
		`http_request_duration_seconds_sum{route="POST /send"}`:            "0.003",
		`log_entries_total{level="warn"}`:                                  "1",
		`store_up`:                                                         "1",
		`store_request_duration_seconds_count{op="add"}`:                   "1",
		`store_request_duration_seconds_sum{op="add"}`:                     "0.003",
		`store_request_duration_seconds_count{op="last"}`:                  "0",
		`store_request_duration_seconds_count{op="read"}`:                  "0",
	})
	info := slices.IndexFunc(keys(scrape(t, used())), func(series string) bool {
		return strings.HasPrefix(series, `build_info{goversion="go`) && strings.HasSuffix(series, `revision="abc",version="v1.2.3"}`)
	})
	if info < 0 {
		t.Error("no build_info with its labels")
	}
}

func keys(samples map[string]string) []string {
	var all []string
	for series := range samples {
		all = append(all, series)
	}
	return all
}

func TestPromlint(t *testing.T) {
	problems, err := testutil.GatherAndLint(used().registry)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

// A counter whose first value is 1 has no increase that Prometheus could see.
func TestClosedLabelsExistFromTheStart(t *testing.T) {
	want := map[string]string{"messages_submitted_total": "0", "chunks_appended_total": "0", "sent_bytes_total": "0", "heartbeats_sent_total": "0"}
	add := func(format string, words []string, args ...any) {
		for _, word := range words {
			want[fmt.Sprintf(format, append(args, word)...)] = "0"
		}
	}
	for _, kind := range logs.Kinds {
		add("streams_closed_total{kind=%q,reason=%q}", logs.CloseReasons, kind)
		add("streams_opened_total{kind=%q,resumed=%q}", []string{"true", "false"}, kind)
	}
	add("events_sent_total{kind=%q}", logs.Kinds)
	add("messages_rejected_total{reason=%q}", logs.MessageRejections)
	add("messages_evicted_total{reason=%q}", logs.EvictionReasons)
	add("streams_rejected_total{reason=%q}", logs.StreamRejections)
	add("log_entries_total{level=%q}", []string{"debug", "info", "warn", "error"})
	wantSamples(t, New(Config{}), want)
}

// A store that is away is 0, and where there is none there is no metric of it.
func TestStoreUp(t *testing.T) {
	m := New(Config{})
	for series := range scrape(t, m) {
		if strings.HasPrefix(series, "store_") {
			t.Errorf("without a shared store there is %s", series)
		}
	}
	m.SetStore(func() bool { return false })
	wantSamples(t, m, map[string]string{"store_up": "0"})
}

func TestOnlyWordsOfTheListsBecomeLabels(t *testing.T) {
	m := New(Config{})
	m.MessageRejected("a text of somebody's own")
	m.StreamClosed("progress", "bored", 0)
	m.HTTPRequest("", "BREW", 418)
	m.HTTPDuration("", time.Second)
	wantSamples(t, m, map[string]string{
		`messages_rejected_total{reason="other"}`:                      "1",
		`streams_closed_total{kind="progress",reason="other"}`:         "1",
		`http_requests_total{code="418",method="other",route="other"}`: "1",
		`http_request_duration_seconds_count{route="other"}`:           "1",
	})
}

func TestMethods(t *testing.T) {
	m := New(Config{})
	want := make(map[string]string)
	for method, label := range map[string]string{
		"GET": "GET", "HEAD": "HEAD", "POST": "POST", "PUT": "PUT", "PATCH": "PATCH", "DELETE": "DELETE", "OPTIONS": "OPTIONS", "get": "other",
	} {
		m.HTTPRequest("/", method, 200)
		want[`http_requests_total{code="200",method="`+label+`",route="/"}`] = "1"
	}
	wantSamples(t, m, want)
}

func TestHistogram(t *testing.T) {
	m := New(Config{})
	s := m.Stream("progress")
	for _, d := range []time.Duration{-time.Second, 0, time.Millisecond, time.Millisecond + 1, time.Minute, 2 * time.Minute} {
		s.Late(d)
	}
	wantSamples(t, m, map[string]string{
		`stream_lateness_seconds_bucket{le="0.001"}`: "3", // a bound belongs to its bucket
		`stream_lateness_seconds_bucket{le="0.002"}`: "4",
		`stream_lateness_seconds_bucket{le="30"}`:    "4",
		`stream_lateness_seconds_bucket{le="60"}`:    "5",
		`stream_lateness_seconds_bucket{le="+Inf"}`:  "6",
		`stream_lateness_seconds_count`:              "6",
		`stream_lateness_seconds_sum`:                "180.002000001",
	})
}

func TestHotPathAllocatesNothing(t *testing.T) {
	s := New(Config{}).Stream("characters")
	if n := testing.AllocsPerRun(100, func() { s.Sent(2, 200); s.Late(time.Second); s.Heartbeat(); s.FirstEvent(0) }); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

// The work of one event, alone and beside another core that does the same.
func BenchmarkEvent(b *testing.B) {
	s := New(Config{}).Stream("characters")
	b.Run("alone", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			s.Sent(1, 100)
			s.Late(3 * time.Millisecond)
		}
	})
	b.Run("parallel", func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				s.Sent(1, 100)
				s.Late(3 * time.Millisecond)
			}
		})
	})
}

func BenchmarkHTTPRequest(b *testing.B) {
	m := New(Config{})
	b.ReportAllocs()
	for b.Loop() {
		m.HTTPRequest("POST /send", "POST", 200)
		m.HTTPDuration("POST /send", time.Millisecond)
	}
}

func TestDocsNameEveryMetric(t *testing.T) {
	content, err := os.ReadFile("../../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := make(map[string]bool)
	for _, found := range regexp.MustCompile(`(?m)^\| .(sseserver_[a-z_]+)`).FindAllSubmatch(content, -1) {
		documented[string(found[1])] = true
	}
	families, err := used().registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if name := family.GetName(); strings.HasPrefix(name, "sseserver_") && !documented[name] {
			t.Errorf("docs/metrics.md lacks %s", name)
		} else {
			delete(documented, name)
		}
	}
	for name := range documented {
		t.Errorf("docs/metrics.md has %s, which there is not", name)
	}
}
