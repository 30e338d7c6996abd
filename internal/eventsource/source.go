package eventsource

import (
	"context"
	"errors"
	"net/url"
	"sync"
	"time"

	"sseserver/internal/eventstream"
)

// Source is one client of one event stream. Run may be called once at a time; Reconnect may be
// called from any goroutine.
type Source struct {
	// Immutable.
	cfg    Config
	target *url.URL

	// Owned by the goroutine in Run.
	parser   eventstream.Parser
	wait     time.Duration // reconnection time
	watchdog *time.Timer   // of this attempt, nil without a read timeout
	read     Read          // the read being interpreted

	restart chan struct{} // room for one: a request to reconnect must not wait for Run to see it

	mu      sync.Mutex
	abandon context.CancelCauseFunc // ends the connection, nil while there is none
}

// New checks the configuration and connects to nothing yet.
func New(cfg Config) (*Source, error) {
	target, err := cfg.target()
	if err != nil {
		return nil, err
	}
	s := &Source{cfg: cfg, target: target, wait: cfg.reconnectionTime(), restart: make(chan struct{}, 1)}
	s.parser.MaxEventBytes = cfg.MaxEventBytes
	s.parser.SetLastEventID(cfg.LastEventID)
	return s, nil
}

// LastEventID is the last event ID that was committed. It must not be called while Run is
// running, except from the handler.
func (s *Source) LastEventID() string { return string(s.parser.LastEventID()) }

// Causes that end an attempt from this side.
var (
	errReadTimeout = errors.New("nothing came for too long")
	errRestart     = errors.New("asked to reconnect at once")
	errOver        = errors.New("attempt is over")
)

// Reconnect drops the connection and opens it again at once, without the reconnection time. It
// also cuts short a wait or a stall. Without a running Run it does nothing.
func (s *Source) Reconnect() {
	select {
	case s.restart <- struct{}{}:
	default:
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.abandon != nil {
		s.abandon(errRestart)
	}
}

// Run connects, reads and reconnects until something final happens, and returns that as an *Error,
// never nil. Attempts are separated by the reconnection time; it ends promptly with ctx.
func (s *Source) Run(ctx context.Context) error {
	for {
		if err := s.attempt(ctx); err != nil {
			return err
		}
	}
}

// attempt is one connection and the wait after it. It returns nil if another attempt must follow.
func (s *Source) attempt(ctx context.Context) error {
	select {
	case <-s.restart: // meant for the attempt before
	default:
	}
	end := s.connection(ctx)
	closed := Closed{At: time.Now(), Err: end, Final: s.cfg.NoReconnect || end.Reason.final()}
	if !closed.Final && !errors.Is(end, errRestart) {
		closed.Wait = s.wait
	}
	s.cfg.Handler.Closed(closed)
	if closed.Final {
		return end
	}
	pause(ctx, closed.Wait, s.restart)
	if ctx.Err() != nil {
		return fail(ReasonCancelled, context.Cause(ctx))
	}
	return nil
}

func (s *Source) setAbandon(cancel context.CancelCauseFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.abandon = cancel
}

// connection is one attempt from connecting to the connection's end, which it returns.
func (s *Source) connection(parent context.Context) *Error {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(errOver)
	s.setAbandon(cancel)
	defer s.setAbandon(nil)
	if d := s.cfg.ReadTimeout; d > 0 {
		s.watchdog = time.AfterFunc(d, func() { cancel(errReadTimeout) })
		defer s.watchdog.Stop()
	}
	opened := Opened{Started: time.Now(), Resumed: len(s.parser.LastEventID()) > 0}
	resp, err := s.open(ctx)
	if err != nil {
		return err
	}
	defer resp.close()
	if err := resp.refusal(); err != nil {
		return err
	}
	opened.Connected, opened.Head = resp.connected, resp.headAt
	s.parser.Reset()
	s.cfg.Handler.Open(opened)
	return s.stream(ctx, resp)
}

// open gets the final response, redirects followed. It runs on a goroutine of its own because the
// deep calls of connecting would leave this goroutine with a large stack for as long as it reads.
func (s *Source) open(ctx context.Context) (*response, *Error) {
	type result struct {
		resp *response
		err  *Error
	}
	opened := make(chan result, 1)
	go func() {
		resp, err := s.cfg.Transport.follow(ctx, s.request())
		opened <- result{resp, err}
	}()
	r := <-opened // not before ctx ends at the latest
	return r.resp, r.err
}

// pause waits for d, for ever if it is negative, or until ctx ends or a restart is asked for.
func pause(ctx context.Context, d time.Duration, restart <-chan struct{}) {
	if d == 0 {
		return
	}
	var over <-chan time.Time
	if d > 0 {
		t := time.NewTimer(d)
		defer t.Stop()
		over = t.C
	}
	select {
	case <-over:
	case <-restart:
	case <-ctx.Done():
	}
}
