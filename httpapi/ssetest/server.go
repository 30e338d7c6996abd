package ssetest

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"sseserver/broker"
	"sseserver/httpapi"
	"sseserver/internal/logs/logstest"
	"sseserver/internal/metrics"

	"github.com/google/uuid"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// Config configures a Server. The zero value is a server with all defaults on a
// loopback port.
type Config struct {
	// API and Broker configure the parts. Start fills in what joins them, and
	// makes all ids the ones of IDs.
	API    httpapi.Config
	Broker broker.Config

	// Wrap, if set, returns what the handlers get in place of the broker.
	Wrap func(httpapi.Broker) httpapi.Broker

	// InMemory is for synctest bubbles: connections do not go through the
	// system. Each then holds up to Room bytes in each direction, by default
	// 64 KiB.
	InMemory bool
	Room     int

	// WrapWriter, if set, returns what the server gets in place of each of its
	// response writers.
	WrapWriter func(http.ResponseWriter) http.ResponseWriter

	// WrapConn, if set, returns what the server gets in place of each of its
	// connections.
	WrapConn func(net.Conn) net.Conn

	// Debug logs at level debug instead of info: every chunk.
	Debug bool

	// Tee, if set, gets each line of the log as well.
	Tee zapcore.Core
}

// Server is a running server.
type Server struct {
	API     *httpapi.Server
	HTTP    *http.Server
	Broker  *broker.Broker
	Metrics *metrics.Metrics
	Log     *logstest.Recorder
	URL     string // without a slash at the end

	t        testing.TB
	config   Config
	listener net.Listener        // without TLS
	secure   func() net.Listener // with TLS, opened when first asked for
	clients  clients
	logged   logged
	requests requests
	running  sync.WaitGroup
	leave    context.CancelFunc // ends the requests of Open
	visits   context.Context    // theirs
	stop     context.CancelFunc
	stopped  sync.Once
}

// Start runs a server until the end of the test.
func Start(t testing.TB, config Config) *Server {
	t.Helper()
	logger, log := logstest.New(t)
	s := &Server{t: t, Log: log, Metrics: metrics.New(metrics.Config{})}
	logger = logger.WithOptions(zap.Hooks(s.logged.line))
	if config.Tee != nil {
		logger = logger.WithOptions(zap.WrapCore(func(core zapcore.Core) zapcore.Core { return zapcore.NewTee(core, config.Tee) }))
	}
	if !config.Debug {
		logger = logger.WithOptions(zap.IncreaseLevel(zap.InfoLevel))
	}
	if config.Broker.NewID == nil {
		config.Broker.NewID = IDs(1)
	}
	s.Broker = broker.New(config.Broker)
	s.Metrics.SetStats(s.stats)
	api := config.API
	api.Broker = s.Broker
	if config.Wrap != nil {
		api.Broker = config.Wrap(s.Broker)
	}
	api.Logger, api.Metrics = logger, s.Metrics
	if api.NewID == nil {
		api.NewID = IDs(2)
	}
	var err error
	if s.API, err = httpapi.New(api); err != nil {
		t.Fatal(err)
	}
	s.HTTP = s.API.HTTPServer()
	s.HTTP.Handler = s.requests.count(s.HTTP.Handler, config.WrapWriter)
	s.HTTP.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate()}}
	s.config = config
	s.listener = s.listen()
	s.secure = sync.OnceValue(s.serveTLS)
	s.visits, s.leave = context.WithCancel(s.background())
	s.URL = "http://" + s.listener.Addr().String()
	s.run(config.InMemory)
	t.Cleanup(s.Stop)
	return s
}

// background is a context that the end of the test does not end: that is up to
// Stop, which comes after it.
func (s *Server) background() context.Context { return context.WithoutCancel(s.t.Context()) }

// run starts what runs until Stop.
func (s *Server) run(inMemory bool) {
	var ctx context.Context
	ctx, s.stop = context.WithCancel(s.background())
	s.running.Go(func() { _ = s.Broker.Run(ctx) })
	s.running.Go(func() {
		if inMemory {
			// It waits for the system, beside which the time of a bubble stands
			// still. In-memory connections need it only to end.
			<-ctx.Done()
		}
		if err := s.API.Run(ctx); err != nil {
			s.t.Error(err)
		}
	})
	s.serve(func() error { return s.HTTP.Serve(s.wrap(s.listener)) })
}

