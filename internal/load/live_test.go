package load

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sseserver/httpapi/ssetest"
	"sseserver/internal/load/measure"
)

// fewChunks is a run of six clients that read two messages of ten chunks.
func fewChunks(server string) Config {
	return Config{
		Servers: []string{server}, Clients: 6, Ramp: 1000, Duration: 500 * time.Millisecond, Drain: time.Minute,
		Live: Live{On: true, Messages: 2, Rate: 20},
	}
}

const appended = 20 // by fewChunks; 60 events

// onlyFaults leaves those that say what was wrong.
func onlyFaults(c measure.Counts) measure.Counts {
	return measure.Counts{
		Lost: c.Lost, Duplicate: c.Duplicate, Reordered: c.Reordered, Corrupt: c.Corrupt,
		Failed: c.Failed, Truncated: c.Truncated, Empty: c.Empty, ResumedWrong: c.ResumedWrong, Unappended: c.Unappended,
	}
}

// Each way to append, to a server that is as it should be.
func TestLive(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Config){
		"requests":          func(*Config) {},
		"pipes":             func(c *Config) { c.Live.Pipe = true },
		"over HTTP/2":       func(c *Config) { c.Protocol = "h2c" },
		"pipes over HTTP/2": func(c *Config) { c.Protocol, c.Live.Pipe = "h2c", true },
		"several processes": func(c *Config) { c.Processes = 2 },
		"fewer clients":     func(c *Config) { c.Clients, c.Live.Messages = 2, 3 },
		"longer chunks":     func(c *Config) { c.Live.Bytes = 5000 },
		"clients that come": func(c *Config) { c.Clients, c.Ramp, c.Arrivals = 0, 0, 20 },
		"clients that go": func(c *Config) {
			c.Clients, c.Ramp, c.Duration, c.Stages = 0, 0, 0, Stages{{0, 6}, {500 * time.Millisecond, 3}}
		},
		"several servers":    func(c *Config) { c.Servers = append(c.Servers, c.Servers[0], c.Servers[0]) },
		"clients that break": func(c *Config) { c.Reconnect = 3 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := fewChunks(startLive(t, &liveServer{}).URL)
			change(&c)
			wantRight(t, mustRun(t, c))
		})
	}
}

func wantRight(t *testing.T, r *Result) {
	t.Helper()
	c := r.Tally.Counts
	chunks := 10 * uint64(r.Config.Live.Messages)
	if got := onlyFaults(c); got != (measure.Counts{}) || len(r.Tally.Errors) > 0 || c.Appended != chunks {
		t.Errorf("got %+v, errors %v, %d chunks, want nothing wrong with %d", got, r.Tally.Errors, c.Appended, chunks)
	}
	if c.Completed == 0 || c.Completed+c.CutOff != c.Streams || c.CutOff > 0 && len(r.Config.Stages) == 0 {
		t.Errorf("%d of %d streams completed, %d cut off", c.Completed, c.Streams, c.CutOff)
	}
	// One that connects late, on a busy machine, has its chunks in the drain.
	appends, deliveries := r.Tally.Distributions.Overall(measure.Append), r.Tally.Distributions.Overall(measure.Delivery)
	if got := appends.TotalCount(); got != int64(chunks) && !r.Config.Live.Pipe || got != 0 && r.Config.Live.Pipe {
		t.Errorf("%d appends have a time", got)
	}
	if got := deliveries.TotalCount(); got == 0 || got > int64(chunks*c.Streams) {
		t.Errorf("%d deliveries of %d chunks to %d streams", got, chunks, c.Streams)
	}
}

// oneReader is what one of the readers gets in place of the frame of a chunk.
func oneReader(chunk string, instead func(frame string) []string) func(int, string) []string {
	return func(reader int, frame string) []string {
		if reader == 3 && strings.HasPrefix(frame, "id: "+chunk+"\n") {
			return instead(frame)
		}
		return []string{frame}
	}
}

func otherwise(end string) func(string) string { return func(string) string { return end } }

