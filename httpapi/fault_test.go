package httpapi_test

import (
	"strings"
	"testing"
	"time"

	"sseserver/httpapi/ssetest"
)

// TestFaultyBytes has what comes of "Hello" under plans, with what is the same in
// all events left out.
func TestFaultyBytes(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		id := server.Submit("Hello")
		for plan, want := range map[string]string{
			"":                  "0H 1e 2l 3l 4o done",
			"end@2":             "0H 1e",
			"end@0":             "",
			"drop@2":            "0H 1e 3l 4o done",
			"drop:100%":         "done",
			"double@4":          "0H 1e 2l 3l 4o 4o done",
			"swap@1":            "0H 2l 1e 3l 4o done",
			"swap@1,swap@2":     "0H 2l 1e 3l 4o done",
			"swap@1,drop@2":     "0H 1e 3l 4o done",
			"swap@1,end@2":      "0H 1e",
			"swap@4":            "0H 1e 2l 3l 4o done",
			"double@1,swap@1":   "0H 2l 1e 1e 3l 4o done",
			"nodone":            "0H 1e 2l 3l 4o",
			"end@9,drop@5":      "0H 1e 2l 3l 4o done",
			"comment@1,split:3": "0H 1:comment e 2l 3l 4o done",
		} {
			answer := ask(t, server, protocol, "GET", "/stream/"+id+"?interval=1ms&seed=7&fault="+plan, "")
			if got := shortened(answer.body, id); got != want {
				t.Errorf("%s: %q\n got %s\nwant %s", plan, answer.body, got, want)
			}
			told := "interval=1ms&unit=character&fault=" + strings.ReplaceAll(plan, "%", "%25") + "&seed=7"
			if plan == "" {
				told = ""
			}
			if got := answer.Header.Get("X-Stream-Plan"); got != told {
				t.Errorf("the answer tells %q, want %q", got, told)
			}
		}
	})
}

// shortened returns a body of ours with little more than ids and texts.
func shortened(body, id string) string {
	body = strings.TrimPrefix(body, ": connected\nretry: 2000\n\n")
	var words []string
	for _, block := range strings.Split(strings.TrimSuffix(body, "\n\n"), "\n\n") {
		head, data, _ := strings.Cut(block, `data: {"messageId":"`+id+`",`)
		head = strings.NewReplacer("\n: comment\n", ":comment ", "id: ", "", "\n", "").Replace(head)
		if strings.HasPrefix(head, "event: done") {
			words = append(words, "done")
			continue
		}
		text, _, _ := strings.Cut(strings.TrimPrefix(data, `"chunk":"`), `"`)
		words = append(words, head+text)
	}
	return strings.Join(words, " ")
}

// TestFaultyPace has the exact times at which chunks arrive.
func TestFaultyPace(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		id := server.Submit("abcdef")
		for plan, want := range map[string][6]int{
			"":                     {0, 100, 200, 300, 400, 500},
			"first:800ms":          {800, 900, 1000, 1100, 1200, 1300},
			"stall:5s@2":           {0, 100, 5200, 5300, 5400, 5500},
			"burst:3":              {0, 0, 0, 300, 300, 300},
			"stall:1s@4,burst:3":   {0, 0, 0, 300, 1400, 1400},
			"stall:1s:100%,drop@9": {1000, 2100, 3200, 4300, 5400, 6500},
			"first:1s,stall:1s@0":  {2000, 2100, 2200, 2300, 2400, 2500},
		} {
			stream := server.Open(protocol, "/stream/"+id+"?interval=100ms&fault="+plan)
			start := stream.WantOpening().At
			for position, ms := range want {
				at := stream.WantChunk(position, "abcdef"[position:position+1]).At
				if got := at.Sub(start); got != time.Duration(ms)*time.Millisecond {
					t.Errorf("%s: chunk %d came after %v, want %d ms", plan, position, got, ms)
				}
			}
			stream.WantDone()
		}
	})
}

// TestFaultIsNotRepeated resumes at a fault, which has happened by then.
func TestFaultIsNotRepeated(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		id := server.Submit("Hello")
		for _, plan := range []string{"cut@2", "truncate@2", "end@2", "end:100%"} {
			stream := server.Open(protocol, "/stream/"+id+"?interval=1ms&seed=1&fault="+plan+",end@4", "Last-Event-ID", "1")
			stream.WantOpening()
			stream.WantResumed(2, true)
			stream.WantChunk(2, "l")
			if plan != "end:100%" {
				stream.WantChunk(3, "l")
			}
			stream.WantEnd()
		}
	})
}
