package docscheck

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// startModel starts a small server of the OpenAI API, as the documents assume
// one at 127.0.0.1:8000. It wants a token and a question, and answers with the
// events that such servers send around the words of an answer.
func startModel(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/chat/completions", func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer secret-") {
			http.Error(w, `{"error":{"message":"invalid token"}}`, http.StatusUnauthorized)
			return
		}
		var asked struct {
			Stream   bool
			Messages []struct{ Content string }
		}
		err := json.NewDecoder(r.Body).Decode(&asked)
		if err != nil || !asked.Stream || len(asked.Messages) == 0 || asked.Messages[0].Content == "" {
			http.Error(w, `{"error":{"message":"no stream of an answer is asked for"}}`, http.StatusBadRequest)
			return
		}
		answer(w, r)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

func answer(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	events := []string{delta(`{"role":"assistant","content":""}`, "null")}
	for _, word := range strings.Fields("Because air scatters blue light more than red light.") {
		events = append(events, delta(fmt.Sprintf(`{"content":"%s "}`, word), "null"))
	}
	events = append(events, delta(`{}`, `"stop"`), `{"choices":[],"usage":{"completion_tokens":9}}`, "[DONE]")
	pace := time.NewTicker(10 * time.Millisecond)
	defer pace.Stop()
	for _, data := range events {
		select {
		case <-pace.C:
		case <-r.Context().Done():
			return
		}
		_, _ = fmt.Fprintf(w, "data: %s\n\n", data)
		_ = http.NewResponseController(w).Flush()
	}
}

func delta(fields, finish string) string {
	return fmt.Sprintf(`{"object":"chat.completion.chunk","choices":[{"index":0,"delta":%s,"finish_reason":%s}]}`, fields, finish)
}

// startPausingModel starts a server that answers as startModel's does, but in the
// middle waits for goOn to be called.
func startPausingModel(t *testing.T) (address string, goOn func()) {
	t.Helper()
	wait, goOn := context.WithCancel(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for _, text := range []string{"Because ", "air ", "scatters ", "light."} {
			if text == "scatters " {
				<-wait.Done()
			}
			_, _ = fmt.Fprintf(w, "data: %s\n\n", delta(fmt.Sprintf(`{"content":"%s"}`, text), "null"))
			_ = http.NewResponseController(w).Flush()
		}
		_, _ = fmt.Fprint(w, "data: [DONE]\n\n")
	}))
	t.Cleanup(server.Close)
	t.Cleanup(goOn)
	return server.URL, goOn
}
