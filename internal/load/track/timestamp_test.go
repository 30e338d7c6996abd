package track

import (
	"fmt"
	"testing"
	"time"

	"sseserver/internal/load/measure"
)

func TestTimestampIn(t *testing.T) {
	want := time.Date(2025, 11, 26, 0, 0, 0, 123_000_000, time.UTC)
	for _, tt := range []struct {
		unit TimeUnit
		data string
		want time.Time
	}{
		{"", `{"at":1764115200123}`, want},
		{"ms", `{"at":"1764115200123"}`, want},
		{"ms", `{"at":1764115200123.25}`, want.Add(250 * time.Microsecond)},
		{"s", `{"at":1764115200}`, want.Truncate(time.Second)},
		{"s", `{"at":1764115200.123}`, want},
		{"s", `{"at":1.764115200e9}`, want.Truncate(time.Second)},
		{"us", `{"at":1764115200123000}`, want},
		{"ns", `{"at":1764115200123000001}`, want.Add(1)},
		{"rfc3339", `{"at":"2025-11-26T00:00:00.123Z"}`, want},
		{"rfc3339", `{"at":"2025-11-26T01:00:00.123+01:00"}`, want},
	} {
		got, ok := Timestamp{mustPath(t, "data.at"), tt.unit}.In([]byte(tt.data))
		if off := got.Sub(tt.want).Abs(); !ok || off > time.Microsecond || tt.unit == "ns" && off != 0 {
			t.Errorf("%s in %s: got %v, %v; want %v", tt.data, tt.unit, got, ok, tt.want)
		}
	}
	for _, data := range []string{`{}`, `{"at":null}`, `{"at":"soon"}`, `{"at":{}}`, `{"at":""}`, `{"at":1e300}`, `[DONE]`, ``} {
		if got, ok := (Timestamp{mustPath(t, "data.at"), "ms"}).In([]byte(data)); ok {
			t.Errorf("%s: got %v, want none", data, got)
		}
	}
}

// The server's clock is ahead by an hour, give or take 5 ms.
func TestLatency(t *testing.T) {
	server := time.Date(2026, 3, 1, 13, 0, 0, 0, time.UTC) // when the run began
	b := newBench(Plan{
		Kind: Any, Timestamp: Timestamp{mustPath(t, "data.at"), "rfc3339"}, Clock: Clock{Start: server, Error: 5 * ms},
	})
	b.open()
	b.at(2 * time.Second)
	for _, sent := range []time.Duration{1970 * ms, 1990 * ms, 2004 * ms, 2006 * ms} {
		b.event(data(`{"at":"` + server.Add(sent).Format(time.RFC3339Nano) + `"}`))
	}
	b.event(data(`{}`))
	wantValues(t, b, measure.Latency, 4, 0, 30*ms)
	if got := b.counts().BeforeSent; got != 1 {
		t.Errorf("%d came before they were sent, want the last one, which the error does not explain", got)
	}
}

// What cannot be the time of a sending is none: it is counted, and is no latency.
func TestUnusableTimestamps(t *testing.T) {
	server := time.Date(2026, 3, 1, 13, 0, 0, 0, time.UTC) // when the run began
	b := newBench(Plan{Kind: Any, Timestamp: Timestamp{Path: mustPath(t, "data.at")}, Clock: Clock{Start: server}})
	b.open()
	b.at(2 * time.Second)
	for _, at := range []int64{
		server.Add(1990 * ms).UnixMilli(), server.Add(-2 * time.Hour).UnixMilli(), 0, server.UnixMilli() * 1000, -1 << 62,
	} {
		b.event(data(fmt.Sprintf(`{"at":%d}`, at)))
	}
	b.event(data(`{}`))
	wantValues(t, b, measure.Latency, 2, 10*ms, time.Hour) // which is the longest that is recorded
	if c := b.counts(); c.NoTimestamp != 4 || c.BeforeSent != 0 {
		t.Errorf("%d events without a usable time, want 4; %d before they were sent, want none", c.NoTimestamp, c.BeforeSent)
	}
}

func TestTimestampCostsNothing(t *testing.T) {
	b := newBench(Plan{Kind: Any, Numbering: Unnumbered, Timestamp: Timestamp{Path: mustPath(t, "data.at")}})
	b.open()
	e := data(`{"at":1764115200123,"x":1}`)
	b.event(e)
	if n := testing.AllocsPerRun(100, func() { b.event(e) }); n > 0 {
		t.Errorf("%v allocations for an event, want none", n)
	}
}
