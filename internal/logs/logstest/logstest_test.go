package logstest_test

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/zap"

	"sseserver/internal/logs"
	"sseserver/internal/logs/logstest"
)

var id = uuid.MustParse("5b0e3c0e-8e0f-4f5e-9d5c-2f8f6a1f4a01")

// closed logs a whole stream.closed, with one field replaced or, where it is
// the zero Field, left out.
func closed(l *zap.Logger, reason string, replace map[string]zap.Field) {
	var fields []zap.Field
	for _, f := range []zap.Field{
		logs.StreamID(id), logs.MessageID(id), logs.Reason(reason), logs.StreamKind("characters"), logs.Chunks(5), logs.Done(true), logs.Bytes(400),
		logs.DurationMS(time.Second), logs.MaxLagMS(0), logs.Resumed(false), logs.ClientAddress(netip.MustParseAddr("192.0.2.1")),
	} {
		if other, ok := replace[f.Key]; ok {
			f = other
		}
		if f.Key != "" {
			fields = append(fields, f)
		}
	}
	logs.StreamClosed.LogAt(l, logs.CloseLevel(reason), fields...)
}

func TestProblems(t *testing.T) {
	tests := map[string]struct {
		log  func(*zap.Logger)
		want string // part of the one problem; "" for none
	}{
		"as declared":      {func(l *zap.Logger) { closed(l, "completed", nil) }, ""},
		"at its own level": {func(l *zap.Logger) { closed(l, "slow_client", nil) }, ""},
		"two streams": {func(l *zap.Logger) {
			closed(l, "completed", nil)
			closed(l, "completed", map[string]zap.Field{"stream_id": zap.String("stream_id", "another")})
		}, ""},
		"closed twice":   {func(l *zap.Logger) { closed(l, "completed", nil); closed(l, "client_gone", nil) }, "a second one"},
		"no event":       {func(l *zap.Logger) { l.Info("stream closed") }, "not declared"},
		"unknown event":  {func(l *zap.Logger) { l.Info("hello", zap.String("event", "hello")) }, "not declared"},
		"wrong sentence": {func(l *zap.Logger) { l.Info("up", zap.String("event", "server.ready"), zap.Float64("startup_ms", 1)) }, `message "up"`},
		"wrong level":    {func(l *zap.Logger) { logs.ServerReady.LogAt(l, zap.WarnLevel, logs.StartupMS(0)) }, "level warn"},
		"missing field":  {func(l *zap.Logger) { closed(l, "completed", map[string]zap.Field{"chunks": {}}) }, "chunks is missing"},
		"unknown field":  {func(l *zap.Logger) { logs.ServerReady.Log(l, logs.StartupMS(0), zap.Int("port", 1)) }, "port is not declared"},
		"wrong type":     {func(l *zap.Logger) { closed(l, "completed", map[string]zap.Field{"chunks": zap.String("chunks", "5")}) }, "chunks is a string"},
		"largest number": {func(l *zap.Logger) {
			closed(l, "completed", map[string]zap.Field{"chunks": zap.Uint64("chunks", math.MaxUint64)})
		}, ""},
		"whole for float": {func(l *zap.Logger) { logs.ServerReady.Log(l, zap.Int("startup_ms", 1)) }, "startup_ms is an integer"},
		"unknown reason":  {func(l *zap.Logger) { closed(l, "bored", nil) }, `reason is "bored"`},
		"level of another reason": {func(l *zap.Logger) {
			closed(l, "internal_error", map[string]zap.Field{"reason": logs.Reason("completed")})
		}, "want info for the reason completed"},
		"text of a message": {func(l *zap.Logger) {
			logs.HTTPServerError.Log(l, logs.Error(errors.New("cannot send 'my secret'")))
		}, "it contains"},
		"field of With": {func(l *zap.Logger) { logs.ServerReady.Log(l.With(zap.Int("port", 1)), logs.StartupMS(0)) }, "port is not declared"},
		"field twice":   {func(l *zap.Logger) { logs.ServerReady.Log(l, logs.StartupMS(0), logs.StartupMS(1)) }, "2 times"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := failures(t, func(tb testing.TB) {
				l, recorder := logstest.New(tb)
				recorder.Forbid("my secret")
				test.log(l)
			})
			switch {
			case test.want == "" && len(got) > 0:
				t.Errorf("%q, want no problem", got)
			case test.want != "" && (len(got) != 1 || !strings.Contains(got[0], test.want)):
				t.Errorf("%q, want one problem with %q", got, test.want)
			}
		})
	}
}