// What is wrong with a server's live messages is counted.
func TestFaultyLiveServers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		server *liveServer
		want   measure.Counts
		errors string
	}{
		{"a chunk lost", &liveServer{spoil: oneReader("4", func(string) []string { return nil })}, measure.Counts{Lost: 1}, ""},
		{"the last chunk lost", &liveServer{spoil: oneReader("9", func(string) []string { return nil })}, measure.Counts{Lost: 1}, ""},
		{"a chunk doubled", &liveServer{spoil: oneReader("4", func(frame string) []string { return []string{frame, frame} })}, measure.Counts{Duplicate: 1}, ""},
		{"a wrong text", &liveServer{spoil: oneReader("4", func(frame string) []string {
			return []string{strings.Replace(frame, `"chunk":"`, `"chunk":"x`, 1)}
		})}, measure.Counts{Corrupt: 1}, ""},
		{"a wrong digest", &liveServer{digest: func(string) string { return "00" }}, measure.Counts{Corrupt: 6}, ""},
		{"a wrong total", &liveServer{total: func(n int) int { return n + 1 }}, measure.Counts{Corrupt: 6}, ""},
		{"failed", &liveServer{ending: otherwise("event: failed\nid: end\ndata: {\"messageId\":\"0\",\"reason\":\"producer_gone\"}\n\n")}, measure.Counts{Failed: 6}, "message_failed"},
		{"a chunk refused once", &liveServer{refuse: refuseOne(http.StatusServiceUnavailable, "busy")}, measure.Counts{}, "append_status_503"},
		{"a message that is gone", &liveServer{refuse: refuseFrom(19, http.StatusNotFound, "message_not_found")}, measure.Counts{Unappended: 1}, "append_status_404"},
		{"an answer lost", &liveServer{after: func(_ http.ResponseWriter, request int) {
			if request == 5 {
				panic(http.ErrAbortHandler)
			}
		}}, measure.Counts{}, "append_broken"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := mustRun(t, fewChunks(startLive(t, tt.server).URL))
			if got := onlyFaults(r.Tally.Counts); got != tt.want {
				t.Errorf("\ngot  %+v\nwant %+v", got, tt.want)
			}
			if n := r.Tally.Errors[tt.errors]; (n == 0) == (tt.errors != "") || len(r.Tally.Errors) > 1 {
				t.Errorf("errors %v, want %q", r.Tally.Errors, tt.errors)
			}
			if r.Windows.End-r.Windows.Steady >= r.Config.Drain {
				t.Error("waited for what cannot come")
			}
			if r.Tally.Counts.Good > 5 && tt.want != (measure.Counts{}) && tt.want.Unappended == 0 {
				t.Error("all streams are good")
			}
		})
	}
}

func refuseOne(status int, code string) func(http.ResponseWriter, int) bool {
	return func(w http.ResponseWriter, request int) bool {
		if request == 5 {
			http.Error(w, `{"code":"`+code+`"}`, status)
		}
		return request == 5
	}
}

func refuseFrom(first, status int, code string) func(http.ResponseWriter, int) bool {
	return func(w http.ResponseWriter, request int) bool {
		if request >= first {
			http.Error(w, `{"code":"`+code+`"}`, status)
		}
		return request >= first
	}
}

// A stream that has no end, though its message has, has failed.
func TestLiveStreamThatIsNeverDone(t *testing.T) {
	t.Parallel()
	c := fewChunks(startLive(t, &liveServer{ending: otherwise(": no end\n\n")}).URL)
	c.Drain = 2 * time.Second // for the answers that both are complete; one that has none is cut off
	if got := mustRun(t, c).Tally.Counts; got.Failed == 0 || got.Failed+got.CutOff != 6 || got.Lost != 0 {
		t.Errorf("got %+v, want six failed", got)
	}
}

// A pipe that breaks is continued where the server has its end.
func TestBrokenPipeIsContinued(t *testing.T) {
	t.Parallel()
	var broken atomic.Bool
	c := fewChunks(startLive(t, &liveServer{after: func(http.ResponseWriter, int) {
		if broken.CompareAndSwap(false, true) {
			panic(http.ErrAbortHandler)
		}
	}}).URL)
	c.Live.Pipe, c.Live.Messages = true, 1
	r := mustRun(t, c)
	if got := onlyFaults(r.Tally.Counts); got != (measure.Counts{}) || r.Tally.Counts.Completed != 6 || r.Tally.Counts.Appended != 10 {
		t.Errorf("got %+v", r.Tally.Counts)
	}
	if r.Tally.Errors["append_broken"] != 1 || r.AppendRefusal == "" {
		t.Errorf("errors %v, %q, want one that is broken", r.Tally.Errors, r.AppendRefusal)
	}
}

// A producer whose server is slow is late, and so are its readers.
func TestSlowAppendsAreLateness(t *testing.T) {
	t.Parallel()
	const delay = 60 * time.Millisecond
	c := fewChunks(startLive(t, &liveServer{after: func(http.ResponseWriter, int) { <-time.After(delay) }}).URL)
	r := mustRun(t, c)
	took := r.Tally.Distributions.In(measure.Append, measure.Steady)
	if took.Min() < delay.Microseconds() {
		t.Errorf("an append took %d µs, want %v at least", took.Min(), delay)
	}
	// The last chunk of each message waits for the nine before it.
	if late := r.Tally.Distributions.Overall(measure.Lateness); late.Max() < 9*(delay-50*time.Millisecond).Microseconds() {
		t.Errorf("late by %d µs at most", late.Max())
	}
	if got := onlyFaults(r.Tally.Counts); got != (measure.Counts{}) || r.Tally.Counts.Appended != appended {
		t.Errorf("got %+v, want all appended, though late", r.Tally.Counts)
	}
}

