package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"sseserver/internal/eventsource"
)

// capabilities are the optional parts of the suite that the client is up to.
// Not among them are event-type-listeners, as the client reports events of all
// types, and restart, which nobody needs.
var capabilities = []string{
	"204", "bom", "comments", "empty-or-missing-location", "headers", "last-event-id", "payload-size-stress-testable",
	"post", "read-timeout", "report",
}

// maxEventBytes is twice the longest event of the suite, 128 MiB.
const maxEventBytes = 256 << 20

// service answers the suite. Its streams end with ctx.
type service struct {
	ctx       context.Context
	stop      context.CancelFunc // ends the service
	transport *eventsource.Transport
	streams   sync.WaitGroup

	mu     sync.Mutex
	lastID int
	open   map[string]*stream // by path
}

// newService makes a service whose streams use t.
func newService(ctx context.Context, stop context.CancelFunc, t *eventsource.Transport) *service {
	return &service{ctx: ctx, stop: stop, transport: t, open: map[string]*stream{}}
}

func (s *service) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.status)
	mux.HandleFunc("DELETE /{$}", func(http.ResponseWriter, *http.Request) { s.stop() })
	mux.HandleFunc("POST /{$}", s.create)
	mux.HandleFunc("DELETE /streams/{id}", s.close)
	return mux
}

func (s *service) status(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"name": "sseserver eventsource", "capabilities": capabilities})
}

// parameters are the body of a request to create a stream. Absent times are nil.
type parameters struct {
	StreamURL      string            `json:"streamUrl"`
	CallbackURL    string            `json:"callbackUrl"`
	InitialDelayMS *int64            `json:"initialDelayMs"`
	ReadTimeoutMS  *int64            `json:"readTimeoutMs"`
	LastEventID    string            `json:"lastEventId"`
	Headers        map[string]string `json:"headers"`
	Method         string            `json:"method"`
	Body           string            `json:"body"`
}

func (p *parameters) config() eventsource.Config {
	cfg := eventsource.Config{
		URL:           p.StreamURL,
		Method:        p.Method,
		Body:          p.Body,
		LastEventID:   p.LastEventID,
		Header:        http.Header{},
		MaxEventBytes: maxEventBytes,
	}
	for name, value := range p.Headers {
		cfg.Header.Set(name, value)
	}
	if p.ReadTimeoutMS != nil {
		cfg.ReadTimeout = time.Duration(*p.ReadTimeoutMS) * time.Millisecond
	}
	if p.InitialDelayMS != nil {
		cfg.ReconnectionTime = time.Duration(*p.InitialDelayMS) * time.Millisecond
		if cfg.ReconnectionTime == 0 {
			cfg.ReconnectionTime = -1
		}
	}
	return cfg
}

func (s *service) create(w http.ResponseWriter, r *http.Request) {
	var p parameters
	if err := json.NewDecoder(r.Body).Decode(&p); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	st, err := newStream(s.ctx, s.transport, p)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	s.lastID++
	path := fmt.Sprintf("/streams/%d", s.lastID)
	s.open[path] = st
	s.mu.Unlock()
	s.streams.Go(st.run)
	w.Header().Set("Location", path)
	w.WriteHeader(http.StatusCreated)
}

func (s *service) close(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	st := s.open[r.URL.Path]
	delete(s.open, r.URL.Path)
	s.mu.Unlock()
	if st == nil {
		http.NotFound(w, r)
		return
	}
	st.cancel()
	w.WriteHeader(http.StatusNoContent)
}
