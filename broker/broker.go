package broker

import (
	"cmp"
	"context"
	"errors"
	"net/netip"
	"runtime"
	"slices"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/singleflight"
)

// Config configures a Broker. In each limit zero means the default and a
// negative value is not allowed.
type Config struct {
	TTL         time.Duration // of a message after its last use; default one hour
	MaxMessages int           // default 100 000
	MaxBytes    int64         // of text in all messages; default 256 MiB
	MaxStreams  int           // running at once; default 100 000

	// Of live messages.
	MaxMessageBytes int64         // of the text of one; default 1 MiB
	ProducerTimeout time.Duration // of silence, after which one fails; default 5 minutes

	// What one client may have of that. Addresses of IPv6 with the same first 64
	// bits are one client. Default no limit.
	MaxBytesPerClient   int64 // of text that it has submitted and that is still stored; one open live message for each KiB of it
	MaxStreamsPerClient int

	// Store, if set, is where the messages are kept, together with those of other
	// nodes. The broker has copies of those that it serves, which the limits above
	// bound. Default: messages are in this broker's memory alone.
	Store Store

	// Evicted, if set, is told of every message that the broker itself removed,
	// in order, from a goroutine of its own. It may take its time; Run waits
	// for it in the end.
	Evicted func(Removal)

	// Failed, if set, is told in the same way of every live message that failed
	// because its producer was silent for too long.
	Failed func(*Message)

	// NewID makes the ids of messages and streams; nil means random version 4
	// UUIDs. It is called concurrently, and must never return an id twice. Of
	// two messages with one id only the later one is found, though both count;
	// and none is, once either of them has gone. Two streams with one id run as
	// they should, but cannot be told apart in a log.
	NewID func() uuid.UUID
}

func (c Config) withDefaults() Config {
	c.TTL = cmp.Or(c.TTL, time.Hour)
	c.MaxMessages = cmp.Or(c.MaxMessages, 100_000)
	c.MaxBytes = cmp.Or(c.MaxBytes, 256<<20)
	c.MaxStreams = cmp.Or(c.MaxStreams, 100_000)
	c.MaxMessageBytes = cmp.Or(c.MaxMessageBytes, 1<<20)
	c.ProducerTimeout = cmp.Or(c.ProducerTimeout, 5*time.Minute)
	if c.Evicted == nil {
		c.Evicted = func(Removal) {}
	}
	if c.Failed == nil {
		c.Failed = func(*Message) {}
	}
	if c.NewID == nil {
		c.NewID = uuid.New
	}
	return c
}

// openMessage is about what a live message takes beside its text.
const openMessage = 1 << 10

// maxOpenPerClient returns how many live messages of one client may be open: so many
// as would fill its part of the store without any text. They cannot be evicted.
func (c Config) maxOpenPerClient() int { return int(c.MaxBytesPerClient / openMessage) }

// longestWait is the least time that passes until anything expires that is new.
func (c Config) longestWait() time.Duration { return min(c.TTL, c.ProducerTimeout) }

// Stats counts what the broker holds at one moment.
type Stats struct {
	Messages int
	Open     int          // of these, live messages that are open
	Bytes    int64        // of text
	Streams  map[Kind]int // running ones; has every kind
}

// Broker owns all message state. Every method but Run may be called by any
// number of goroutines at once; Run is called once.
type Broker struct {
	// Immutable.
	config Config

	// Unbuffered: a command that was sent is being carried out. Any asker
	// sends, the loop receives, nobody closes.
	inbox chan command

	// Closed by Run as its last act. Everyone may wait for it.
	done chan struct{}

	submits    questions[submission, error]
	lookups    questions[MessageID, lookupAnswer]
	finds      questions[find, findAnswer]
	changes    questions[change, error]
	deletes    questions[MessageID, deleteAnswer]
	subscribes questions[subscriber, subscribeAnswer]
	stats      questions[struct{}, Stats]
	last       Stats // what Stats returns once done is closed, before which Run writes it
	endings    questions[error, int]
	lists      questions[struct{}, []*Subscription]
	closings   questions[endStream, *Subscription]

	// Of copies. Without Config.Store, nobody asks them.
	mayStores questions[submitting, error]
	loads     questions[*Message, error]
	arrivals  questions[arrival, *Message]
	removals  questions[gone, Removal]
	loading   singleflight.Group // by id, as text

	// Has room for the messages that may be read from the Store at a time. Who reads one
	// sends and receives, nobody closes.
	reading chan struct{}
}

// New returns a broker that has not been started.
func New(config Config) *Broker {
	return &Broker{
		config: config.withDefaults(),
		inbox:  make(chan command),
		done:   make(chan struct{}),

		reading: make(chan struct{}, readings*runtime.GOMAXPROCS(0)),
	}
}

// NewMessage returns a message of text, which is not stored: that is up to Subscribe.
func (b *Broker) NewMessage(text string) *Message {
	return newMessage(MessageID(b.config.NewID()), text, time.Now())
}

// Submit stores text as a new message, which client has sent. Errors: ErrStoreFull,
// ErrClientBytes, ErrShuttingDown, ErrStoreUnavailable, ErrClosed, or the cause of
// ctx; with any of them it is not stored.
func (b *Broker) Submit(ctx context.Context, client netip.Prefix, text string) (*Message, error) {
	return b.store(ctx, client, b.NewMessage(text))
}

func (b *Broker) store(ctx context.Context, client netip.Prefix, message *Message) (*Message, error) {
	message, err := b.create(ctx, client, message)
	if err != nil {
		return nil, err
	}
	err, failed := b.submits.ask(ctx, b, submission{client, message})
	if err = cmp.Or(failed, err); err != nil {
		b.uncreate(ctx, message)
		return nil, err
	}
	return message, nil
}

