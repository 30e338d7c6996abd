package httpapi

import (
	_ "embed"
	"fmt"
	"io"
	"net/http"
)

// livez answers GET /livez: the process serves HTTP.
func (s *Server) livez(w http.ResponseWriter, _ *http.Request) { writeProbe(w, http.StatusOK, "ok") }

// readyz answers GET /readyz: the server takes new work, or why not. A log that
// lacks lines is no reason not to.
func (s *Server) readyz(w http.ResponseWriter, _ *http.Request) {
	if s.draining.Load() {
		writeProbe(w, http.StatusServiceUnavailable, "shutting down")
		return
	}
	if s.config.StoreAvailable != nil && !s.config.StoreAvailable() {
		writeProbe(w, http.StatusServiceUnavailable, "store unavailable")
		return
	}
	if n := s.config.LogDropped(); n > 0 {
		writeProbe(w, http.StatusOK, fmt.Sprintf("ok, log: %d lines dropped", n))
		return
	}
	writeProbe(w, http.StatusOK, "ok")
}

func writeProbe(w http.ResponseWriter, status int, reason string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, reason+"\n")
}

// openAPI is the description of this API, as served and as tested.
//
//go:embed openapi.yaml
var openAPI string
