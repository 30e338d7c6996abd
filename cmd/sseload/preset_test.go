package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const chat = `{"model":"m{client}","stream":true,"messages":[]}`

// A small server of chat completions, as it is tried with the preset alone.
func TestPresetOpenAI(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" || !strings.Contains(string(body), `"stream":true`) {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, `data: {"choices":[{"delta":{"role":"assistant","content":""}}]}`+"\n\n"+
			`data: {"choices":[{"delta":{"content":"Hi"}}]}`+"\n\n"+`data: {"choices":[{"delta":{"content":"!"}}]}`+"\n\n"+
			`data: {"choices":[{"delta":{},"finish_reason":"stop"}]}`+"\n\ndata: [DONE]\n\n")
	}))
	t.Cleanup(server.Close)
	got := sseload(crowd("--preset", "openai", "--body", chat, "--clients=4", "--duration=1m", "--once", server.URL+"/v1/chat/completions")...)
	if !got.ended(0) {
		t.Errorf("exit code %d, %s", got.code, got.stderr)
	}
	for _, want := range []string{"4 completed", "tokens        8, ", "8 other events, without data.choices.0.delta.content", "✓ truncated==0", "event_rate events/s"} {
		if !strings.Contains(got.stdout, want) {
			t.Errorf("no %q in\n%s", want, got.stdout)
		}
	}
}

func TestPresetGivesWay(t *testing.T) {
	got, err := parse([]string{
		"http://a", "--preset=openai", "--body", chat, "--method", "PUT", "--expect-done", "event:end",
		"--token", "data.delta.text", "-H", "content-type: application/x",
	}, io.Discard)
	c := got.config
	if err != nil || c.Method != "PUT" || c.Done != "event:end" || c.Token.String() != "data.delta.text" ||
		c.Header.Get("Content-Type") != "application/x" || len(c.URLs) != 1 || len(c.Servers) != 0 {
		t.Errorf("got %+v, error %v", c, err)
	}
}

func TestPresetNeedsABody(t *testing.T) {
	for want, args := range map[string][]string{
		"needs --body or --body-file": {"--preset=openai", "http://a"},
		`no "stream": true`:           {"--preset=openai", "--body={}", "http://a"},
		`--preset: want openai`:       {"--preset=gpt", "http://a"},
	} {
		if got := sseload(args...); got.code != exitConfig || !strings.Contains(got.stderr, want) || strings.Count(got.stderr, "\n") != 1 {
			t.Errorf("%q: got %+v, want one line with %q", args, got, want)
		}
	}
}
