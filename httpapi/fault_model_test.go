package httpapi_test

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"sseserver/actors"
	"sseserver/httpapi/ssetest"
	"sseserver/internal/fault"
)

// arrival is what a client has of a stream up to a moment.
type arrival struct {
	at   time.Duration // since the first byte
	body string
}

// expectation is what a plan makes of a stream of characters: a model that knows
// nothing of streamers, transports and buffers.
type expectation struct {
	arrivals []arrival // the whole body up to each moment at which something arrives
	reset    bool      // the body breaks off
}

// expect returns what comes of text, all of whose characters are ASCII.
func expect(t *testing.T, id, text, plan string, seed uint64, interval time.Duration) (x expectation) {
	t.Helper()
	parsed, err := fault.Parse(plan)
	if err != nil {
		t.Fatal(err)
	}
	of := parsed.Of(seed, 0, false)
	whole := of.Whole()
	retry := 2 * time.Second
	if whole.Has(fault.Retry) {
		retry = of.Retry()
	}
	body := fmt.Sprintf(": connected\nretry: %d\n\n", retry.Milliseconds())
	if whole.Has(fault.BOM) {
		body = "\ufeff" + body
	}
	arrive := func(at time.Duration, more string) {
		at = (at + actors.Tick - 1).Truncate(actors.Tick)
		body += more
		seen := strings.ReplaceAll(body, "\n", of.EOL())
		if last := len(x.arrivals) - 1; last >= 0 && x.arrivals[last].at == at {
			x.arrivals[last].body = seen
		} else if last < 0 || x.arrivals[last].body != seen {
			x.arrivals = append(x.arrivals, arrival{at, seen})
		}
	}
	frame := func(set fault.Set, position int) string {
		letter, head := text[position:position+1], fmt.Sprintf("id: %d\n", position)
		if whole.Has(fault.NoID) {
			head = ""
		}
		if set.Has(fault.Comment) {
			head += ": comment\n"
		}
		if set.Has(fault.Corrupt) {
			letter = of.Corrupt(position, letter)
		}
		one := fmt.Sprintf("%sdata: {\"messageId\":%q,\"chunk\":%q,\"position\":%d,\"total\":%d}\n\n", head, id, letter, position, len(text))
		if set.Has(fault.Double) {
			return one + one
		}
		return one
	}
	arrive(0, "")
	held := ""
	paced, due := -interval, -interval
	for position := range text {
		set := of.At(position-1, position)
		pause, late, together := of.Pace(position-1, position)
		paced += interval + pause
		if !together || pause > 0 {
			due = max(due, paced+late)
		}
		one := frame(set, position)
		switch {
		case set.Has(fault.Cut) || set.Has(fault.Truncate) || set.Has(fault.End):
			if set.Has(fault.Truncate) {
				held += one[:len(one)/2]
			}
			arrive(due, held)
			x.reset = !set.Has(fault.End)
			return x
		case set.Has(fault.Drop):
			arrive(due, held)
			held = ""
		case set.Has(fault.Swap) && held == "":
			held = one
		default:
			arrive(due, one+held)
			held = ""
		}
	}
	done := fmt.Sprintf("event: done\nid: end\ndata: {\"messageId\":%q,\"total\":%d,\"sha256\":\"%x\"}\n\n", id, len(text), sha256.Sum256([]byte(text)))
	if whole.Has(fault.NoID) {
		done = strings.Replace(done, "id: end\n", "", 1)
	}
	if whole.Has(fault.NoDone) {
		done = ""
	}
	arrive(due, held+done)
	return x
}

// faultyPlans are each kind alone and mixes of them, the same in each run.
func faultyPlans() []string {
	plans := []string{"", "cut@0", "truncate@0", "end@0", "swap@3,cut@4", "swap@3,truncate@4", "burst:2,stall:1s@3,jitter:90ms", "eol:cr,bom,split:1,comment:100%"}
	var single []string
	for i := range fault.Kinds {
		if fault.Kind(i) == fault.Status {
			continue
		}
		example, _, _ := strings.Cut(fault.Kinds[i].Example, "@")
		if fault.Kinds[i].At {
			single = append(single, example+":40%")
			example += "@4"
		}
		single = append(single, example)
	}
	plans = append(plans, single...)
	random := rand.New(rand.NewPCG(1, 2))
	for range 30 {
		random.Shuffle(len(single), func(i, j int) { single[i], single[j] = single[j], single[i] })
		var mix []string
		kinds := make(map[string]bool)
		for _, one := range single[:2+random.IntN(5)] {
			name, _, _ := strings.Cut(one, ":")
			if name, _, _ = strings.Cut(name, "@"); !kinds[name] {
				mix = append(mix, one)
			}
			kinds[name] = true
		}
		plans = append(plans, strings.Join(mix, ","))
	}
	return plans
}

// readFaulty reads a stream as it comes, and says whether it broke off.
func readFaulty(t *testing.T, server *ssetest.Server, protocol ssetest.Protocol, path string) (arrivals []arrival, reset bool) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), "GET", server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := server.Client(protocol).Do(request)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %v, %v", path, response, err)
	}
	defer response.Body.Close()
	start := time.Now()
	var body strings.Builder
	piece := make([]byte, 4096)
	for {
		n, err := response.Body.Read(piece)
		body.Write(piece[:n])
		at := time.Since(start)
		if last := len(arrivals) - 1; last >= 0 && arrivals[last].at == at {
			arrivals[last].body = body.String()
		} else if n > 0 {
			arrivals = append(arrivals, arrival{at, body.String()})
		}
		if err != nil {
			return arrivals, err.Error() != "EOF"
		}
	}
}

// wantArrivals tells where two streams part.
func wantArrivals(t *testing.T, plan string, got, want []arrival) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Errorf("%s: arrival %d\n got %+v\nwant %+v", plan, i, got[min(i, len(got)):min(i+1, len(got))], want[min(i, len(want)):min(i+1, len(want))])
			return
		}
	}
}

// TestSameSeedSameStream reads what comes of each plan over each protocol, to the
// byte and the nanosecond.
func TestSameSeedSameStream(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		const text = "Hello, world"
		id := server.Submit(text)
		for seed, plan := range faultyPlans() {
			path := fmt.Sprintf("/stream/%s?interval=20ms&seed=%d&fault=%s", id, seed, plan)
			got, reset := readFaulty(t, server, protocol, path)
			want := expect(t, id, text, plan, uint64(seed), 20*time.Millisecond)
			if reset != want.reset {
				t.Errorf("%s: broken off is %t, want %t", plan, reset, want.reset)
			}
			wantArrivals(t, plan, got, want.arrivals)
		}
	})
}

// TestFaultyBytesOverTheNetwork reads the same over connections of the system, where
// a reset is one.
func TestFaultyBytesOverTheNetwork(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		const text = "Hello, world"
		id := server.Submit(text)
		for seed, plan := range faultyPlans() {
			if strings.Contains(plan, "stall") || strings.Contains(plan, "first") {
				continue
			}
			path := fmt.Sprintf("/stream/%s?interval=1ms&seed=%d&fault=%s", id, seed, plan)
			got, reset := readFaulty(t, server, protocol, path)
			want := expect(t, id, text, plan, uint64(seed), time.Millisecond)
			last := want.arrivals[len(want.arrivals)-1]
			if reset != want.reset || got[len(got)-1].body != last.body {
				t.Errorf("%s, seed %d\n got %q, broken off %t\nwant %q, %t", plan, seed, got[len(got)-1].body, reset, last.body, want.reset)
			}
		}
	})
}
