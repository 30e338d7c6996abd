package docscheck

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strconv"
	"sync"
	"testing"
)

// startHub starts a hub that takes publications at /pub/news and fans them out
// at /sub/news, as the documents assume one at 127.0.0.1:8080. It is nginx with
// Nchan and the shown configuration if they are installed, and a small one of
// this package's otherwise.
func startHub(t *testing.T, nchan string) string {
	t.Helper()
	if _, err := exec.LookPath("nginx"); err == nil && nchan != "" && nchanModule() != "" {
		return startNchan(t, nchan)
	}
	h := &hub{more: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /pub/news", h.publish)
	mux.HandleFunc("GET /sub/news", h.subscribe)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// hub keeps all that was published. For any number of goroutines.
type hub struct {
	mu    sync.Mutex // guards what follows
	texts []string
	more  chan struct{} // closed, and made anew, by each publication
}

func (h *hub) publish(w http.ResponseWriter, r *http.Request) {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return // the publisher went away
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.texts = append(h.texts, string(text))
	close(h.more)
	h.more = make(chan struct{})
	w.WriteHeader(http.StatusCreated)
}

func (h *hub) subscribe(w http.ResponseWriter, r *http.Request) {
	next, _ := h.since(0)
	at := len(next) // a new client gets what is published from now on
	if last, err := strconv.Atoi(r.Header.Get("Last-Event-ID")); err == nil {
		at = last + 1
	}
	w.Header().Set("Content-Type", "text/event-stream")
	for {
		_ = http.NewResponseController(w).Flush()
		texts, more := h.since(at)
		for _, text := range texts {
			_, _ = fmt.Fprintf(w, "id: %d\ndata: %s\n\n", at, text)
			at++
		}
		if len(texts) > 0 {
			continue
		}
		select {
		case <-more:
		case <-r.Context().Done():
			return
		}
	}
}

// since returns what was published from number at on, and a channel that is
// closed when there is more.
func (h *hub) since(at int) ([]string, <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.texts[min(at, len(h.texts)):len(h.texts):len(h.texts)], h.more
}
