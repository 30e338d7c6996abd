package httpapi_test

import (
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"

	"sseserver/httpapi"
	"sseserver/httpapi/ssetest"
	"sseserver/internal/fault"
)

func parsePlan(t *testing.T, text string) fault.Plan {
	t.Helper()
	plan, err := fault.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// What an answer says of its plan, sent back in a request, gives the same stream.
func TestPlanSentBack(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		random := rand.New(rand.NewPCG(13, 4))
		id := server.Submit(letters)
		get := func(path string, header ...string) (body, plan string) {
			stream := server.Open(protocol, path, header...)
			content, _ := io.ReadAll(stream.Response.Body) // also of one that is cut
			return string(content), stream.Response.Header.Get("X-Stream-Plan")
		}
		for i, plan := range plans(random, 20, 20) {
			if plan == "" {
				continue
			}
			path := []string{"/stream/" + id + "?unit=word&interval=3ms&fault=", "/progress/" + id + "?interval=2ms&fault="}[i%2] + plan
			first, told := get(path)
			again, toldAgain := get(path[:strings.Index(path, "?")], "X-Stream-Plan", told)
			if again != first || toldAgain != told || told == "" {
				t.Errorf("%s: the answer says %q\n got %q\nand with that in the head %q\n got %q", path, told, first, toldAgain, again)
			}
		}
	})
}

// A server may have a plan for all streams. That of a request replaces it, and an
// empty one is none.
func TestPlanOfTheServer(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{API: httpapi.Config{Faults: parsePlan(t, "end@2,drop:1%")}})
		id := server.Submit("Hello")
		for query, want := range map[string]struct {
			body, plan string
		}{
			"?interval=1ms&seed=3":             {"0H 1e", "interval=1ms&unit=character&fault=end@2,drop:1%25&seed=3"},
			"?interval=1ms&fault=end@1&seed=3": {"0H", "interval=1ms&unit=character&fault=end@1&seed=3"},
			"?interval=1ms&fault=&seed=3":      {"0H 1e 2l 3l 4o done", ""},
		} {
			got := ask(t, server, protocol, "GET", "/stream/"+id+query, "")
			if body := shortened(got.body, id); body != want.body {
				t.Errorf("%s: %s, want %s", query, body, want.body)
			}
			got.wantHeader(t, map[string]string{"X-Stream-Plan": want.plan})
		}
		got := ask(t, server, protocol, "GET", "/stream/"+id, "", "X-Stream-Plan", "fault=&interval=1ms")
		if body := shortened(got.body, id); body != "0H 1e 2l 3l 4o done" {
			t.Errorf("an empty plan in the head gives %s", body)
		}
		got.wantHeader(t, map[string]string{"X-Stream-Plan": "interval=1ms&unit=character"})
	})
}

// A server can refuse the plans of requests, and keep its own.
func TestPlansRefused(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{API: httpapi.Config{NoFaults: true, Faults: parsePlan(t, "end@1")}})
		id := server.Submit("Hello")
		for _, path := range []string{"/stream/", "/progress/"} {
			ask(t, server, protocol, "GET", path+id+"?fault=cut@3", "").wantProblem(t, 400, "invalid_parameter")
			ask(t, server, protocol, "GET", path+id+"?fault=status:503", "").wantProblem(t, 400, "invalid_parameter")
			ask(t, server, protocol, "GET", path+id, "", "X-Stream-Plan", "fault=cut@3").wantProblem(t, 400, "invalid_parameter")
		}
		if got := ask(t, server, protocol, "GET", "/stream/"+id+"?interval=1ms&seed=1", ""); shortened(got.body, id) != "0H" {
			t.Errorf("the server's own plan gives %q", got.body)
		}
		if faults := server.Log.Named("stream.fault"); len(faults) != 1 {
			t.Errorf("the log has %v", faults)
		}
	})
}

// A plan or a seed that is wrong is told, with what is right.
func TestWrongPlan(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		id := server.Submit("Hello")
		for query, says := range map[string]string{
			"fault=cut@1,explode":   `fault: there is no fault \"explode\"; there are cut@N, truncate@N, `,
			"fault=stall@3":         `fault: \"stall@3\" is not of the form stall:V@N, where V is a duration of 1ms to 1h, `,
			"fault=bom&fault=bom":   `fault: \"bom\" is one too many`,
			"fault=status:200":      `V is 204, or 400 to 599`,
			"fault=cut@1&seed=-1":   "seed must be a whole number from 0 to 18446744073709551615",
			"seed=0x1":              "seed must be a whole number",
			"fault=drop:5%zz":       `fault: \"drop:5%zz\"`,
			"fault=cut@1%0d%0aX:+1": `fault: \"cut@1\\r\\nX: 1\"`,
		} {
			got := ask(t, server, protocol, "GET", "/stream/"+id+"?"+query, "")
			got.wantProblem(t, 400, "invalid_parameter")
			if !strings.Contains(got.body, says) {
				t.Errorf("%s: %s; want %s", query, got.body, says)
			}
			// A field of a head has no line ends, so one of the two cannot come in it.
			if !strings.Contains(query, "%0d") {
				ask(t, server, protocol, "GET", "/stream/"+id, "", "X-Stream-Plan", query).wantProblem(t, 400, "invalid_parameter")
			}
		}
	})
}

