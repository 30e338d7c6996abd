package httpapi_test

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sseserver/httpapi/ssetest"
)

// letters is a text of 20 characters and 5 words, some of which JSON escapes.
const letters = "Né 👩\u200d👧 \"w\\örld\"\t\n e\u0301!xyz"

var (
	letterPieces = strings.Split("N|é| |👩\u200d👧| |\"|w|\\|ö|r|l|d|\"|\t|\n| |e\u0301|!|x|y|z", "|")
	wordPieces   = strings.Split("Né |👩\u200d👧 |\"w\\örld\"\t\n |e\u0301!xyz", "|")
)

// subject is something that can be streamed.
type subject struct {
	script
	unit string
}

// subjects returns all that is streamed with one plan.
func subjects(t *testing.T, server *ssetest.Server) []subject {
	id := server.Submit(letters)
	live := produce(t, server, "Hello")
	appended := []string{"Hello", " you", "\r\n", "e", "\u0301", "."}
	live.append(appended[1:]...)
	live.complete()
	long := strings.Repeat("é\n", 700) // more than is framed at once
	longer := produce(t, server, long)
	longer.append("x")
	longer.complete()
	return []subject{
		{script{id: id, text: letters, pieces: stored(letterPieces...)}, ""},
		{script{id: id, text: letters, pieces: stored(wordPieces...)}, "word"},
		{script{id: id, text: letters, pieces: stored(letters)}, "chunk"},
		{script{id: id, text: letters, pieces: percents(), progress: true}, ""},
		{script{id: live.name, text: strings.Join(appended, ""), pieces: stored(appended...)}, ""},
		{script{id: longer.name, text: long + "x", pieces: stored(long, "x")}, "chunk"},
	}
}

// with returns the subject with a plan, and perhaps resumed somewhere.
func (s subject) with(random *rand.Rand, plan string, interval time.Duration) subject {
	s.plan, s.interval, s.seed = plan, interval, random.Uint64N(1000)
	switch random.IntN(4) {
	case 0:
		s.after = strconv.Itoa(s.pieces[random.IntN(len(s.pieces))].position)
	case 1:
		s.after = "999"
	}
	return s
}

// take is all that a client gets of one stream.
type take struct {
	body string
	end  error // nil for a clean end
}

// takeAll reads a whole stream. Any goroutine may call it.
func takeAll(server *ssetest.Server, protocol ssetest.Protocol, path string) (take, error) {
	response, err := server.Client(protocol).Get(server.URL + path)
	if err != nil {
		return take{}, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return take{}, errors.New(response.Status)
	}
	body, err := io.ReadAll(response.Body)
	return take{string(body), err}, nil
}

// wantReset wants an end that a client cannot take for a clean one: a reset of the
// connection, or of the stream where others share it.
func (got take) wantReset(t *testing.T, protocol ssetest.Protocol, path string, want bool) {
	t.Helper()
	ok := got.end == nil
	if want && protocol.IsHTTP2() {
		ok = got.end != nil && strings.Contains(got.end.Error(), "stream error: ")
	} else if want {
		ok = errors.Is(got.end, syscall.ECONNRESET)
	}
	if !ok {
		t.Errorf("%s: %s: the body ends with %v; want a reset: %t", protocol, path, got.end, want)
	}
}

// A plan and a seed give the same bytes and the same end on every protocol and in
// every run.
func TestFaultySameEverywhere(t *testing.T) {
	server := ssetest.Start(t, ssetest.Config{})
	random := rand.New(rand.NewPCG(13, 0))
	subjects := subjects(t, server)
	for i, plan := range plans(random, 30, len(letterPieces)) {
		subject := subjects[i%len(subjects)].with(random, plan, time.Millisecond)
		want, path := subject.outcome(), subject.path(subject.unit)
		takes := make([]take, 2*len(ssetest.Protocols))
		errs := make([]error, len(takes))
		var clients sync.WaitGroup
		for i := range takes {
			clients.Go(func() { takes[i], errs[i] = takeAll(server, ssetest.Protocols[i/2], path) })
		}
		clients.Wait()
		for i, got := range takes {
			protocol := ssetest.Protocols[i/2]
			if errs[i] != nil {
				t.Fatalf("%s: %s: %v", protocol, path, errs[i])
			}
			subject.wantBody(t, string(protocol), got.body, want)
			got.wantReset(t, protocol, path, want.reset)
		}
	}
}

// arrivals is when each part of a body came.
type arrivals struct {
	ends  []int // how many bytes there were
	times []time.Duration
	body  strings.Builder
	over  time.Duration
	err   error // io.EOF for a clean end
}

// watch reads a whole stream and notes when what comes. Any goroutine may call it.
func watch(server *ssetest.Server, protocol ssetest.Protocol, path string) *arrivals {
	a, start, piece := &arrivals{ends: []int{0}, times: []time.Duration{0}}, time.Now(), make([]byte, 64<<10)
	response, err := server.Client(protocol).Get(server.URL + path)
	if err != nil {
		a.err = err
		return a
	}
	defer response.Body.Close()
	for a.err == nil {
		var n int
		n, a.err = response.Body.Read(piece)
		a.body.Write(piece[:n])
		a.ends, a.times = append(a.ends, a.body.Len()), append(a.times, time.Since(start))
	}
	a.over = time.Since(start)
	return a
}

// at returns when the first so many bytes had come.
func (a *arrivals) at(bytes int) time.Duration {
	i, _ := slices.BinarySearch(a.ends, bytes)
	return a.times[min(i, len(a.times)-1)]
}

