package broker

import (
	"context"
	"sync"
	"time"

	"sseserver/actors"
)

// loop is the plumbing around state: one goroutine that owns every field below
// but inbox, on which it only receives.
type loop struct {
	broker *Broker // which tails ask
	config Config
	inbox  chan command
	state  *state

	expiry *time.Timer       // fires when the next message may have expired
	drains []chan<- struct{} // askers of Drain who wait; closed once no stream runs

	news   news      // not yet told to the reporter
	report chan news // sent to and closed by the loop, received by the reporter, who owns what it gets

	clock     *actors.Clock // of all streamers
	streamers sync.WaitGroup
	tails     sync.WaitGroup
}

// news is what the broker has done to messages by itself.
type news struct {
	evicted []Removal
	failed  []*Message
}

func (n *news) isEmpty() bool { return len(n.evicted)+len(n.failed) == 0 }

func newLoop(b *Broker) *loop {
	config := b.config
	return &loop{
		broker: b,
		config: config,
		inbox:  b.inbox,
		state: newState(limits{
			ttl:      config.TTL,
			messages: config.MaxMessages,
			bytes:    config.MaxBytes,
			streams:  config.MaxStreams,

			producerTimeout: config.ProducerTimeout,

			clientBytes:   config.MaxBytesPerClient,
			clientOpen:    config.maxOpenPerClient(),
			clientStreams: config.MaxStreamsPerClient,

			copies: config.Store != nil,
		}),
		expiry: time.NewTimer(config.longestWait()),
		report: make(chan news),
		clock:  actors.NewClock(),
	}
}

// run carries out commands until ctx ends, then ends what it started and waits
// for it.
func (l *loop) run(ctx context.Context) {
	var others sync.WaitGroup
	others.Go(l.tellNews)
	others.Go(func() { l.watch(ctx) })
	others.Go(func() { l.clock.Run(ctx) })
	defer others.Wait()
	defer close(l.report)
	defer l.reportRest()
	defer l.expiry.Stop()
	defer l.tails.Wait()
	defer l.streamers.Wait()
	defer l.state.streams.endAll(ErrClosed)

	for l.carryOut(ctx, l.next()) {
	}
}

// watch sends the commands that nobody asks for.
func (l *loop) watch(ctx context.Context) {
	for {
		select {
		case <-l.expiry.C:
			l.inbox <- expireCmd{}
		case <-ctx.Done():
			l.inbox <- stopCmd{} // until which the loop receives all
			return
		}
	}
}

// tellNews is the goroutine of the reporter.
func (l *loop) tellNews() {
	for news := range l.report {
		for _, removal := range news.evicted {
			l.config.Evicted(removal)
		}
		for _, message := range news.failed {
			l.config.Failed(message)
		}
	}
}

// next returns the next command. Everything that concerns the loop is one, so
// that mostly it waits for its inbox alone, which takes half the time of a
// select.
func (l *loop) next() command {
	for !l.news.isEmpty() {
		select {
		case cmd := <-l.inbox:
			return cmd
		case l.report <- l.news: // not waited for: the reporter may take its time
			l.news = news{}
		}
	}
	return <-l.inbox
}

// reportRest tells of what is not told yet. The loop serves nobody any more, so
// it may wait for the reporter.
func (l *loop) reportRest() {
	if !l.news.isEmpty() {
		l.report <- l.news
	}
}

// carryOut does what one command asks for and answers it, without waiting. It
// says false if that was the last.
func (l *loop) carryOut(ctx context.Context, cmd command) bool {
	now := time.Now()
	switch cmd := cmd.(type) {
	case *submitCmd:
		evicted, err := l.state.submit(now, cmd.asked.client, cmd.asked.message)
		l.madeRoom(evicted)
		l.follow(ctx, cmd.asked.message.ID)
		cmd.reply <- err
	case *findCmd:
		cmd.reply <- l.state.find(cmd.asked)
	case *changeCmd:
		evicted, err := l.state.change(now, cmd.asked.before, cmd.asked.after)
		l.madeRoom(evicted)
		cmd.reply <- err
	case *lookupCmd:
		status, err := l.state.lookup(now, cmd.asked)
		cmd.reply <- lookupAnswer{status, err}
	case *deleteCmd:
		removal, found := l.state.delete(now, cmd.asked)
		cmd.reply <- deleteAnswer{removal, found}
	case *subscribeCmd:
		subscription, err := l.subscribe(ctx, now, cmd.asked)
		if err == nil {
			l.follow(ctx, subscription.Message.ID)
		}
		cmd.reply <- subscribeAnswer{subscription, err}
	case *statsCmd:
		cmd.reply <- l.state.stats()
	case *mayStoreCmd:
		cmd.reply <- l.state.mayStore(cmd.asked)
	case *loadCmd:
		err := l.state.load(now, cmd.asked)
		l.follow(ctx, cmd.asked.ID)
		cmd.reply <- err
	case *arriveCmd:
		cmd.reply <- l.arrive(ctx, now, cmd.asked)
	case *goneCmd:
		cmd.reply <- l.gone(now, cmd.asked)
	case *streamsCmd:
		cmd.reply <- l.state.streams.all()
	case *endStreamCmd:
		cmd.reply <- l.state.streams.end(cmd.asked.id, cmd.asked.cause)
	case *endStreamsCmd:
		cmd.reply <- l.state.streams.endAll(cmd.asked)
	case drainCmd:
		l.state.draining = true
		l.drains = append(l.drains, cmd.drained)
		l.finishDrains()
	case endedCmd:
		l.state.ended(now, cmd.stream)
		l.noteInterrupted(cmd.stream)
		l.follow(ctx, cmd.stream.message)
		l.finishDrains()
	case expireCmd:
		l.expire(now)
	case stopCmd:
		return false
	}
	return true
}

