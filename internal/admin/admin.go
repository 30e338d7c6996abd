package admin

import (
	"io/fs"
	"net/http"
	"net/http/pprof"

	"sseserver/internal/answer"
	"sseserver/internal/logs"
	"sseserver/internal/metrics"
	"sseserver/internal/token"
)

// Config configures a Server. Metrics and Output are required.
type Config struct {
	Metrics *metrics.Metrics
	Output  *logs.Output // whose level it tells and changes
	Pages   fs.FS        // served below /; default none

	// Token must be brought with every request, as a bearer token or as the
	// password of HTTP Basic. Empty asks for none, which is only for listeners
	// that no other machine can reach.
	Token string
	// Hosts are the names and addresses, in lower case and without a port, that
	// requests may be addressed to beside the loopback ones.
	Hosts []string
}

// maxBody bounds the body of a request, in bytes. The only one is a level.
const maxBody = 1 << 10

// Server is the handler of the admin listener. Any number of goroutines may call
// it.
type Server struct {
	config  Config
	handler http.Handler
}

// New returns a server, which starts nothing.
func New(config Config) *Server {
	s := &Server{config: config}
	guard := guard{hosts: config.Hosts, token: token.New(config.Token)}
	s.handler = guard.before(http.MaxBytesHandler(s.mux(), maxBody))
	return s
}

// ServeHTTP answers one request of the admin listener.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

func (s *Server) mux() *http.ServeMux {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", s.config.Metrics.Handler())
	profiles := newProfiles()
	mux.HandleFunc("GET /debug/pprof/", profiles.index)
	mux.HandleFunc("GET /debug/pprof/cmdline", noCommandLine)
	mux.HandleFunc("GET /debug/pprof/profile", profiles.timed(pprof.Profile))
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", profiles.timed(pprof.Trace))
	level := logLevel{s.config.Output}
	mux.HandleFunc("GET /debug/log-level", level.tell)
	mux.HandleFunc("PUT /debug/log-level", level.change)
	mux.Handle("GET /", s.pages())
	return mux
}

// firstPage is what / is.
const firstPage = "overview.html"

// pages serves the files of Config.Pages. Where there are none, / says what else
// there is.
func (s *Server) pages() http.Handler {
	pages := answer.Pages(s.config.Pages)
	first, ok := pages[firstPage]
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page, found := pages[r.URL.Path[1:]]
		switch {
		case r.URL.Path == "/" && ok:
			first.ServeHTTP(w, r)
		case found:
			page.ServeHTTP(w, r)
		default:
			notFound("nothing is served at this path; there are /, /metrics, /debug/pprof/ and /debug/log-level").Write(w)
		}
	})
}