// want compares with the model: all bytes, and the exact time of each block. The
// server wakes a stream at the whole millisecond.
func (a *arrivals) want(t *testing.T, who string, s script, want outcome) {
	t.Helper()
	s.wantBody(t, who, a.body.String(), want)
	if (a.err == io.EOF) == want.reset {
		t.Errorf("%s: %s: the body ends with %v; want a reset: %t", who, s.plan, a.err, want.reset)
	}
	bytes := 0
	for i, block := range want.blocks {
		bytes += len(block.text)
		if got, at := a.at(bytes), wholeTick(block.at); got != at {
			t.Errorf("%s: %s, seed %d, after %q: block %d came after %v, want %v", who, s.plan, s.seed, s.after, i, got, at)
			return
		}
	}
	if at := wholeTick(want.ends); a.over != at {
		t.Errorf("%s: %s, seed %d, after %q: it ended after %v, want %v", who, s.plan, s.seed, s.after, a.over, at)
	}
}

func wholeTick(d time.Duration) time.Duration {
	return (d + time.Millisecond - 1).Truncate(time.Millisecond)
}

// All that a plan says happens, when it says so, is logged and counted, and nothing
// else is.
func TestFaultyAsTheScript(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		random := rand.New(rand.NewPCG(13, 1))
		subjects := subjects(t, server)
		var scripts []script
		for i, plan := range append(plans(random, 80, len(letterPieces)), pairs(random, len(letterPieces))...) {
			subject := subjects[i%len(subjects)].with(random, plan, 10*time.Millisecond)
			watch(server, protocol, subject.path(subject.unit)).want(t, string(protocol), subject.script, subject.outcome())
			scripts = append(scripts, subject.script)
		}
		server.Await("stream.closed", len(scripts))
		wantLogged(t, server, scripts)
	})
}

// wantLogged checks what is logged and counted of streams that came one after
// another.
func wantLogged(t *testing.T, server *ssetest.Server, scripts []script) {
	t.Helper()
	opened, counts := server.Log.Named("stream.opened"), make(map[string]float64)
	faults, reasons, lags := make(map[any][]string), make(map[any]any), make(map[any]any)
	for _, line := range server.Log.Named("stream.fault") {
		id := line.Fields["stream_id"]
		faults[id] = append(faults[id], fmt.Sprint(line.Fields["position"], " ", line.Fields["fault"]))
	}
	for _, line := range server.Log.Named("stream.closed") {
		id := line.Fields["stream_id"]
		reasons[id], lags[id] = line.Fields["reason"], line.Fields["max_lag_ms"]
	}
	for i, s := range scripts {
		fields := opened[i].Fields
		id, want := fields["stream_id"], s.outcome()
		slices.Sort(faults[id])
		if !slices.Equal(faults[id], want.faults) {
			t.Errorf("%s, seed %d, after %q: the log has\n     %q\nwant %q", s.plan, s.seed, s.after, faults[id], want.faults)
		}
		if reason := map[bool]string{true: "fault", false: "completed"}[want.ended]; reasons[id] != reason {
			t.Errorf("%s, seed %d, after %q: closed for %v, want %s", s.plan, s.seed, s.after, reasons[id], reason)
		}
		if lag := lags[id].(float64); lag > 1 { // as is due by the plan
			t.Errorf("%s, seed %d, after %q: %v ms late", s.plan, s.seed, s.after, lag)
		}
		var plan, seed any
		if s.plan != "" {
			plan, seed = s.plan, s.seed
		}
		if fields["plan"] != plan || fields["seed"] != seed {
			t.Errorf("opened with the plan %v, seed %v; want %v, %v", fields["plan"], fields["seed"], plan, seed)
		}
		for _, each := range want.faults {
			_, name, _ := strings.Cut(each, " ")
			counts[`sseserver_faults_total{fault="`+name+`"}`]++
		}
	}
	counted := scrape(t, server)
	maps.DeleteFunc(counted, func(name string, _ float64) bool { return !strings.Contains(name, "faults_total") })
	wantCounts(t, counted, counts)
}

// A chunk of a mebibyte, too, is what the plan makes of it, though it is framed and
// written in pieces.
func TestFaultyLongChunk(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		long := strings.Repeat("é\n0123456789abc", 1<<16)[:1<<20-1]
		p := produce(t, server, long)
		p.append("x")
		p.complete()
		for seed, plan := range []string{
			"", "corrupt@0,truncate@0", "cut@1", "double@0,end@1", "swap@0,corrupt@0", "comment@0,eol:crlf,bom", "split:5000,truncate@1",
		} {
			s := script{id: p.name, text: long + "x", pieces: stored(long, "x"), plan: plan, seed: uint64(seed), interval: time.Millisecond}
			want, path := s.outcome(), s.path("chunk")
			got, err := takeAll(server, protocol, path)
			if err != nil {
				t.Fatal(err)
			}
			s.wantBody(t, string(protocol), got.body, want)
			got.wantReset(t, protocol, path, want.reset)
		}
	})
}

// A chunk that a plan moves or holds up is not late for that.
func TestFaultyIsNotLate(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		id := server.Submit(letters)
		streams := 0
		for _, plan := range []string{"swap@3", "swap@3,cut@4", "swap@19", "swap@3,drop@4", "stall:3s@2", "first:2s,burst:4"} {
			s := script{id: id, text: letters, pieces: stored(letterPieces...), plan: plan, interval: 10 * time.Millisecond}
			watch(server, protocol, s.path(""))
			streams++
			server.Await("stream.closed", streams)
			if late := scrape(t, server)["sseserver_stream_lateness_seconds_sum"]; late != 0 {
				t.Fatalf("%s: late by %v s", plan, late)
			}
		}
	})
}
