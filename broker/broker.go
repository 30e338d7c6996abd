package broker

import (
	"cmp"
	"context"
	"time"

	"github.com/google/uuid"
)

// Config configures a Broker. In each limit zero means the default and a
// negative value is not allowed.
type Config struct {
	TTL         time.Duration // of a message after its last use; default one hour
	MaxMessages int           // default 100 000
	MaxBytes    int64         // of text in all messages; default 256 MiB
	MaxStreams  int           // running at once; default 100 000

	// Evicted, if set, is told of every message that the broker itself removed,
	// in order, from a goroutine of its own. It may take its time; Run waits
	// for it in the end.
	Evicted func(Removal)

	// NewID makes the ids; nil means random version 4 UUIDs. It is called
	// concurrently.
	NewID func() uuid.UUID
}

func (c Config) withDefaults() Config {
	c.TTL = cmp.Or(c.TTL, time.Hour)
	c.MaxMessages = cmp.Or(c.MaxMessages, 100_000)
	c.MaxBytes = cmp.Or(c.MaxBytes, 256<<20)
	c.MaxStreams = cmp.Or(c.MaxStreams, 100_000)
	if c.Evicted == nil {
		c.Evicted = func(Removal) {}
	}
	if c.NewID == nil {
		c.NewID = uuid.New
	}
	return c
}

// Stats counts what the broker holds at one moment.
type Stats struct {
	Messages int
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
}

// New returns a broker that has not been started.
func New(config Config) *Broker {
	return &Broker{
		config: config.withDefaults(),
		inbox:  make(chan command),
		done:   make(chan struct{}),
	}
}

// Submit stores text as a new message. Errors: ErrStoreFull, ErrShuttingDown,
// ErrClosed, or the cause of ctx.
func (b *Broker) Submit(ctx context.Context, text string) (*Message, error) {
	message := newMessage(MessageID(b.config.NewID()), text, time.Now())
	reply := make(chan error, 1)
	err, failed := ask(ctx, b, submitCmd{message, reply}, reply)
	if err = cmp.Or(failed, err); err != nil {
		return nil, err
	}
	return message, nil
}

// Lookup tells of a stored message. Errors: ErrNotFound, ErrClosed, or the
// cause of ctx.
func (b *Broker) Lookup(ctx context.Context, id MessageID) (Status, error) {
	reply := make(chan lookupReply, 1)
	answer, failed := ask(ctx, b, lookupCmd{id, reply}, reply)
	return answer.status, cmp.Or(failed, answer.err)
}

// Delete removes a message, which ends its streams with ErrDeleted. It says
// whether there was one. Errors: ErrClosed, or the cause of ctx.
func (b *Broker) Delete(ctx context.Context, id MessageID) (removal Removal, found bool, err error) {
	reply := make(chan deleteReply, 1)
	answer, failed := ask(ctx, b, deleteCmd{id, reply}, reply)
	return answer.removal, answer.found, failed
}

// Subscribe starts a stream, which ends with ctx at the latest. Whoever gets a
// Subscription reads its Chunks until they are closed, or cancels it. Errors:
// ErrNotFound, ErrTooManyStreams, ErrShuttingDown, ErrClosed, or the cause of
// ctx.
func (b *Broker) Subscribe(ctx context.Context, request Request) (*Subscription, error) {
	reply := make(chan subscribeReply, 1)
	answer, failed := ask(ctx, b, subscribeCmd{ctx, SubscriptionID(b.config.NewID()), request, reply}, reply)
	return answer.subscription, cmp.Or(failed, answer.err)
}

// Stats counts what the broker holds. Errors: ErrClosed, or the cause of ctx.
func (b *Broker) Stats(ctx context.Context) (Stats, error) {
	reply := make(chan Stats, 1)
	return ask(ctx, b, statsCmd{reply}, reply)
}

// Drain makes the broker refuse new messages and streams from now on and waits
// until no stream runs. Errors: ErrClosed, or the cause of ctx; new work is
// refused all the same, even if ctx had ended before.
func (b *Broker) Drain(ctx context.Context) error {
	drained := make(chan struct{})
	if err := b.tell(context.WithoutCancel(ctx), drainCmd{drained}); err != nil {
		return err
	}
	_, err := await(ctx, b, drained)
	return err
}

// EndStreams ends the running streams with cause and returns how many that
// were. Errors: ErrClosed, or the cause of ctx.
func (b *Broker) EndStreams(ctx context.Context, cause error) (int, error) {
	reply := make(chan int, 1)
	return ask(ctx, b, endStreamsCmd{cause, reply}, reply)
}

// ask sends one command and waits for its reply; either wait ends with ctx and
// with the broker.
func ask[T any](ctx context.Context, b *Broker, cmd command, reply <-chan T) (answer T, err error) {
	if err := b.tell(ctx, cmd); err != nil {
		return answer, err
	}
	return await(ctx, b, reply)
}

// tell sends one command.
func (b *Broker) tell(ctx context.Context, cmd command) error {
	select {
	case b.inbox <- cmd:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-b.done:
		return ErrClosed
	}
}

// await waits for the reply to a command that was sent.
func await[T any](ctx context.Context, b *Broker, reply <-chan T) (answer T, err error) {
	select {
	case answer = <-reply:
		return answer, nil
	case <-ctx.Done():
		return answer, context.Cause(ctx)
	case <-b.done:
		return answer, ErrClosed
	}
}

// Run is the broker. It returns when ctx has ended and, after that, every
// streamer and the last call of Config.Evicted have. Its error is always nil.
func (b *Broker) Run(ctx context.Context) error {
	defer close(b.done)
	newLoop(b.config, b.inbox).run(ctx)
	return nil
}