// Lookup tells of a stored message. Errors: ErrNotFound, ErrStoreUnavailable,
// ErrClosed, or the cause of ctx.
func (b *Broker) Lookup(ctx context.Context, id MessageID) (Status, error) {
	if err := b.fetch(ctx, id); err != nil {
		return Status{}, err
	}
	answer, failed := b.lookups.ask(ctx, b, id)
	return answer.status, cmp.Or(failed, answer.err)
}

// Delete removes a message, which ends its streams with ErrDeleted. It says
// whether there was one. Errors: ErrClosed, or the cause of ctx; with either
// nothing is removed. With ErrStoreUnavailable it may be.
func (b *Broker) Delete(ctx context.Context, id MessageID) (removal Removal, found bool, err error) {
	if b.config.Store != nil {
		return b.deleteShared(ctx, id)
	}
	answer, failed := b.deletes.ask(ctx, b, id)
	return answer.removal, answer.found, failed
}

// Subscribe starts a stream. ctx is the stream's own: the stream ends with it, and
// for its cause. cancel is what ends ctx; the broker calls it with ErrDeleted,
// ErrEvicted, ErrClosed or the cause of EndStreams, as the caller does with causes
// of its own, and the first one counts. Whoever gets a Subscription reads its
// Chunks until they are closed.
//
// Errors: ErrNotFound, ErrTooManyStreams, ErrClientStreams, ErrShuttingDown,
// ErrStoreUnavailable, ErrClosed, or the cause of ctx; of a new message also those of
// Submit. With any of them no stream is started, and a new message is not stored.
func (b *Broker) Subscribe(ctx context.Context, cancel context.CancelCauseFunc, request Request) (*Subscription, error) {
	if b.config.Store != nil {
		return b.subscribeShared(ctx, cancel, request)
	}
	return b.subscribe(ctx, cancel, request)
}

// Prepare does what of Subscribe may have to wait for Config.Store, which is longer than
// many may do at a time: it reads the message, or stores a new one. It returns the
// request with which Subscribe does not wait again, unless much has happened in between.
// Errors are those of Subscribe. Without a Store it does nothing.
func (b *Broker) Prepare(ctx context.Context, request Request) (Request, error) {
	if b.config.Store == nil {
		return request, nil
	}
	return b.prepareShared(ctx, request)
}

func (b *Broker) subscribe(ctx context.Context, cancel context.CancelCauseFunc, request Request) (*Subscription, error) {
	answer, failed := b.subscribes.ask(ctx, b, subscriber{ctx, cancel, SubscriptionID(b.config.NewID()), request})
	return answer.subscription, cmp.Or(failed, answer.err)
}

// Stats counts what the broker holds, or has held when Run returned. Its error is the
// cause of ctx.
func (b *Broker) Stats(ctx context.Context) (Stats, error) {
	stats, err := b.stats.ask(ctx, b, struct{}{})
	if errors.Is(err, ErrClosed) {
		return b.last, nil
	}
	return stats, err
}

// Drain makes the broker refuse new messages and streams from now on and waits
// until no stream runs. Errors: ErrClosed, or the cause of ctx; new work is
// refused all the same, even if ctx had ended before.
func (b *Broker) Drain(ctx context.Context) error {
	drained := make(chan struct{})
	if err := b.send(context.WithoutCancel(ctx), drainCmd{drained}); err != nil {
		return err
	}
	select {
	case <-drained:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-b.done:
		return ErrClosed
	}
}

// EndStreams ends the running streams with cause and returns how many that
// were. Errors: ErrClosed, or the cause of ctx; with either it ended none.
func (b *Broker) EndStreams(ctx context.Context, cause error) (int, error) {
	return b.endings.ask(ctx, b, cause)
}

// Streams returns the running streams, the oldest first. It costs the broker as much as
// there are, so it is for a person's look at it. Of the subscriptions, only what any
// goroutine may call is the caller's. Errors: ErrClosed, or the cause of ctx.
func (b *Broker) Streams(ctx context.Context) ([]*Subscription, error) {
	all, err := b.lists.ask(ctx, b, struct{}{})
	slices.SortStableFunc(all, func(a, b *Subscription) int { return a.Start.Compare(b.Start) })
	return all, err
}

// EndStream ends one running stream with cause, and returns it; nil if none of that id
// runs, or somebody has asked for its end before. Errors: ErrClosed, or the cause of ctx;
// with either it ended none.
func (b *Broker) EndStream(ctx context.Context, id SubscriptionID, cause error) (*Subscription, error) {
	return b.closings.ask(ctx, b, endStream{id, cause})
}

// ParseSubscriptionID is ParseMessageID for the id of a stream.
func ParseSubscriptionID(s string) (SubscriptionID, bool) {
	id, ok := ParseMessageID(s)
	return SubscriptionID(id), ok
}

// send sends one command, which the loop then carries out. It gives up with the
// cause of ctx, or with ErrClosed, and then the loop has not heard of it.
func (b *Broker) send(ctx context.Context, cmd command) error {
	select {
	case b.inbox <- cmd: // mostly the loop waits for one, and this is all
		return nil
	default:
	}
	select {
	case b.inbox <- cmd:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-b.done:
		return ErrClosed
	}
}

// Run is the broker. It returns when ctx has ended and, after that, every
// streamer and the last call of Config.Evicted have. Its error is always nil.
func (b *Broker) Run(ctx context.Context) error {
	defer close(b.done)
	loop := newLoop(b)
	loop.run(ctx)
	b.last = loop.state.stats()
	for kind := range b.last.Streams { // which have ended, but nobody was there to hear of it
		b.last.Streams[kind] = 0
	}
	return nil
}
