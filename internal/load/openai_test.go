package load

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"sseserver/internal/load/measure"
	"sseserver/internal/load/track"
)

// What a server of the OpenAI API sends, in one of its writes each. The third
// has two tokens, as they come from one that sends in batches.
var completion = []string{
	`data: {"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}` + "\n\n",
	`data: {"id":"c","choices":[{"index":0,"delta":{"content":"Hel"},"finish_reason":null}]}` + "\n\n",
	`data: {"id":"c","choices":[{"index":0,"delta":{"content":"lo,"},"finish_reason":null}]}` + "\n\n" +
		`data: {"id":"c","choices":[{"index":0,"delta":{"content":" \"you\""},"finish_reason":null}]}` + "\n\n",
	`data: {"id":"c","choices":[{"index":0,"delta":{"content":""},"finish_reason":null}]}` + "\n\n",
	`data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}` + "\n\n",
	`data: {"id":"c","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":3,"total_tokens":12}}` + "\n\n",
	"data: [DONE]\n\n",
}

// modelError is what it sends when something goes wrong in the middle.
const (
	modelError      = "data: {\"error\":\ndata: {\"message\":\"out of\u2028memory\"}}\n\n"
	modelErrorShown = `error_event: {"error":\n{"message":"out of\u2028memory"}}`
)

// startModel answers as such a server, with the given writes.
func startModel(t *testing.T, writes []string) string {
	t.Helper()
	return startHandler(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		for _, text := range writes {
			_, _ = io.WriteString(w, text)
			_ = http.NewResponseController(w).Flush()
		}
	})
}

func tokenPath(t *testing.T) (path track.Path) {
	t.Helper()
	if err := path.UnmarshalText([]byte("data.choices.0.delta.content")); err != nil {
		t.Fatal(err)
	}
	return path
}

// Tokens are what counts in such a stream, and one that is cut before its end
// is truncated, though the response ended in good order.
func TestTokensOfACompletion(t *testing.T) {
	tests := []struct {
		name      string
		writes    []string
		processes int
		want      measure.Counts
	}{
		{"whole", completion, 1, measure.Counts{Events: 24, OtherEvents: 32, Completed: 8, Good: 8}},
		{"several processes", completion, 2, measure.Counts{Events: 24, OtherEvents: 32, Completed: 8, Good: 8}},
		{"cut", completion[:3], 1, measure.Counts{Events: 24, OtherEvents: 8, Truncated: 8, Failed: 8}},
		{"an error inside", slices.Insert(slices.Clone(completion), 3, modelError), 1, measure.Counts{Events: 24, OtherEvents: 40, Completed: 8}},
		{"an error alone", []string{modelError}, 2, measure.Counts{OtherEvents: 8, Truncated: 8, Failed: 8}},
		{"without a token", completion[4:], 1, measure.Counts{OtherEvents: 16, Completed: 8}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := quick(Config{
				URLs: []string{startModel(t, tt.writes)}, Method: http.MethodPost, Done: "data:[DONE]", Token: tokenPath(t), Processes: tt.processes,
			})
			c.Interval = 0
			result := mustRun(t, c)
			got := result.Tally.Counts
			if tt.want.Events > 0 && got.Coalesced < 8 {
				t.Errorf("%d coalesced, want at least the one of each stream", got.Coalesced)
			}
			got = measure.Counts{
				Events: got.Events, OtherEvents: got.OtherEvents, Completed: got.Completed, Failed: got.Failed,
				Truncated: got.Truncated, Good: got.Good, Lost: got.Lost, Duplicate: got.Duplicate, Corrupt: got.Corrupt,
			}
			if got != tt.want {
				t.Errorf("\ngot  %+v\nwant %+v", got, tt.want)
			}
			failed := strings.Contains(strings.Join(tt.writes, ""), modelError)
			if n := result.Tally.Errors["error_event"]; failed != (n == 8) || n > 8 {
				t.Errorf("%d errors in events; are there some? %v", n, failed)
			}
			if first := result.Tally.Refusal; failed && (first == nil || first.String() != modelErrorShown) || !failed && first != nil {
				t.Errorf("first error: %v", first)
			}
			for m, want := range map[measure.Metric]uint64{
				measure.TTFE: tt.want.Events / 3, measure.ITL: tt.want.Events / 3 * 2, measure.EventRate: tt.want.Events / 3,
				measure.Duration: tt.want.Completed,
			} {
				if n := result.Tally.Distributions.Overall(m).TotalCount(); n != int64(want) {
					t.Errorf("%d values of %v, want %d", n, m, want)
				}
			}
		})
	}
}
