package load

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// moment is one with so many ms in the server's and our clock.
func moment(ms int) time.Time { return time.UnixMilli(1_764_115_200_000 + int64(ms)) }

func TestOffsetRange(t *testing.T) {
	type answer struct{ date, sent, received int } // ms
	tests := []struct {
		name    string
		answers []answer
		want    Clock
	}{
		{"one", []answer{{0, 400, 420}}, Clock{Offset: 90 * time.Millisecond, Error: 510 * time.Millisecond}},
		{"the lower half", []answer{{0, 400, 420}, {0, 900, 920}}, Clock{Offset: -160 * time.Millisecond, Error: 260 * time.Millisecond}},
		{"the upper half", []answer{{0, 400, 420}, {1000, 900, 920}}, Clock{Offset: 340 * time.Millisecond, Error: 260 * time.Millisecond}},
		{"nothing new", []answer{{0, 400, 420}, {0, 400, 420}}, Clock{Offset: 90 * time.Millisecond, Error: 510 * time.Millisecond}},
		{"a contradiction", []answer{{0, 400, 420}, {2000, 500, 520}}, Clock{Offset: 530 * time.Millisecond, Error: 950 * time.Millisecond}},
	}
	for _, tt := range tests {
		var r offsetRange
		for _, a := range tt.answers {
			r.narrow(moment(a.date), moment(a.sent), moment(a.received))
		}
		got := r.clock()
		if got.Offset != tt.want.Offset || got.Error != tt.want.Error || got.Unknown {
			t.Errorf("%s: got %v ± %v, want %v ± %v", tt.name, got.Offset, got.Error, tt.want.Offset, tt.want.Error)
		}
	}
}

// Whatever the offset is, and however long answers take, it is found, to a few ms
// and half the time that an answer takes.
func TestEstimateClock(t *testing.T) {
	for _, offset := range []time.Duration{0, -3 * time.Millisecond, 499 * time.Millisecond, 777 * time.Millisecond, -90 * time.Minute, 40 * time.Hour} {
		for _, trip := range []time.Duration{0, time.Millisecond, 30 * time.Millisecond} {
			synctest.Test(t, func(t *testing.T) {
				asked := 0
				got := estimateClock(t.Context(), func() (time.Time, error) {
					asked++
					time.Sleep(trip / 3) // not the half, which the estimate assumes
					date := time.Now().Add(offset).Truncate(time.Second)
					time.Sleep(trip - trip/3)
					return date, nil
				})
				if off := (got.Offset - offset).Abs(); off > got.Error || got.Error > 5*time.Millisecond+trip || asked > 1+dates {
					t.Errorf("offset %v, answers after %v: got %v ± %v after %d", offset, trip, got.Offset, got.Error, asked)
				}
			})
		}
	}
}

// Why a clock is not known is told: an answer without a date is no failure to
// get one.
func TestUnknownClock(t *testing.T) {
	undated := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header()["Date"] = nil }))
	t.Cleanup(undated.Close)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for address, want := range map[string]string{undated.URL: "the server's answers have no Date", gone.URL: "the request for its Date failed: "} {
		client := Config{Protocol: "http1"}.dateClient()
		got := estimateClock(t.Context(), func() (time.Time, error) { return date(t.Context(), client, address, nil) })
		if !got.Unknown || got.Offset != 0 || !strings.HasPrefix(got.Source, want) || address == gone.URL && !strings.Contains(got.Source, "connection refused") {
			t.Errorf("got %+v, want %q", got, want)
		}
	}
}

// What fails later is told, too.
func TestClockThatGoesAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		got := estimateClock(t.Context(), func() (time.Time, error) {
			if asked++; asked == 1 {
				return time.Now(), nil
			}
			return time.Time{}, errors.New("gone")
		})
		if !got.Unknown || got.Source != "the request for its Date failed: gone" {
			t.Errorf("got %+v", got)
		}
	})
}

// A date is read from whatever answer there is, over the chosen protocol.
func TestDate(t *testing.T) {
	for protocol, major := range map[string]int{"http1": 1, "h2c": 2} {
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodHead || r.URL.Path != "/" || r.ProtoMajor != major {
				t.Errorf("%s: %s %s over %s", protocol, r.Method, r.URL, r.Proto)
			}
			w.Header().Set("Date", "Wed, 26 Nov 2025 00:00:00 GMT")
			w.WriteHeader(http.StatusFound)
		}))
		server.Config.Protocols = new(http.Protocols)
		server.Config.Protocols.SetHTTP1(true)
		server.Config.Protocols.SetUnencryptedHTTP2(true)
		server.Start()
		t.Cleanup(server.Close)
		client := Config{Protocol: protocol}.dateClient()
		t.Cleanup(client.CloseIdleConnections)
		got, err := date(t.Context(), client, server.URL+"/events?x", nil)
		if err != nil || !got.Equal(moment(0)) {
			t.Errorf("%s: got %v, %v", protocol, got, err)
		}
	}
}

func TestClockOfThisMachine(t *testing.T) {
	given := 12 * time.Millisecond
	for address, local := range map[string]bool{"http://127.0.0.2:1/x": true, "http://localhost/x": true, "http://[::1]:1/": true, "http://192.0.2.1/": false} {
		if got := onThisMachine(address); got != local {
			t.Errorf("%s: got %v", address, got)
		}
	}
	if got := (Config{URLs: []string{"http://192.0.2.1/"}, ClockOffset: &given}).clock(t.Context()); got.Offset != given {
		t.Errorf("got %+v", got)
	}
}
