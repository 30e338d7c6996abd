package httpapi

import (
	"cmp"
	"context"
	"io/fs"
	"net/http"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"sseserver/broker"
	"sseserver/internal/drafts"
	"sseserver/internal/fault"
	"sseserver/internal/logs"
	"sseserver/internal/metrics"
	"sseserver/internal/wire"

	"github.com/google/uuid"
	"go.uber.org/zap"
)

// Broker is what the handlers need of a broker.
type Broker interface {
	NewMessage(text string) *broker.Message
	Submit(ctx context.Context, client netip.Prefix, text string) (*broker.Message, error)
	Open(ctx context.Context, client netip.Prefix, text string) (*broker.Message, error)
	Append(ctx context.Context, id broker.MessageID, at int, chunk string) (*broker.Message, error)
	Complete(ctx context.Context, id broker.MessageID, at int) (message *broker.Message, ended bool, err error)
	Fail(ctx context.Context, id broker.MessageID, reason string) (message *broker.Message, ended bool, err error)
	PutProgress(ctx context.Context, id broker.MessageID, percent int, activity string) (*broker.Message, error)
	Lookup(ctx context.Context, id broker.MessageID) (broker.Status, error)
	Delete(ctx context.Context, id broker.MessageID) (broker.Removal, bool, error)
	Prepare(ctx context.Context, request broker.Request) (broker.Request, error)
	Subscribe(ctx context.Context, cancel context.CancelCauseFunc, request broker.Request) (*broker.Subscription, error)
}

// Config configures a Server. Broker is required; in every other field zero
// means the default.
type Config struct {
	Broker  Broker
	Pages   fs.FS            // served below /; default none
	Logger  *zap.Logger      // default no-op
	Metrics *metrics.Metrics // default: counted and shown to nobody

	// PagesChange says that somebody works on Pages: files are read when they are asked
	// for, those that are hidden or of a kind that no page is made of are not served, and
	// browsers load a page anew when a file has changed. Pages must then be safe to read
	// while it changes.
	PagesChange bool

	// LogDropped returns how many lines the log lacks now, 0 if it is whole, for
	// /readyz; default 0. It is called concurrently.
	LogDropped func() int

	// StoreAvailable says whether the store of the broker answers, for /readyz; default:
	// there is none, and the broker has all in memory. It is called concurrently.
	StoreAvailable func() bool

	Interval         time.Duration // between two chunks of characters; default 50 ms
	ProgressInterval time.Duration // between two chunks of progress; default 100 ms
	MinInterval      time.Duration // a client may ask for; default 1 ms
	MaxInterval      time.Duration // a client may ask for; default 1 min
	Heartbeat        time.Duration // without an event until a heartbeat; default 15 s, negative: never
	WriteTimeout     time.Duration // that one write may block; default 10 s
	MaxMessageBytes  int64         // of the body of POST /send, and of the JSON of a chunk; default 1 MiB
	MaxConns         int           // open connections; default unlimited
	ConnReserve      int           // how many of MaxConns are kept from streams; default 16

	Faults   fault.Plan // of streams whose request has no plan; default none
	NoFaults bool       // refuses requests that have one

	SendToken      string         // that requests which write must bring, as a bearer token; default none
	Origins        []string       // allowed by CORS; default any
	TrustedProxies []netip.Prefix // whose X-Forwarded-For tells the client's address; default none
	Jitter         func() float64 // in [0, 1); spreads reconnections; called concurrently; default random

	// NewID makes the ids of requests that come without a usable X-Request-Id;
	// default random version 4 UUIDs. It is called concurrently, and should not
	// return an id twice: the lines of such requests look like those of one in
	// the log. Nothing else depends on it.
	NewID func() uuid.UUID
}

// Server answers HTTP requests. It is an http.Handler, which any number of
// goroutines may call. Run must be running while it serves.
type Server struct {
	// Immutable.
	config  Config
	handler http.Handler
	watch   *wire.Watch   // of the connections that were taken over
	drafts  *drafts.Pages // nil unless the pages change

	draining atomic.Bool   // set once, by Drain
	drained  chan struct{} // closed then, for who waits
	closing  atomic.Bool   // set once, by Close
	conns    *conns        // open connections
	streams  streams       // running ones
	intake   *intake       // bodies in progress
	opening  chan struct{} // has room for the streams that may be opened at a time
	parsing  chan struct{} // has room for the bodies that may be parsed at a time
	silence  time.Duration // how long a client of HTTP/2 may send nothing of a body that is discarded

	rejections *logs.Quota[netip.Prefix] // of each client, in the log
}

