package httpapi_test

import (
	"context"
	"net"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/broker"
	"sseserver/httpapi/ssetest"
)

// scrape returns the value of every series of ours, by its name and labels.
func scrape(t *testing.T, server *ssetest.Server) map[string]float64 {
	t.Helper()
	response := httptest.NewRecorder()
	server.Metrics.Handler().ServeHTTP(response, httptest.NewRequest("GET", "/metrics", nil))
	series := make(map[string]float64)
	for line := range strings.Lines(response.Body.String()) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok || !strings.HasPrefix(name, "sseserver_") {
			continue
		}
		number, err := strconv.ParseFloat(value, 64)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		series[name] = number
	}
	return series
}

// wantCounts checks series, and that no other series of the same metrics has
// counted anything.
func wantCounts(t *testing.T, got, want map[string]float64) {
	t.Helper()
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s is %v, want %v", name, got[name], value)
		}
	}
	for name, value := range got {
		metric, _, _ := strings.Cut(name, "{")
		if _, wanted := want[name]; !wanted && value != 0 && strings.HasSuffix(metric, "_total") && !strings.Contains(name, "log_entries") {
			t.Errorf("%s is %v, want 0", name, value)
		}
	}
}

// After all kinds of things, every counter tells the truth.
func TestMetrics(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true, Broker: broker.Config{MaxStreams: 3}})
		id := server.Submit("Hello")
		received := 0 // bytes of streams

		whole := server.Open(protocol, "/stream/"+id+"?interval=10ms")
		whole.WantOpening()
		whole.WantText(0, "Hello")
		resumed := server.Open(protocol, "/progress/"+id+"?interval=20s", "Last-Event-ID", "97") // with a heartbeat before each of two
		resumed.WantOpening()
		if events, err := resumed.All(); err != nil || len(events) != 7 {
			t.Errorf("%v, %v", events, err)
		}
		deleted := server.Submit("other")
		cut := server.Open(protocol, "/stream/"+deleted+"?interval=1m")
		cut.WantOpening()
		cut.WantChunk(0, "o")
		ask(t, server, protocol, "DELETE", "/messages/"+deleted, "")
		cut.WantEnd()

		running := []*ssetest.Stream{
			server.Open(protocol, "/stream/"+id+"?interval=1m"), server.Open(protocol, "/progress/"+id+"?interval=1m"), server.Open(protocol, "/progress/"+id+"?interval=1m"),
		}
		for _, stream := range running {
			stream.WantOpening()
			if _, err := stream.Next(); err != nil {
				t.Fatal(err)
			}
		}
		ask(t, server, protocol, "GET", "/stream/"+id, "").wantProblem(t, 503, "too_many_streams")
		ask(t, server, protocol, "GET", "/stream/"+id+"?interval=x", "").wantProblem(t, 400, "invalid_parameter")
		ask(t, server, protocol, "GET", "/progress/"+unknownID, "").wantProblem(t, 404, "message_not_found")
		ask(t, server, protocol, "POST", "/send", "{", asJSON...).wantProblem(t, 400, "invalid_json")
		ask(t, server, protocol, "POST", "/send", "{}", asJSON...).wantProblem(t, 400, "message_required")
		ask(t, server, protocol, "GET", "/nothing/"+unknownID, "").wantProblem(t, 404, "not_found")
		ask(t, server, protocol, "SPELL", "/livez", "")
		synctest.Wait()

		now := scrape(t, server)
		if now[`sseserver_streams_active{kind="characters"}`] != 1 || now[`sseserver_streams_active{kind="progress"}`] != 2 ||
			now["sseserver_messages_stored"] != 1 || now["sseserver_message_store_bytes"] != 5 {
			t.Errorf("the gauges are wrong: %v", now)
		}
		for _, stream := range running {
			stream.Close()
		}
		synctest.Wait()
		for _, stream := range append(running, whole, resumed, cut) {
			received += len(stream.Raw())
		}
		got := scrape(t, server)
		wantCounts(t, got, map[string]float64{
			"sseserver_messages_submitted_total":                                                      2,
			"sseserver_messages_deleted_total":                                                        1,
			`sseserver_messages_rejected_total{reason="invalid_json"}`:                                1,
			`sseserver_messages_rejected_total{reason="message_required"}`:                            1,
			`sseserver_streams_opened_total{kind="characters",resumed="false"}`:                       3,
			`sseserver_streams_opened_total{kind="progress",resumed="false"}`:                         2,
			`sseserver_streams_opened_total{kind="progress",resumed="true"}`:                          1,
			`sseserver_streams_closed_total{kind="characters",reason="completed"}`:                    1,
			`sseserver_streams_closed_total{kind="characters",reason="message_deleted"}`:              1,
			`sseserver_streams_closed_total{kind="characters",reason="client_gone"}`:                  1,
			`sseserver_streams_closed_total{kind="progress",reason="completed"}`:                      1,
			`sseserver_streams_closed_total{kind="progress",reason="client_gone"}`:                    2,
			`sseserver_streams_rejected_total{reason="too_many_streams"}`:                             1,
			`sseserver_streams_rejected_total{reason="invalid_parameter"}`:                            1,
			`sseserver_streams_rejected_total{reason="message_not_found"}`:                            1,
			`sseserver_events_sent_total{kind="characters"}`:                                          6 + 1 + 1, // with done
			`sseserver_events_sent_total{kind="progress"}`:                                            1 + 3 + 1 + 1 + 1,
			"sseserver_heartbeats_sent_total":                                                         2,
			"sseserver_sent_bytes_total":                                                              float64(received),
			`sseserver_http_requests_total{code="200",method="POST",route="/send"}`:                   2,
			`sseserver_http_requests_total{code="400",method="POST",route="/send"}`:                   2,
			`sseserver_http_requests_total{code="200",method="GET",route="/stream/{messageId}"}`:      3,
			`sseserver_http_requests_total{code="400",method="GET",route="/stream/{messageId}"}`:      1,
			`sseserver_http_requests_total{code="503",method="GET",route="/stream/{messageId}"}`:      1,
			`sseserver_http_requests_total{code="200",method="GET",route="/progress/{messageId}"}`:    3,
			`sseserver_http_requests_total{code="404",method="GET",route="/progress/{messageId}"}`:    1,
			`sseserver_http_requests_total{code="204",method="DELETE",route="/messages/{messageId}"}`: 1,
			`sseserver_http_requests_total{code="404",method="GET",route="/"}`:                        1,
			`sseserver_http_requests_total{code="405",method="other",route="/livez"}`:                 1,
		})
		for name, want := range map[string]float64{
			"sseserver_stream_duration_seconds_count":                                    6,
			"sseserver_stream_duration_seconds_sum":                                      0.04 + 40,
			"sseserver_stream_time_to_first_event_seconds_count":                         6,
			"sseserver_stream_time_to_first_event_seconds_sum":                           0,
			"sseserver_stream_lateness_seconds_count":                                    5 + 3 + 1 + 3,
			"sseserver_stream_lateness_seconds_sum":                                      0,
			`sseserver_http_request_duration_seconds_count{route="/send"}`:               4,
			`sseserver_http_request_duration_seconds_count{route="/stream/{messageId}"}`: 2, // those that were refused
			`sseserver_streams_active{kind="characters"}`:                                0,
			`sseserver_streams_active{kind="progress"}`:                                  0,
		} {
			if got[name] != want {
				t.Errorf("%s is %v, want %v", name, got[name], want)
			}
		}
	})
}

