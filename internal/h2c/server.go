package h2c

import (
	"cmp"
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// Config configures a Server. Handler is required; in every other field zero
// means the default.
type Config struct {
	Handler  http.Handler
	ErrorLog *log.Logger // told of panics in handlers; default nobody

	// ConnState is told when a connection is StateIdle, without a stream,
	// StateActive, and in the end StateClosed, as of http.Server. It must not
	// wait, nor call the Server. Default nobody.
	ConnState func(net.Conn, http.ConnState)

	MaxHeaderBytes uint32 // of one request, counted as RFC 9113 §6.5.2 does; default 64 KiB
	MaxStreams     uint32 // open at the same time on one connection; default 1000

	ReadTimeout   time.Duration // from a request's head to the end of its body, and for a client's first SETTINGS; default 10 s
	AnswerTimeout time.Duration // until the answer of a handler must be on its way; default 1 min
	StallTimeout  time.Duration // without any progress of the socket, until the connection ends; default 10 s
	IdleTimeout   time.Duration // without a stream, until the connection ends; default 2 min
}

// Server serves any number of connections. All methods may be called by any
// goroutine at any time.
type Server struct {
	config Config // immutable

	mu       sync.Mutex
	conns    map[*conn]struct{} // those that are served
	stopping bool               // no further one is
	ended    chan struct{}      // closed when it is stopping and none is left
}

// New returns a server.
func New(config Config) *Server {
	config.ErrorLog = cmp.Or(config.ErrorLog, log.New(io.Discard, "", 0))
	if config.ConnState == nil {
		config.ConnState = func(net.Conn, http.ConnState) {}
	}
	config.MaxHeaderBytes = cmp.Or(config.MaxHeaderBytes, 64<<10)
	config.MaxStreams = cmp.Or(config.MaxStreams, 1000)
	config.ReadTimeout = cmp.Or(config.ReadTimeout, 10*time.Second)
	config.AnswerTimeout = cmp.Or(config.AnswerTimeout, time.Minute)
	config.StallTimeout = cmp.Or(config.StallTimeout, 10*time.Second)
	config.IdleTimeout = cmp.Or(config.IdleTimeout, 2*time.Minute)
	return &Server{config: config, conns: make(map[*conn]struct{}), ended: make(chan struct{})}
}

// Serve serves a connection, of which read was read already, and closes it. It
// returns when the connection has ended, with all its handlers. A stream that
// was taken over may run on, and learns that from its next write.
func (s *Server) Serve(socket net.Conn, read []byte) {
	c := newConn(s, socket, read)
	if !s.add(c) {
		c.close()
		return
	}
	defer s.remove(c)
	c.serve()
}

// Shutdown lets no further stream begin, tells that to the clients, and ends
// each connection when its last stream has ended. It returns when there is none
// any more, or with the cause of ctx.
func (s *Server) Shutdown(ctx context.Context) error {
	for _, c := range s.stop() {
		c.goAway()
	}
	select {
	case <-s.ended:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Close ends all connections at once. It does not wait until they have ended.
func (s *Server) Close() {
	for _, c := range s.stop() {
		_ = c.socket.Close()
	}
}

// stop lets no further connection in, and returns those that there are.
func (s *Server) stop() (conns []*conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.stopping && len(s.conns) == 0 {
		close(s.ended)
	}
	s.stopping = true
	for c := range s.conns {
		conns = append(conns, c)
	}
	return conns
}

func (s *Server) add(c *conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.stopping {
		s.conns[c] = struct{}{}
	}
	return !s.stopping
}

func (s *Server) remove(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
	if s.stopping && len(s.conns) == 0 {
		close(s.ended)
	}
}
