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
	config Config
	inbox  chan command
	state  *state

	expiry  *time.Timer       // fires when the next message may have expired
	drains  []chan<- struct{} // askers of Drain who wait; closed once no stream runs
	evicted []Removal         // not yet told to the reporter

	clock     *actors.Clock // of all streamers
	streamers sync.WaitGroup
}

func newLoop(config Config, inbox chan command) *loop {
	return &loop{
		config: config,
		inbox:  inbox,
		state: newState(limits{
			ttl:      config.TTL,
			messages: config.MaxMessages,
			bytes:    config.MaxBytes,
			streams:  config.MaxStreams,
		}),
		expiry: time.NewTimer(config.TTL),
		clock:  actors.NewClock(),
	}
}

// run carries out commands until ctx ends, then ends what it started and waits
// for it.
func (l *loop) run(ctx context.Context) {
	report := make(chan Removal) // sent and closed here, received by the reporter
	var others sync.WaitGroup
	others.Go(func() { // the reporter
		for removal := range report {
			l.config.Evicted(removal)
		}
	})
	others.Go(func() { l.clock.Run(ctx) })
	defer others.Wait()
	defer close(report)
	defer l.reportRest(report)
	defer l.expiry.Stop()
	defer l.streamers.Wait()
	defer l.state.endAll(ErrClosed)

	for {
		// Sending to a nil channel never happens: the case is off while there
		// is nothing to report, and the loop never waits for the reporter.
		var reportNext chan<- Removal
		var next Removal
		if len(l.evicted) > 0 {
			reportNext, next = report, l.evicted[0]
		}
		select {
		case cmd := <-l.inbox:
			l.carryOut(ctx, cmd)
		case <-l.expiry.C:
			l.expire()
		case reportNext <- next:
			l.evicted = l.evicted[1:]
		case <-ctx.Done():
			return
		}
	}
}

// reportRest tells of what is not told yet. The loop serves nobody any more, so
// it may wait for the reporter.
func (l *loop) reportRest(report chan<- Removal) {
	for _, removal := range l.evicted {
		report <- removal
	}
}

// carryOut does what one command asks for and replies, without waiting.
func (l *loop) carryOut(ctx context.Context, cmd command) {
	now := time.Now()
	switch cmd := cmd.(type) {
	case submitCmd:
		evicted, err := l.state.submit(now, cmd.message)
		l.evicted = append(l.evicted, evicted...)
		cmd.reply <- err
	case lookupCmd:
		status, err := l.state.lookup(now, cmd.id)
		cmd.reply <- lookupReply{status, err}
	case deleteCmd:
		removal, found := l.state.delete(now, cmd.id)
		cmd.reply <- deleteReply{removal, found}
	case subscribeCmd:
		subscription, err := l.subscribe(ctx, now, cmd)
		cmd.reply <- subscribeReply{subscription, err}
	case endedCmd:
		l.state.ended(now, cmd.stream)
		l.finishDrains()
	case statsCmd:
		cmd.reply <- l.state.stats()
	case drainCmd:
		l.state.draining = true
		l.drains = append(l.drains, cmd.drained)
		l.finishDrains()
	case endStreamsCmd:
		cmd.reply <- l.state.endAll(cmd.cause)
	}
}

// subscribe registers a stream and starts its streamer.
func (l *loop) subscribe(ctx context.Context, now time.Time, cmd subscribeCmd) (*Subscription, error) {
	var subscription *Subscription
	stream, err := l.state.subscribe(now, cmd.request.MessageID, cmd.request.Kind, func(cause error) { subscription.Cancel(cause) })
	if err != nil {
		return nil, err
	}
	subscription = newSubscription(cmd, stream.entry.message, l.clock, now)
	l.streamers.Add(1)
	go l.stream(ctx, subscription.streamer, stream)
	return subscription, nil
}

// stream is the goroutine of one streamer. Its stack should stay as small as a
// goroutine's first one, so the report is not in the frame of Run.
func (l *loop) stream(ctx context.Context, streamer *actors.Streamer, stream *stream) {
	defer l.streamers.Done()
	streamer.Run()
	l.reportEnd(ctx, stream)
}

// reportEnd takes a stream out of the registry.
func (l *loop) reportEnd(ctx context.Context, stream *stream) {
	select {
	case l.inbox <- endedCmd{stream}:
	case <-ctx.Done(): // the loop has ended, and its counts with it
	}
}

// expire evicts what has outlived its time and arms the timer for the next.
// Uses only postpone an expiry, so a timer that is armed is never too late.
func (l *loop) expire() {
	now := time.Now()
	l.evicted = append(l.evicted, l.state.expire(now)...)
	wait, ok := l.state.nextExpiry(now)
	if !ok {
		wait = l.config.TTL
	}
	l.expiry.Reset(wait)
}

// finishDrains lets the askers of Drain go once no stream runs.
func (l *loop) finishDrains() {
	if l.state.active() > 0 {
		return
	}
	for _, drained := range l.drains {
		close(drained)
	}
	l.drains = nil
}