// Many clients that connect and leave in every way leave nothing behind:
// registry, gauge, counters and connections agree.
func TestManyComeAndGo(t *testing.T) {
	const clients = 300
	server := ssetest.Start(t, ssetest.Config{})
	id := server.Submit(strings.Repeat("Hello ", 100))
	for i := range clients {
		conn := server.Dial().(*net.TCPConn)
		kind := []string{"stream", "progress"}[i%2]
		if i%7 != 0 { // else it leaves without a word
			request := "GET /" + kind + "/" + id + "?interval=1ms HTTP/1.1\r\nHost: a\r\n\r\n"
			sayOn(t, conn, "", request[:len(request)-i%3]) // or in the middle of one
		}
		if i%7 != 0 && i%3 == 0 && i%4 != 0 {
			_, _ = conn.Read(make([]byte, 1))
		}
		if i%2 == 0 {
			_ = conn.SetLinger(0) // a reset
		}
		conn.Close()
	}
	if err := server.Broker.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	server.Client(ssetest.HTTP1).CloseIdleConnections()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := server.HTTP.Shutdown(ctx); err != nil {
		t.Fatal(err)
	}
	if err := server.API.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	opened, closed := server.Log.Named("stream.opened"), server.Log.Named("stream.closed")
	if len(opened) != len(closed) || len(opened) == 0 {
		t.Errorf("%d streams opened and %d closed", len(opened), len(closed))
	}
	got := scrape(t, server)
	sum := func(metric string) (n float64) {
		for name, value := range got {
			if strings.HasPrefix(name, metric+"{") {
				n += value
			}
		}
		return n
	}
	if n := float64(len(opened)); sum("sseserver_streams_opened_total") != n || sum("sseserver_streams_closed_total") != n || sum("sseserver_streams_active") != 0 {
		t.Errorf("of %v streams the metrics count %v opened, %v closed and %v active", n,
			sum("sseserver_streams_opened_total"), sum("sseserver_streams_closed_total"), sum("sseserver_streams_active"))
	}
	if got := server.API.Conns(); got != 0 {
		t.Errorf("%d connections are left", got)
	}
}
