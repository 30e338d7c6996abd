package broker

import (
	"context"
	"net/netip"
	"sync"
	"time"
)

// command is one request to the broker. The types below are all there are, so
// this file is the protocol.
type command interface{ isCommand() }

// Commands that somebody waits to be answered.
type (
	submitCmd     = question[submission, error] // answer: nil, ErrShuttingDown, ErrStoreFull, ErrClientBytes
	lookupCmd     = question[MessageID, lookupAnswer]
	findCmd       = question[find, findAnswer]
	changeCmd     = question[change, error] // answer: nil, ErrNotFound, ErrMessageClosed, ErrStoreFull, ErrClientBytes
	deleteCmd     = question[MessageID, deleteAnswer]
	subscribeCmd  = question[subscriber, subscribeAnswer]
	mayStoreCmd   = question[submitting, error] // answer: nil, ErrShuttingDown, ErrStoreFull, ErrClientBytes
	loadCmd       = question[*Message, error]   // a copy; answer: nil, ErrStoreFull
	arriveCmd     = question[arrival, *Message] // what the message is then; nil if there is no copy of it any more
	goneCmd       = question[gone, Removal]
	statsCmd      = question[struct{}, Stats]
	endStreamsCmd = question[error, int] // the cause; how many it ended
	streamsCmd    = question[struct{}, []*Subscription]
	endStreamCmd  = question[endStream, *Subscription] // answer: the stream; nil if there is none
)

type (
	submission struct {
		client  netip.Prefix
		message *Message
	}
	// find is no use of the message.
	find struct {
		id     MessageID
		growth int // bytes that it is to get
	}
	findAnswer struct {
		message *Message // nil if there is none
		full    error    // ErrStoreFull or ErrClientBytes if there is no room for the growth
		tail    *tail    // of a copy; nil if none follows it

		asked time.Time // when the Store was last asked about a copy that no tail follows
	}
	submitting struct {
		client netip.Prefix
		size   int // bytes
		state  State
	}
	// arrival is what a tail makes of a copy.
	arrival struct {
		before, after *Message
		failed        bool // it is this node that has ended the message, as its producers were silent
	}
	// gone is the end of a message in the Store. There may be no copy of it.
	gone struct {
		id          MessageID
		reason      RemovalReason
		submittedAt time.Time
		decided     bool  // it is this node that has removed it
		cause       error // with which its streams end; nil is what is usual for the reason
	}
	change struct {
		before, after *Message // of one live message
	}
	endStream struct {
		id    SubscriptionID
		cause error
	}
	lookupAnswer struct {
		status Status
		err    error // ErrNotFound
	}
	deleteAnswer struct {
		removal Removal
		found   bool
	}
	subscriber struct {
		ctx     context.Context // the stream's own
		cancel  context.CancelCauseFunc
		id      SubscriptionID
		request Request
	}
	subscribeAnswer struct {
		subscription *Subscription
		err          error // ErrNotFound, ErrShuttingDown, ErrTooManyStreams, ErrClientStreams; of a new message those of submitCmd
	}
)

// Commands without an answer.
type (
	drainCmd struct {
		drained chan<- struct{} // closed by the loop once no stream runs
	}
	endedCmd  struct{ stream *stream } // sent by a streamer's goroutine as its last act
	expireCmd struct{}                 // a message may have outlived its time
	stopCmd   struct{}                 // the last command that the loop receives
)

func (*question[Q, A]) isCommand() {}
func (drainCmd) isCommand()        {}
func (endedCmd) isCommand()        {}
func (expireCmd) isCommand()       {}
func (stopCmd) isCommand()         {}

// question is a command that the loop answers as soon as it has received it.
type question[Q, A any] struct {
	asked Q

	// Gets the answer from the loop, once for each time that the question is
	// asked; nobody closes it. Has room for it, so the loop never waits.
	reply chan A
}

// questions are of one kind and take turns: once answered, one can be asked
// again by somebody else, so that asking allocates nothing. Any number of
// goroutines may ask at once.
type questions[Q, A any] struct {
	answered sync.Pool // of *question[Q, A]
}

// ask puts a question to b and waits for the answer. Errors are those of send.
func (qs *questions[Q, A]) ask(ctx context.Context, b *Broker, asked Q) (answer A, err error) {
	q, ok := qs.answered.Get().(*question[Q, A])
	if !ok {
		q = &question[Q, A]{reply: make(chan A, 1)}
	}
	q.asked = asked
	if err = b.send(ctx, q); err == nil {
		// Not even the end of ctx cuts this short: the loop is at it. So the
		// asker knows what was done, and nothing is on its way to q any more.
		answer = <-q.reply
	}
	q.asked = *new(Q) // not to keep it in memory
	qs.answered.Put(q)
	return answer, err
}