func (s *Server) serve(serve func() error) {
	s.running.Go(func() {
		if err := serve(); err != http.ErrServerClosed {
			s.t.Error(err)
		}
	})
}

func (s *Server) listen() net.Listener {
	if s.config.InMemory {
		return newListener(cmp.Or(s.config.Room, 64<<10))
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	return l
}

// wrap returns the listener that the server gets for l.
func (s *Server) wrap(l net.Listener) net.Listener {
	if s.config.WrapConn == nil {
		return l
	}
	return wrapping{l, s.config.WrapConn}
}

// serveTLS opens the listener of HTTPS and serves it until Stop.
func (s *Server) serveTLS() net.Listener {
	l := s.listen()
	s.serve(func() error { return s.HTTP.ServeTLS(s.wrap(l), "", "") })
	return l
}

// Stop ends the server, as the end of the test does: the clients leave, streams
// that run all the same end with server_shutdown, and what else is under way is
// broken off. Only the first call does something.
func (s *Server) Stop() {
	s.stopped.Do(func() {
		s.leave()
		_, _ = s.Broker.EndStreams(s.background(), broker.ErrShuttingDown)
		_ = s.HTTP.Close()
		s.requests.wait()
		_ = s.API.Wait(s.background())
		s.clients.close()
		if _, ok := s.listener.(*listener); ok {
			// Of a bubble's time, which ends with its test: net/http lets a
			// connection that it closes linger for half a second.
			time.Sleep(time.Second)
		}
		s.stop()
		s.running.Wait()
	})
}

// requests counts the handlers that run, for which http.Server.Close does not
// wait.
type requests struct {
	mu      sync.Mutex
	running sync.WaitGroup
	stopped bool
}

func (r *requests) count(next http.Handler, wrap func(http.ResponseWriter) http.ResponseWriter) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if wrap != nil {
			w = wrap(w)
		}
		r.mu.Lock()
		stopped := r.stopped
		if !stopped {
			r.running.Add(1)
		}
		r.mu.Unlock()
		if !stopped {
			defer r.running.Done()
			next.ServeHTTP(w, req)
		}
	})
}

// wait lets no handler begin and returns when all have ended.
func (r *requests) wait() {
	r.mu.Lock()
	r.stopped = true
	r.mu.Unlock()
	r.running.Wait()
}

// stats reads the broker for a scrape.
func (s *Server) stats() metrics.Stats {
	stats, err := s.Broker.Stats(s.background())
	if err != nil {
		s.t.Error(err)
	}
	active := make(map[string]int)
	for kind, n := range stats.Streams {
		active[string(kind)] = n
	}
	return metrics.Stats{MessagesStored: stats.Messages, MessageStoreBytes: stats.Bytes, LiveMessages: stats.Open, StreamsActive: active}
}

// Submit sends a message and returns its id.
func (s *Server) Submit(text string) string {
	s.t.Helper()
	body, err := json.Marshal(map[string]string{"message": text})
	if err != nil {
		s.t.Fatal(err)
	}
	resp, err := s.Client(HTTP1).Post(s.URL+"/send", "application/json", strings.NewReader(string(body)))
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct{ MessageID string }
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || resp.StatusCode != http.StatusOK {
		s.t.Fatalf("POST /send: %s, %v", resp.Status, err)
	}
	return answer.MessageID
}

// IDs returns a source of UUIDs that count from 1 within their family, so that
// ids are the same in every run. Any goroutine may call it.
func IDs(family byte) func() uuid.UUID {
	var mu sync.Mutex
	last := 0
	return func() uuid.UUID {
		mu.Lock()
		defer mu.Unlock()
		last++
		id := uuid.UUID{0: family, 14: byte(last >> 8), 15: byte(last)}
		id[6], id[8] = 0x40, 0x80 // version 4, variant 10
		return id
	}
}