func TestCheckJSON(t *testing.T) {
	line := func(seq, ms string) string {
		return `{"seq":` + seq + `,"level":"info","time":"2026-01-02T03:04:05.678900Z","logger":"main","msg":"ready","event":"server.ready","startup_ms":` + ms + "}\n"
	}
	dropped := `{"seq":4,"level":"error","time":"2026-01-02T03:04:05.678900Z","logger":"log","msg":"log entries dropped","event":"log.entries_dropped","count":2}` + "\n"
	tests := map[string]struct{ log, want string }{
		"whole number":   {line("1", "12"), ""},
		"fraction":       {line("7", "12.5"), ""},
		"two lines":      {line("1", "1") + line("2", `"2"`), "startup_ms is a string"},
		"not JSON":       {"panic: oh\n", "invalid character"},
		"local time":     {strings.Replace(line("1", "1"), "00Z", "00+02:00", 1), "layout"},
		"short time":     {strings.Replace(line("1", "1"), "8900Z", "89Z", 1), "layout"},
		"level":          {strings.Replace(line("1", "1"), "info", "notice", 1), "unrecognized level"},
		"no number":      {line(`""`, "1"), "seq"},
		"gap":            {line("1", "1") + line("3", "1"), "line 3 follows line 1"},
		"largest number": {strings.Replace(dropped, `"count":2`, `"count":18446744073709551615`, 1), ""},
		"too large":      {strings.Replace(dropped, `"count":2`, `"count":18446744073709551616`, 1), "count is a"},
		"explained gap":  {line("1", "1") + dropped + line("5", "1"), ""},
		"wrong gap":      {line("2", "1") + dropped, "line 4 follows line 2, and 2 are"},
	}
	for name, test := range tests {
		got := failures(t, func(tb testing.TB) { logstest.CheckJSON(tb, []byte(test.log)) })
		if test.want == "" && len(got) > 0 || test.want != "" && (len(got) != 1 || !strings.Contains(got[0], test.want)) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestQueries(t *testing.T) {
	l, recorder := logstest.New(t)
	logs.ServerReady.Log(l.Named("main"), logs.StartupMS(1500*time.Microsecond))
	logs.HTTPServerError.Log(l, logs.Error(errors.New("one")))
	logs.HTTPServerError.Log(l, logs.Error(errors.New("two")))
	if got := recorder.Only("server.ready"); got.Logger != "main" || got.Fields["startup_ms"] != 1.5 {
		t.Errorf("got %+v", got)
	}
	if got := recorder.Named("http.server_error"); len(got) != 2 || got[1].Fields["error"] != "two" {
		t.Errorf("got %+v", got)
	}
}

// failures runs test with a testing.TB that keeps what it is told, and returns
// that.
func failures(t *testing.T, test func(testing.TB)) []string {
	tb := &fakeTB{TB: t}
	test(tb)
	for _, f := range tb.cleanups {
		f()
	}
	return tb.failures
}

type fakeTB struct {
	testing.TB
	failures []string
	cleanups []func()
}

func (t *fakeTB) Helper()          {}
func (t *fakeTB) Cleanup(f func()) { t.cleanups = append(t.cleanups, f) }
func (t *fakeTB) Errorf(format string, args ...any) {
	t.failures = append(t.failures, fmt.Sprintf(format, args...))
}
