package track

import (
	"strings"
	"testing"
	"time"

	"sseserver/internal/eventstream"
	"sseserver/internal/load/measure"
)

func mustPath(t *testing.T, text string) Path {
	t.Helper()
	path, err := ParsePath(text)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func data(text string) eventstream.Event { return eventstream.Event{Data: []byte(text)} }

func TestWhatIsAToken(t *testing.T) {
	p := &Plan{Token: mustPath(t, "data.choices.0.delta.content")}
	for text, want := range map[string]bool{
		`{"choices":[{"delta":{"content":"Hi"}}]}`:                    true,
		`{"choices":[{"delta":{"content":" "}}]}`:                     true,
		`{"choices":[{"delta":{"content":"\n"}}]}`:                    true,
		`{"choices":[{"delta":{"content":0}}]}`:                       true,
		`{"choices":[{"delta":{"content":["Hi"]}}]}`:                  true,
		`{"choices":[{"delta":{"content":""}}]}`:                      false,
		`{"choices":[{"delta":{"content":null}}]}`:                    false,
		`{"choices":[{"delta":{"content":[]}}]}`:                      false,
		`{"choices":[{"delta":{"role":"assistant"}}]}`:                false,
		`{"choices":[{"delta":{},"finish_reason":"stop"}]}`:           false,
		`{"choices":[],"usage":{"prompt_tokens":5,"total_tokens":9}}`: false,
		`[DONE]`: false,
		``:       false,
	} {
		if got := p.isToken([]byte(text)); got != want {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
	if all := (&Plan{}); !all.isToken(nil) {
		t.Error("without a path not every event counts")
	}
}

// A stream of a language model: only its tokens have times and are counted.
func TestTokens(t *testing.T) {
	b := newBench(Plan{Kind: Any, Token: mustPath(t, "data.content")})
	b.open()
	b.at(1010 * ms).event(data(`{"role":"assistant","content":""}`))
	b.at(1200 * ms).event(data(`{"content":"Hello"}`))
	b.at(1250 * ms).event(data(`{"content":""}`))
	b.at(1300 * ms).event(data(`{"content":" world"}`))
	b.event(data(`{"content":"!"}`))
	b.at(1400 * ms).event(data(`{"finish_reason":"stop"}`))
	b.close(Truncated, false)
	b.stream.Finish(b.ledger)
	c := b.counts()
	if c.Events != 3 || c.OtherEvents != 3 || c.Coalesced != 1 || c.Lost+c.Duplicate+c.Corrupt != 0 {
		t.Errorf("got %+v", c)
	}
	if got := one(t, b, measure.TTFE); !about(got, 300) { // planned at 0.9 s
		t.Errorf("time to the first token: %v ms, want 300", got)
	}
	wantValues(t, b, measure.ITL, 2, 0, 100*ms)
	if got := one(t, b, measure.EventRate); !about(got, 10) { // three within 300 ms of the request
		t.Errorf("%v tokens per second, want 10", got)
	}
}

// Where events are numbered, those without a token are missed as any other.
func TestOtherEventsHaveNumbers(t *testing.T) {
	b := newBench(Plan{Kind: Any, Token: mustPath(t, "data.content")})
	b.open()
	for i, text := range []string{`{"role":"assistant"}`, `{"content":"a"}`, `{"content":""}`, `{"content":"b"}`} {
		b.at(time.Second + time.Duration(i+1)*100*ms).event(numberedEvent(i, text))
	}
	b.event(numberedEvent(5, `{"content":"c"}`))
	b.close(NoMore, true)
	b.stream.Finish(b.ledger)
	b.stream.seq.Settle(b.stream.seq.Next(), b.stream.loser(b.ledger))
	if c := b.counts(); c.Events != 3 || c.OtherEvents != 2 || c.Lost != 1 || c.Duplicate != 0 {
		t.Errorf("got %+v", c)
	}
}

// Whatever is in the data, a judgement costs no memory.
func TestTokensCostNothing(t *testing.T) {
	p := &Plan{Token: mustPath(t, "data.choices.0.delta.content")}
	text := []byte(`{"id":"x","choices":[{"index":0,"delta":{"content":" token"}}]}`)
	if n := testing.AllocsPerRun(100, func() { p.isToken(text) }); n > 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

// An error is one if the data says so itself, and not only a text in it.
func TestWhatIsAnError(t *testing.T) {
	const text = "data.choices.0.delta.content"
	for data, want := range map[string]bool{
		`{"error":{"message":"overloaded"}}`:                             true,
		`{"error":"overloaded"}`:                                         true,
		` { "id": 1, "error": {} }`:                                      true,
		`{"type":"error","error":{"type":"overloaded_error"}}`:           true,
		`{"error":null}`:                                                 false,
		`{"error":null,"choices":[{"delta":{"role":"assistant"}}]}`:      false,
		`{"choices":[{"delta":{"role":"assistant","error":"x"}}]}`:       false,
		`{"choices":[{"delta":{"content":"{\"error\":1}"}}]}`:            false,
		`{"error":"x","choices":[{"delta":{"content":"a token, too"}}]}`: false,
		`[{"error":1}]`:  false,
		`no {"error":1}`: false,
		`{"error":1`:     false,
		`[DONE]`:         false,
		``:               false,
	} {
		b := newBench(Plan{Kind: Any, Token: mustPath(t, text)})
		b.open()
		b.event(eventstream.Event{Data: []byte(data)})
		b.event(eventstream.Event{Data: []byte(`{"choices":[{"delta":{"content":"Hi"}}]}`)})
		b.close(NoMore, true)
		b.stream.Finish(b.ledger)
		if got, good := b.ledger.Tally.Errors["error_event"] == 1, b.counts().Good == 1; got != want || good == want {
			t.Errorf("%s: an error: %v; a good stream: %v", data, got, good)
		}
		if b.ledger.Tally.Refusal != nil != want {
			t.Errorf("%s: first error: %v", data, b.ledger.Tally.Refusal)
		}
	}
	all := newBench(Plan{Kind: Any})
	all.open()
	if all.event(data(`{"error":1}`)); len(all.ledger.Tally.Errors) > 0 {
		t.Error("without tokens, nobody knows what an error is")
	}
}

// A long one is cut between characters.
func TestLongError(t *testing.T) {
	b := newBench(Plan{Kind: Any, Token: mustPath(t, "data.content")})
	b.open()
	b.event(data(`{"error":"` + strings.Repeat("é", 1000) + `"}`))
	if got := b.ledger.Tally.Refusal; got == nil || got.Body != `{"error":"`+strings.Repeat("é", 507) {
		t.Errorf("got %v", got)
	}
	b.event(data(`{"error":"the second"}`))
	if got := b.ledger.Tally.Errors["error_event"]; got != 2 {
		t.Errorf("%d errors, want 2", got)
	}
}
