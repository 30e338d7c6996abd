package main

import (
	"strings"
	"testing"

	"sseserver/httpapi/ssetest"
)

// question is answered with itself: six tokens.
const question = `{"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"one two three four five six"}]}`

// The chat wire of our own server, as it is and with faults. Those that break an answer
// off fail the run; of the others nothing can be known, as its events have no numbers.
func TestPresetOpenAIWithFaults(t *testing.T) {
	server := ssetest.Start(t, ssetest.Config{})
	const unseen = "8 streams do not number their events: doubles, order and gaps cannot be seen in them"
	for plan, want := range map[string]struct {
		code  int
		lines []string
	}{
		"":               {0, []string{"8 completed", "0 failed", "tokens        48, ", "24 other events, without", "✓ truncated==0", unseen}},
		"fault=drop@3":   {0, []string{"8 completed", "tokens        40, ", unseen}},
		"fault=double@3": {0, []string{"8 completed", "tokens        56, ", unseen}},
		"fault=split:1,eol:cr,bom,comment@2,swap@3,corrupt@4": {0, []string{"8 completed", "tokens        48, ", unseen}},
		"fault=cut@4":      {99, []string{"8 failed", "tokens        32, ", "✗ truncated==0                8"}},
		"fault=truncate@4": {99, []string{"8 failed", "tokens        32, ", "✗ truncated==0                8"}},
		"fault=end@4":      {99, []string{"8 failed", "tokens        32, ", "✗ truncated==0                8"}},
		"fault=nodone":     {99, []string{"8 failed", "tokens        48, ", "✗ truncated==0                8"}},
	} {
		t.Run(plan, func(t *testing.T) {
			t.Parallel()
			got := sseload(crowd("--preset=openai", "--body", question, "--header", "X-Stream-Plan: interval=2ms&"+plan,
				"--duration=1m", "--once", server.URL+"/v1/chat/completions")...)
			if !got.ended(want.code) {
				t.Errorf("exit code %d, want %d: %s", got.code, want.code, got.stderr)
			}
			for _, line := range want.lines {
				if !strings.Contains(got.stdout, line) {
					t.Errorf("no %q in\n%s", line, got.stdout)
				}
			}
		})
	}
	got := sseload("--preset=openai", "--body", question, "--header", "X-Stream-Plan: fault=status:429", server.URL+"/v1/chat/completions")
	if got.code != exitError || !strings.Contains(got.stderr, "status 429 Too Many Requests") || !strings.Contains(got.stderr, "fault_injected") {
		t.Errorf("a status: %+v", got)
	}
}
