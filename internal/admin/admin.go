package admin

import (
	"cmp"
	"context"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/pprof"
	"path"
	"strconv"
	"sync"
	"time"

	"sseserver/internal/answer"
	"sseserver/internal/drafts"
	"sseserver/internal/feed"
	"sseserver/internal/logs"
	"sseserver/internal/metrics"
	"sseserver/internal/token"

	"go.uber.org/zap"
	"golang.org/x/time/rate"
)

// Config configures a Server. Metrics, Output and Streams are required; in every
// other field zero means the default.
type Config struct {
	Metrics *metrics.Metrics
	Output  *logs.Output         // whose level it tells and changes, and whose last lines it shows
	Streams Streams              // the broker
	Stats   func() metrics.Stats // as Metrics asks for; default none

	// Pages are served below /, and of Shared what is no page: what these load beside
	// it. Default none.
	Pages, Shared fs.FS
	// Drafts are both while somebody works on them: Shared, with Pages in the folder
	// admin. Files are read when they are asked for, and browsers load a page anew when
	// one has changed. Default none.
	Drafts fs.FS

	WriteTimeout time.Duration  // that one write to somebody who watches may block; default 10 s
	Heartbeat    time.Duration  // without an event until a heartbeat; default 15 s
	Jitter       func() float64 // in [0, 1); spreads reconnections; called concurrently; default random
	// Hold keeps the connection of a request that lasts from being closed for others,
	// until it is released; false if it must not last. Default: all may.
	Hold func(*http.Request) (release func(), ok bool)

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
	logger  *zap.Logger
	process string // tells the ids of this process from those of others

	ended    chan struct{} // closed by End
	ending   sync.Once
	turns    chan struct{} // has room for the one that works for an operator
	scans    chan struct{} // has room for the one that gathers lines which are no longer new
	scanned  *rate.Limiter // bytes of these
	tail     *tail
	watch    *streamsWatch
	overview *overview
}

// New returns a server, which starts nothing. Run must be running while it serves.
func New(config Config) *Server {
	s := &Server{
		config: config.withDefaults(), logger: config.Output.Logger.Named("admin"),
		process: strconv.FormatInt(time.Now().UnixMicro(), 36),
		ended:   make(chan struct{}), turns: make(chan struct{}, 1),
		scans: make(chan struct{}, 1), scanned: rate.NewLimiter(scanRate, scanBurst),
	}
	s.tail = &tail{server: s, recent: config.Output.Recent(), boards: newBoards[filter]()}
	s.watch = &streamsWatch{s, newBoards[streamsQuery]()}
	s.overview = &overview{server: s, boards: newBoards[struct{}]()}
	guard := guard{hosts: config.Hosts, token: token.New(config.Token)}
	s.handler = guard.before(http.MaxBytesHandler(s.mux(), maxBody))
	return s
}

func (c Config) withDefaults() Config {
	c.WriteTimeout = cmp.Or(c.WriteTimeout, 10*time.Second)
	c.Heartbeat = cmp.Or(c.Heartbeat, 15*time.Second)
	if c.Jitter == nil {
		c.Jitter = rand.Float64
	}
	if c.Stats == nil {
		c.Stats = func() metrics.Stats { return metrics.Stats{} }
	}
	if c.Hold == nil {
		c.Hold = func(*http.Request) (func(), bool) { return func() {}, true }
	}
	return c
}

// Run makes what is watched, until ctx ends.
func (s *Server) Run(ctx context.Context) error {
	var running sync.WaitGroup
	running.Go(func() { s.tail.run(ctx) })
	running.Go(func() { s.watch.run(ctx) })
	running.Go(func() { s.overview.run(ctx) })
	running.Wait()
	return nil
}

// End sends those away who watch, and all who come to watch from now on, to be called
// when the server shuts down.
func (s *Server) End() { s.ending.Do(func() { close(s.ended) }) }

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
	mux.HandleFunc("GET /log/events", s.followLog)
	mux.HandleFunc("GET /log/lines", s.recentLines)
	mux.HandleFunc("GET /log/story/{id}", s.tellStory)
	mux.HandleFunc("GET /streams", s.listStreams)
	mux.HandleFunc("GET /streams/events", s.watchStreams)
	mux.HandleFunc("DELETE /streams/{streamId}", s.endStream)
	mux.HandleFunc("GET /overview/events", s.watchOverview)
	if s.config.Drafts == nil {
		mux.Handle("GET /", s.pages())
		return mux
	}
	pages := drafts.New(s.config.Drafts)
	mux.Handle("GET /", draft(pages))
	mux.Handle("GET "+drafts.ScriptPath, drafts.Script())
	mux.HandleFunc("GET "+drafts.FeedPath, func(w http.ResponseWriter, r *http.Request) {
		s.feed(w, r, feed.Config{}, func(to *feed.Feed) { pages.Tell(r.Context(), to) })
	})
	return mux
}

// firstPage is what / is.
const firstPage = "overview.html"

// pages serves the files of Config.Pages. Where there are none, / says what else
// there is.
func (s *Server) pages() http.Handler {
	pages := answer.Pages(s.config.Shared)
	maps.DeleteFunc(pages, func(name string, _ answer.Page) bool { return path.Ext(name) == ".html" })
	maps.Copy(pages, answer.Pages(s.config.Pages))
	first, ok := pages[firstPage]
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page, found := pages[r.URL.Path[1:]]
		switch {
		case r.URL.Path == "/" && ok:
			first.ServeHTTP(w, r)
		case r.URL.Path == "/":
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			_, _ = io.WriteString(w, "/metrics\n/debug/pprof/\n/debug/log-level\n")
		case found:
			page.ServeHTTP(w, r)
		default:
			noPage().Write(w)
		}
	})
}

func noPage() *answer.Problem {
	return notFound("nothing is served at this path; there are /, /metrics, /debug/pprof/ and /debug/log-level")
}

// draft serves what pages does, as it is now.
func draft(pages *drafts.Pages) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := cmp.Or(r.URL.Path[1:], firstPage)
		names := []string{"admin/" + name}
		if path.Ext(name) != ".html" {
			names = append(names, name)
		}
		_, page, err := pages.Page(r.URL.Path, names...)
		if err != nil {
			noPage().Write(w)
			return
		}
		page.ServeHTTP(w, r)
	})
}