// What cannot be appended by the end of the drain is an error.
func TestUnansweredAppends(t *testing.T) {
	t.Parallel()
	over := make(chan struct{})
	defer close(over)
	c := fewChunks(startLive(t, &liveServer{refuse: func(http.ResponseWriter, int) bool { <-over; return true }}).URL)
	c.Drain = 300 * time.Millisecond
	r := mustRun(t, c)
	if got := r.Tally.Counts; got.Appended != 0 || got.Unappended != appended || r.Tally.Errors["append_unsent"] != 2 {
		t.Errorf("got %+v, errors %v", got, r.Tally.Errors)
	}
}

// A run that is interrupted still completes its messages.
func TestInterruptedLive(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	c := fewChunks(startLive(t, &liveServer{after: func(_ http.ResponseWriter, request int) {
		if request == 7 {
			interrupt()
		}
	}}).URL)
	c.Duration = time.Minute
	r, err := Run(ctx, c, Watch{})
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Tally.Counts; !r.Interrupted || got.Completed != 6 || got.Appended < 8 || onlyFaults(got) != (measure.Counts{}) {
		t.Errorf("interrupted = %v, got %+v", r.Interrupted, got)
	}
}

// A server without live messages is found out before the run.
func TestServerWithoutLiveMessages(t *testing.T) {
	t.Parallel()
	s := startLive(t, &liveServer{})
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		http.NotFound(w, r)
	})
	if _, err := Run(t.Context(), fewChunks(s.URL), Watch{}); err == nil || !strings.Contains(err.Error(), "--live needs a server that has live messages") {
		t.Errorf("got error %v", err)
	}
}

func TestBadLive(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"need --live":                 func(c *Config) { c.Live.On = false },
		"--live needs the address":    func(c *Config) { c.Servers, c.URLs = nil, c.Servers },
		"--live-messages -1":          func(c *Config) { c.Live.Messages = -1 },
		"--processes 3":               func(c *Config) { c.Processes = 3 },
		"--append-rate 20000":         func(c *Config) { c.Live.Rate = 20_000 },
		"--append-rate -1":            func(c *Config) { c.Live.Rate = -1 },
		"--append-rate 1:":            func(c *Config) { c.Live.Rate = 1 },
		"--append-bytes 65537":        func(c *Config) { c.Live.Bytes = 65537 },
		"--interval does not go":      func(c *Config) { c.Interval = time.Second },
		"--kind progress does not go": func(c *Config) { _ = c.Kind.UnmarshalText([]byte("progress")) },
		"--message-bytes and":         func(c *Config) { c.MessageBytes = 3 },
		"--shared do not go":          func(c *Config) { c.Shared = true },
		"--think does not go":         func(c *Config) { c.Think = time.Second },
	} {
		c := fewChunks("http://127.0.0.1:1")
		change(&c)
		if _, err := Run(t.Context(), c, Watch{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want one with %q", err, want)
		}
	}
}

// Each message has as many readers as any other, give or take one, in whichever
// process it is.
func TestReadersAreSpreadEvenly(t *testing.T) {
	c := Config{Live: Live{On: true, Messages: 6}, Clients: 32, Processes: 4}
	var ids []string
	for m := range c.Live.Messages {
		ids = append(ids, string(rune('a'+m)))
	}
	readers := map[string]int{}
	for _, job := range c.jobs() {
		job.take(ids)
		for i := range job.clients() {
			readers[job.messageID(i)]++
		}
		for i, id := range job.MessageIDs {
			if id != ids[job.liveMessage(i)] {
				t.Errorf("process %d has %s as number %d", job.Process, id, job.liveMessage(i))
			}
		}
	}
	for id, n := range readers {
		if n < 4 || n > 8 { // two processes have two messages, two have one
			t.Errorf("message %s has %d readers", id, n)
		}
	}
	if len(readers) != 6 {
		t.Errorf("%d messages have readers", len(readers))
	}
}

// The server of this project, over each protocol.
func TestLiveOfThisServer(t *testing.T) {
	t.Parallel()
	server := ssetest.Start(t, ssetest.Config{})
	secure := startProxy(t, server.URL)
	for name, c := range map[string]Config{
		"http1": {Servers: []string{server.URL}},
		"h2c":   {Servers: []string{server.URL}, Protocol: "h2c"},
		"TLS":   {Servers: []string{secure.URL}, Insecure: true},
		"h2":    {Servers: []string{secure.URL}, Protocol: "h2", Insecure: true},
	} {
		for _, pipe := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, pipe %v", name, pipe), func(t *testing.T) {
				t.Parallel()
				few := fewChunks(c.Servers[0])
				few.Protocol, few.Insecure, few.Live.Pipe, few.Reconnect = c.Protocol, c.Insecure, pipe, 2
				wantRight(t, mustRun(t, few))
			})
		}
	}
}
