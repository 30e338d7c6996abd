package httpapi

import (
	"net/http"
	"net/http/pprof"
	"strings"

	"sseserver/internal/logs"
	"sseserver/internal/metrics"
)

// AdminConfig configures the handler of the admin listener. Metrics and Output
// are required.
type AdminConfig struct {
	Metrics *metrics.Metrics
	Output  *logs.Output // whose level it tells and changes

	// Token must be brought with every request, as a bearer token or as the
	// password of HTTP Basic. Empty asks for none, which is only for listeners
	// that no other machine can reach.
	Token string
	// Hosts are the names and addresses, in lower case and without a port, that
	// requests may be addressed to beside the loopback ones.
	Hosts []string
}

// maxAdminBody bounds the body of a request, in bytes. The only one is a level.
const maxAdminBody = 1 << 10

// Admin returns the handler of the admin listener: /metrics, /debug/pprof/ and
// /debug/log-level. Any number of goroutines may call it.
func Admin(c AdminConfig) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", c.Metrics.Handler())
	profiles := newProfiles()
	mux.HandleFunc("GET /debug/pprof/", profiles.index)
	mux.HandleFunc("GET /debug/pprof/cmdline", noCommandLine)
	mux.HandleFunc("GET /debug/pprof/profile", profiles.timed(pprof.Profile))
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", profiles.timed(pprof.Trace))
	level := logLevel{c.Output}
	mux.HandleFunc("GET /debug/log-level", level.tell)
	mux.HandleFunc("PUT /debug/log-level", level.change)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = strings.NewReader("/metrics\n/debug/pprof/\n/debug/log-level\n").WriteTo(w)
	})
	guard := guard{hosts: c.Hosts, token: newToken(c.Token)}
	return guard.before(http.MaxBytesHandler(mux, maxAdminBody))
}