// subscribe registers a stream and starts its streamer.
func (l *loop) subscribe(ctx context.Context, now time.Time, who subscriber) (*Subscription, error) {
	stream, message, err := l.open(now, who)
	if err != nil {
		return nil, err
	}
	subscription := newSubscription(who, message, l.clock, now)
	stream.runs, stream.reader = subscription, who.request.reader(subscription)
	if subscription.From > subscription.First {
		subscription.Previous, _ = l.state.lost.claim(stream.reader, subscription.From-1)
	}
	if message.State == StateOpen {
		stream.tell = subscription.streamer.Tell
	}
	l.streamers.Add(1)
	go l.stream(ctx, subscription.streamer, who.ctx, stream)
	return subscription, nil
}

// open registers a stream, and stores its message if that is new.
func (l *loop) open(now time.Time, who subscriber) (*stream, *Message, error) {
	request := who.request
	if request.New == nil {
		return l.state.subscribe(now, request.Client, request.MessageID, request.Kind, who.cancel)
	}
	stream, evicted, err := l.state.submitStream(now, request.Client, request.New, request.Kind, who.cancel)
	l.madeRoom(evicted)
	return stream, request.New, err
}

// stream is the goroutine of one streamer. Its stack should stay as small as a
// goroutine's first one, so the report is not in the frame of Run.
func (l *loop) stream(ctx context.Context, streamer *actors.Streamer, streamCtx context.Context, stream *stream) {
	defer l.streamers.Done()
	streamer.Run(streamCtx)
	l.reportEnd(ctx, stream)
}

// reportEnd takes a stream out of the registry.
//
//go:noinline
func (l *loop) reportEnd(ctx context.Context, stream *stream) {
	select {
	case l.inbox <- endedCmd{stream}:
	case <-ctx.Done(): // the loop has ended, and its counts with it
	}
}

// noteInterrupted remembers a stream that has ended, unless it sent all there is.
func (l *loop) noteInterrupted(ended *stream) {
	if ended.runs.Err() == nil {
		return
	}
	l.state.interrupt(&interruption{id: ended.runs.ID, reader: ended.reader, mark: ended.runs.Mark})
}

// expire evicts and fails what has outlived its time and arms the timer for the
// next. Uses only postpone an expiry, and what begins to count has at least the
// longest wait before it, so a timer that is armed is never too late.
func (l *loop) expire(now time.Time) {
	l.news.failed = append(l.news.failed, l.state.failSilent(now)...)
	l.madeRoom(l.state.expire(now))
	wait := l.config.longestWait()
	if next, ok := l.state.messages.nextExpiry(now); ok {
		wait = min(wait, next)
	}
	l.expiry.Reset(wait)
}

// madeRoom tells of messages that had to leave. Copies can be read again.
func (l *loop) madeRoom(evicted []Removal) {
	if l.config.Store == nil {
		l.news.evicted = append(l.news.evicted, evicted...)
	}
}

// follow starts a tail for a copy that needs one, and ends that of one that does not
// any more.
func (l *loop) follow(ctx context.Context, id MessageID) {
	if l.config.Store == nil {
		return
	}
	e := l.state.messages.find(id)
	if e == nil { // then its tail has been ended with it
		return
	}
	needed := e.message.State == StateOpen || e.holds > 0
	switch {
	case needed && e.tail == nil:
		e.tail = newTail(ctx, l.broker, e.message, e.asked)
		l.tails.Go(e.tail.run)
	case !needed && e.tail != nil:
		e.tail.cancel(errReleased)
		e.tail, e.asked = nil, time.Time{} // the tail may not have reached the store for long
	}
}

// arrive is state.arrive.
func (l *loop) arrive(ctx context.Context, now time.Time, asked arrival) *Message {
	current := l.state.arrive(now, asked.before, asked.after)
	if current == asked.after && asked.failed {
		l.news.failed = append(l.news.failed, current)
	}
	l.follow(ctx, asked.before.ID)
	return current
}

// gone removes the copy of a message that is gone, if there is one. It tells of it if
// nobody has asked for that, and no other node does.
func (l *loop) gone(now time.Time, asked gone) Removal {
	if asked.cause == nil {
		asked.cause = ErrEvicted
		if asked.reason == RemovedByRequest {
			asked.cause = ErrDeleted
		}
	}
	removal, _ := l.state.remove(now, asked.id, asked.reason, asked.cause)
	removal.MessageID, removal.Reason, removal.Age = asked.id, asked.reason, now.Sub(asked.submittedAt)
	if asked.decided && asked.reason != RemovedByRequest {
		l.news.evicted = append(l.news.evicted, removal)
	}
	return removal
}

// finishDrains lets the askers of Drain go once no stream runs.
func (l *loop) finishDrains() {
	if l.state.streams.active() > 0 {
		return
	}
	for _, drained := range l.drains {
		close(drained)
	}
	l.drains = nil
}