// A plan can answer with a status, which is told as any other, but only where a
// stream would have been opened.
func TestFaultyStatus(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		id := server.Submit("Hello")
		for _, path := range []string{"/stream/", "/progress/"} {
			ask(t, server, protocol, "GET", path+id+"?fault=status:503", "").wantProblem(t, 503, "fault_injected")
			ask(t, server, protocol, "GET", path+id+"?fault=bom,status:429,cut@3", "").wantProblem(t, 429, "fault_injected")
			ask(t, server, protocol, "GET", path+id, "", "X-Stream-Plan", "fault=status:599").wantProblem(t, 599, "fault_injected")
			gone := ask(t, server, protocol, "GET", path+id+"?fault=status:204", "")
			if gone.StatusCode != http.StatusNoContent || gone.body != "" {
				t.Errorf("204 is answered with %s, %q", gone.Status, gone.body)
			}
			ask(t, server, protocol, "GET", path+id+"?fault=status:503&interval=0", "").wantProblem(t, 400, "invalid_parameter")
			ask(t, server, protocol, "GET", path+unknownID+"?fault=status:503", "").wantProblem(t, 404, "message_not_found")
			ask(t, server, protocol, "GET", path+id+"?fault=status:503", "", "Accept", "text/html").wantProblem(t, 406, "not_acceptable")
			if got := ask(t, server, protocol, "GET", path+id+"?fault=status:503", "", "Last-Event-ID", "end"); got.StatusCode != http.StatusNoContent {
				t.Errorf("who has seen all gets %s", got.Status)
			}
		}
		faults := server.Log.Named("stream.fault")
		for _, line := range faults {
			if line.Fields["fault"] != "status" || line.Fields["message_id"] != id || line.Fields["request_id"] == nil {
				t.Errorf("the log says %v", line.Fields)
			}
		}
		var statuses []int64
		for _, line := range server.Log.Named("stream.rejected") {
			if line.Fields["reason"] == "fault_injected" {
				statuses = append(statuses, line.Fields["status"].(int64))
			}
		}
		if len(faults) != 8 || len(statuses) != 8 || len(server.Log.Named("stream.opened")) != 0 {
			t.Errorf("%d faults, and streams rejected with %v; want 8 and 8", len(faults), statuses)
		}
		counts := scrape(t, server)
		if got := counts[`sseserver_faults_total{fault="status"}`]; got != 8 {
			t.Errorf("%v faults are counted, want 8", got)
		}
		if got := counts[`sseserver_streams_rejected_total{reason="fault_injected"}`]; got != 8 {
			t.Errorf("%v streams are counted as rejected, want 8", got)
		}
	})
}

// HEAD tells of a stream with a plan what GET does, and opens none.
func TestFaultyHead(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		id := server.Submit("Hello")
		for query, status := range map[string]int{
			"?fault=cut@0": 200, "?fault=stall:1h@0,first:1h": 200, "?fault=status:503": 503, "?fault=status:204": 204, "?fault=explode": 400,
		} {
			if got := ask(t, server, protocol, "HEAD", "/stream/"+id+query, ""); got.StatusCode != status || got.body != "" {
				t.Errorf("%s: %s, %q; want %d", query, got.Status, got.body, status)
			}
		}
		if opened := server.Log.Named("stream.opened"); len(opened) > 0 {
			t.Errorf("the log has %v", opened)
		}
	})
}

// What happens to a stream does not happen to its neighbours, not even on the same
// connection.
func TestFaultyNeighbours(t *testing.T) {
	for _, protocol := range []ssetest.Protocol{ssetest.H2C, ssetest.H2} {
		t.Run(string(protocol), func(t *testing.T) {
			server := ssetest.Start(t, ssetest.Config{})
			text := strings.Repeat("Hello ", 8)
			id := server.Submit(text)
			var streams []*ssetest.Stream
			for range 10 {
				streams = append(streams, server.Open(protocol, "/stream/"+id+"?interval=1ms"))
			}
			conns := server.API.Conns() // with that of Submit
			var faulty sync.WaitGroup
			for _, plan := range []string{"cut@5", "truncate@5", "cut:10%", "status:500", "split:1", "drop:50%", "end@3", "truncate@0", "cut@0", "eol:cr,bom", "noid,nodone"} {
				for seed := range uint64(2) {
					s := script{id: id, text: text, pieces: stored(strings.Split(text, "")[:len(text)]...), plan: plan, seed: seed, interval: 1e6}
					faulty.Go(func() { _, _ = takeAll(server, protocol, s.path("")) })
				}
			}
			for _, stream := range streams {
				stream.WantOpening()
				stream.WantText(0, text)
			}
			faulty.Wait()
			if got := server.API.Conns(); got != conns {
				t.Errorf("%d connections, want %d", got, conns)
			}
		})
	}
}
