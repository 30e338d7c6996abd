package jetstream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"sseserver/broker"
)

// Store is a broker.Store in one stream of JetStream. Any number of goroutines may call
// its methods at once.
type Store struct {
	// Immutable.
	config   Config
	subjects subjects
	conn     *nats.Conn
	closed   chan struct{} // closed by nats.go's callback, when the connection is
	asking   chan struct{} // has room for the questions that wait for an answer; nobody closes it

	// Each for several goroutines.
	health    *health
	followers *followers
	answers   *answers
}

var _ broker.Store = (*Store)(nil)

// Open connects to the engine, and makes the stream if it is not there. Its errors are
// those that somebody has to mend. An engine that does not answer yet is none: the
// Store is not available, and becomes it while Run runs.
//
// Run has to be called, which closes the connection.
func Open(ctx context.Context, config Config) (*Store, error) {
	config = config.withDefaults()
	if err := config.check(); err != nil {
		return nil, err
	}
	s := &Store{
		config:    config,
		subjects:  subjectsOf(config.Stream),
		closed:    make(chan struct{}),
		asking:    make(chan struct{}, askedAtOnce),
		health:    newHealth(time.Now()),
		followers: newFollowers(),
		answers:   newAnswers(nats.NewInbox() + "."),
	}
	if err := s.connect(); err != nil {
		return nil, err
	}
	if err := s.start(ctx); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// Run keeps the store going until ctx ends, and closes the connection. An error is that
// the connection was closed by something else, so that nothing can be done any more.
func (s *Store) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer s.close()
	var parts sync.WaitGroup
	defer parts.Wait()
	defer cancel()
	parts.Go(func() { s.followers.run(ctx) })
	parts.Go(func() { s.catchUp(ctx) })
	parts.Go(func() { s.sweep(ctx) })
	if reason := s.health.missing(); reason != nil {
		s.config.Lost(reason)
	}
	s.watch(ctx)
	if ctx.Err() == nil {
		return errors.New("jetstream: the connection to NATS was closed for good")
	}
	return nil
}

// Available implements broker.Store.
func (s *Store) Available() bool { return s.health.available() }

// How the connection is kept.
const (
	dialTime      = 2 * time.Second // also the longest that a write takes
	pingTime      = time.Second
	pings         = 2 // that may be unanswered
	reconnectTime = 100 * time.Millisecond
	noBuffer      = -1 // of what is sent while it is down: it is sent again instead
)

// connect connects, or begins to try.
func (s *Store) connect() (err error) {
	urls := strings.Join(s.config.URLs, ",")
	s.conn, err = nats.Connect(urls, s.options()...)
	if err != nil && canHeal(err) {
		s.health.cut(time.Now(), err)
		s.conn, err = nats.Connect(urls, append(s.options(), nats.RetryOnFailedConnect(true))...)
	}
	if err != nil {
		return fmt.Errorf("jetstream: cannot connect to NATS: %w", plain(err))
	}
	_, err = s.conn.Subscribe(s.answers.prefix+"*", s.answers.take)
	return err
}

func (s *Store) options() []nats.Option {
	options := []nats.Option{
		nats.Name("sseserver"),
		nats.Timeout(dialTime),
		nats.FlusherTimeout(dialTime),
		nats.PingInterval(pingTime),
		nats.MaxPingsOutstanding(pings),
		nats.MaxReconnects(unlimited),
		nats.ReconnectWait(reconnectTime),
		nats.ReconnectJitter(reconnectTime, reconnectTime),
		nats.ReconnectBufSize(noBuffer),
		nats.IgnoreAuthErrorAbort(), // credentials may be restored
		nats.ConnectHandler(func(*nats.Conn) { s.health.connected() }),
		nats.ReconnectHandler(func(*nats.Conn) {
			s.health.connected()
			s.followers.missedAll()
		}),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) { s.health.cut(time.Now(), err) }),
		nats.ReconnectErrHandler(func(_ *nats.Conn, err error) { s.health.cut(time.Now(), err) }),
		nats.ErrorHandler(s.failed),
		nats.ClosedHandler(func(*nats.Conn) { close(s.closed) }),
	}
	if s.config.Creds != "" {
		options = append(options, nats.UserCredentials(s.config.Creds))
	}
	return options
}

// canHeal says whether the first connection may succeed later: if nobody answered. An
// answer was that something is wrong here.
func canHeal(err error) bool {
	var network *net.OpError
	return errors.As(err, &network) || errors.Is(err, nats.ErrNoServers) || errors.Is(err, nats.ErrTimeout) || errors.Is(err, io.EOF)
}

// plain is an error of nats.go without its name, which the text around it has.
func plain(err error) error { return plainError{err} }

type plainError struct{ error }

func (e plainError) Error() string { return strings.TrimPrefix(e.error.Error(), "nats: ") }
func (e plainError) Unwrap() error { return e.error }

// failed takes what nats.go or the server complain of.
func (s *Store) failed(_ *nats.Conn, subscription *nats.Subscription, err error) {
	if errors.Is(err, nats.ErrSlowConsumer) {
		s.followers.missedBy(subscription)
		return
	}
	s.health.failed(err)
}

// close closes the connection, and waits for what nats.go has left to tell.
func (s *Store) close() {
	s.health.end()
	s.conn.Close()
	<-s.closed
}

// How long a start waits for the engine.
const (
	startTime  = 3 * time.Second
	startPause = 100 * time.Millisecond
)

// start makes sure of the stream. It returns an error if that cannot be done, and none
// if it only takes too long.
func (s *Store) start(ctx context.Context) (err error) {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	for s.conn.IsConnected() {
		problem := s.prepare(ctx)
		if problem == nil {
			s.health.connected()
			s.health.restore(time.Now())
			return nil
		}
		if ctx.Err() == nil { // else it says nothing new
			err = problem
			s.health.failed(err)
		}
		if isPermanent(err) || !wait(ctx, startPause) {
			break
		}
	}
	if denied := s.health.missing(); errors.Is(denied, nats.ErrPermissionViolation) {
		err = permanent{plain(denied)}
	}
	if errors.Is(err, nats.ErrNoResponders) {
		err = permanent{errNoJetStream}
	}
	if isPermanent(err) {
		return fmt.Errorf("jetstream: %w", err)
	}
	return nil
}
