package main

import (
	"bytes"
	"io"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"sseserver/broker"
	"sseserver/httpapi"
	"sseserver/internal/admin"
	"sseserver/internal/fault"
	"sseserver/internal/jetstream"
	"sseserver/internal/logs"
	"sseserver/internal/logs/logstest"
	"sseserver/internal/metrics"

	"go.uber.org/zap/zapcore"
)

// Every setting of the parts reaches them.
func TestParts(t *testing.T) {
	config, _, err := parseConfig([]string{
		"--interval=11ms", "--progress-interval=12ms", "--min-interval=2ms", "--max-interval=13s", "--heartbeat=14s", "--write-timeout=15s",
		"--max-message-bytes=16KiB", "--max-store-bytes=17MiB", "--max-messages=18", "--max-streams=19", "--max-streams-per-client=21", "--max-bytes-per-client=22MiB", "--message-ttl=20m", "--producer-timeout=23s",
		"--cors-origins=https://a.example,http://b.example:8080", "--send-token=s", "--trusted-proxies=10.1.2.3/8,192.0.2.1",
		"--fault=cut@24", "--no-faults", "--assets=e", "--nats=nats://a,nats://user:secret@b:25", "--nats-creds=c", "--nats-stream=d", "--nats-replicas=3",
	}, noEnv, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := brokerConfig(config), (broker.Config{
		TTL: 20 * time.Minute, MaxMessages: 18, MaxBytes: 17 << 20, MaxStreams: 19, MaxStreamsPerClient: 21, MaxBytesPerClient: 22 << 20,
		MaxMessageBytes: 16 << 10, ProducerTimeout: 23 * time.Second,
	}); !reflect.DeepEqual(got, want) {
		t.Errorf("the broker gets\n%+v, want\n%+v", got, want)
	}
	if got, want := storeConfig(config), (jetstream.Config{
		URLs: []string{"nats://a", "nats://user:secret@b:25"}, Creds: "c", Stream: "d", Replicas: 3, TTL: 20 * time.Minute, ProducerTimeout: 23 * time.Second,
	}); !reflect.DeepEqual(got, want) {
		t.Errorf("the store gets\n%+v, want\n%+v", got, want)
	}
	plan, err := fault.Parse("cut@24")
	if err != nil {
		t.Fatal(err)
	}
	want := httpapi.Config{
		Interval: 11 * time.Millisecond, ProgressInterval: 12 * time.Millisecond, MinInterval: 2 * time.Millisecond,
		MaxInterval: 13 * time.Second, Heartbeat: 14 * time.Second, WriteTimeout: 15 * time.Second, MaxMessageBytes: 16 << 10,
		MaxConns: 9945, ConnReserve: 257, SendToken: "s", TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.0.2.1/32")},
		Origins: []string{"https://a.example", "http://b.example:8080"}, Faults: plan, NoFaults: true, PagesChange: true,
	}
	if got := apiConfig(config, 10_000); !reflect.DeepEqual(got, want) {
		t.Errorf("the API gets\n%+v, want\n%+v", got, want)
	}
	config.Heartbeat = 0
	if got := apiConfig(config, 10_000).Heartbeat; got >= 0 {
		t.Errorf("no heartbeat is told as %v, which httpapi takes for its default", got)
	}
}

// The reserve of open files is never less than what the rest needs.
func TestFileReserve(t *testing.T) {
	for _, test := range []struct{ limit, reserve, conns, streams int }{
		{10, 64, 2, 1}, {100, 64, 68, 36}, {1024, 64, 992, 960}, {10_000, 312, 9945, 9688}, {1 << 20, 32768, 1048496, 1015808},
	} {
		if reserve, conns, streams := fileReserve(test.limit), maxConns(test.limit), maxStreamConns(test.limit); reserve != test.reserve || conns != test.conns || streams != test.streams {
			t.Errorf("of %d files %d are kept; at most %d connections, %d with streams; want %d, %d, %d", test.limit, reserve, conns, streams, test.reserve, test.conns, test.streams)
		}
	}
}

// What the admin listener does not like is in the log, and nobody holds it up.
func TestAdminServer(t *testing.T) {
	m := metrics.New(metrics.Config{})
	var stderr bytes.Buffer
	output, err := logs.New(logs.Config{Stderr: &stderr})
	if err != nil {
		t.Fatal(err)
	}
	server := adminServer(admin.New(adminConfig(Config{}, m, output)), output)
	server.ErrorLog.Print("http: Accept error: too many open files")
	output.Close(time.Minute)
	if lines := logstest.CheckJSON(t, stderr.Bytes()); len(lines) != 1 || lines[0].Event != "http.server_error" || lines[0].Logger != "admin" {
		t.Errorf("the log says %s", &stderr)
	}
	if server.ReadTimeout != 10*time.Second || server.WriteTimeout != time.Minute || server.IdleTimeout != 2*time.Minute {
		t.Errorf("a request may take %v, an answer %v, a pause %v", server.ReadTimeout, server.WriteTimeout, server.IdleTimeout)
	}
}

// A program that loses its listener says so, and ends.
func TestLostListener(t *testing.T) {
	wantNoLeaks(t)
	config, _, err := parseConfig([]string{"--addr=127.0.0.1:0", "--admin-addr="}, noEnv, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	m := metrics.New(metrics.Config{})
	output, err := logs.New(logs.Config{Stderr: &stderr})
	if err != nil {
		t.Fatal(err)
	}
	program, err := wire(config, nil, output, m)
	if err != nil {
		t.Fatal(err)
	}
	program.public.Close()
	if code, _ := program.serve(signals{}); code != exitFailed {
		t.Errorf("exit code %d, want %d", code, exitFailed)
	}
	output.Close(time.Minute)
	lines := logstest.CheckJSON(t, stderr.Bytes())
	last := lines[len(lines)-1]
	if last.Event != "http.server_error" || last.Level != zapcore.ErrorLevel || !strings.Contains(last.Fields["error"].(string), "use of closed network connection") {
		t.Errorf("the log says %v", last)
	}
}

// What the broker calls its kinds of streams and its reasons to evict is what the
// log and the metrics know.
func TestWordsAgree(t *testing.T) {
	var kinds []string
	for _, kind := range broker.Kinds {
		kinds = append(kinds, string(kind))
	}
	evictions := []string{string(broker.RemovedByTTL), string(broker.RemovedByCapacity)}
	if !slices.Equal(kinds, logs.Kinds) || !slices.Equal(evictions, logs.EvictionReasons) {
		t.Errorf("the broker says %q and %q, the log %q and %q", kinds, evictions, logs.Kinds, logs.EvictionReasons)
	}
}
