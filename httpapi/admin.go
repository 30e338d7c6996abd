package httpapi

import (
	"net/http"
	"net/http/pprof"
	"strings"

	"sseserver/internal/logs"
	"sseserver/internal/metrics"

	"go.uber.org/zap"
)

// Admin returns the handler of the admin listener: /metrics, /debug/pprof/ and
// /debug/log-level, which tells the level on GET and takes it as the body of a
// PUT. It must not be reachable by everybody.
func Admin(m *metrics.Metrics, output *logs.Output) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", m.Handler())
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	mux.HandleFunc("/debug/log-level", func(w http.ResponseWriter, r *http.Request) {
		// zap reads the request and writes the answer for a level of its own;
		// SetLevel then makes it ours, and logs the change.
		level := zap.NewAtomicLevelAt(output.Level.Level())
		level.ServeHTTP(w, r)
		output.SetLevel(level.Level())
	})
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = strings.NewReader("/metrics\n/debug/pprof/\n/debug/log-level\n").WriteTo(w)
	})
	return mux
}