// New returns a server that has not been started. Its error says what the
// system refused.
func New(config Config) (*Server, error) {
	watch, err := wire.NewWatch()
	if err != nil {
		return nil, err
	}
	s := &Server{config: config.withDefaults(), watch: watch, opening: make(chan struct{}, openings*runtime.GOMAXPROCS(0)), parsing: make(chan struct{}, config.parsers())}
	s.drained = make(chan struct{})
	s.silence = maxSilence
	if s.config.PagesChange {
		s.drafts = drafts.New(s.config.Pages)
	}
	s.intake = newIntake(maxBodyBytes(s.config.MaxMessageBytes))
	s.conns = newConns(s.config.MaxConns, s.config.maxStreamConns())
	s.rejections = logs.NewQuota(s.logRejections)
	s.handler = s.conns.watched(s.middleware(s.mux()))
	return s, nil
}

// ServeHTTP answers one request of the public listener.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Run notices the clients that leave the connections that were taken over, until
// ctx ends. Its error says why it could not.
func (s *Server) Run(ctx context.Context) error { return s.watch.Run(ctx) }

// Drain makes /readyz answer 503 from now on, and sends those away who wait for pages to
// change. The broker refuses new work by itself.
func (s *Server) Drain() {
	if s.draining.CompareAndSwap(false, true) {
		close(s.drained)
	}
}

// EndBodies answers shutting_down to all who are still sending a body, from now on:
// a text that is appended could go on for ever.
func (s *Server) EndBodies() { s.intake.end() }

// Close breaks off, within a second, the last writes of streams that still block.
// Streams that run are the broker's to end, and connections http.Server's to close.
func (s *Server) Close() { s.closing.Store(true) }

// streams counts the streams from their head to their end, which is longer than
// the broker knows of them.
type streams struct {
	running sync.WaitGroup
	count   atomic.Int64
}

func (s *streams) add() {
	s.running.Add(1)
	s.count.Add(1)
}

func (s *streams) done() {
	s.count.Add(-1)
	s.running.Done()
}

// Streams returns how many streams have not ended.
func (s *Server) Streams() int { return int(s.streams.count.Load()) }

// Wait returns when all streams have ended, or with the cause of ctx. Call it
// after http.Server.Shutdown, which does not wait for them.
func (s *Server) Wait(ctx context.Context) error {
	ended := make(chan struct{})
	go func() { // ends with the streams, each of which ends within its write timeout
		s.streams.running.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// maxStreamConns returns how many connections may have streams; 0 is no limit.
func (c Config) maxStreamConns() int {
	if c.MaxConns <= 0 {
		return 0
	}
	return max(1, c.MaxConns-c.ConnReserve)
}

func (c Config) withDefaults() Config {
	c.Interval = cmp.Or(c.Interval, 50*time.Millisecond)
	c.ProgressInterval = cmp.Or(c.ProgressInterval, 100*time.Millisecond)
	c.MinInterval = cmp.Or(c.MinInterval, time.Millisecond)
	c.MaxInterval = cmp.Or(c.MaxInterval, time.Minute)
	c.Heartbeat = cmp.Or(c.Heartbeat, 15*time.Second)
	c.WriteTimeout = cmp.Or(c.WriteTimeout, 10*time.Second)
	c.MaxMessageBytes = cmp.Or(c.MaxMessageBytes, 1<<20)
	c.ConnReserve = cmp.Or(c.ConnReserve, 16)
	c.Metrics = cmp.Or(c.Metrics, metrics.New(metrics.Config{}))
	c.Logger = cmp.Or(c.Logger, zap.NewNop())
	if c.LogDropped == nil {
		c.LogDropped = func() int { return 0 }
	}
	if c.NewID == nil {
		c.NewID = uuid.New
	}
	if c.Jitter == nil {
		c.Jitter = randomJitter
	}
	return c
}
