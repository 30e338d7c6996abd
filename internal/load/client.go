package load

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"sseserver/internal/eventsource"
	"sseserver/internal/eventstream"
	"sseserver/internal/load/measure"
	"sseserver/internal/load/track"
)

// client is one user: it reads one stream after the other until the run ends.
// run is its goroutine, and calls all other methods, some of them by way of the
// eventsource.Source that reads the stream: the client is its Requester and its
// Handler.
type client struct {
	// Immutable.
	worker    *worker
	group     *group
	index     int // in the worker's job
	transport *eventsource.Transport
	role      role

	place int32 // in group.clients; guarded by group.mu

	// Owned by run's goroutine.
	dropAt time.Duration // 0 once it has dropped
	bytes  int64         // of the stream at hand
	round  int           // of its streams
	moves  int           // to the next target
	leave  func()        // ends the source of the stream at hand; nil if nothing goes wrong on purpose

	// Guarded by group.mu.
	stream  track.Stream
	reading bool // stream is under way, or the first one about to be
}

// errOver ends a source whose stream needs no more reading.
var errOver = errors.New("load: stream is over")

// errLeft ends the context of a client whose visit is over.
var errLeft = errors.New("load: the client left as planned")

// unjudged tells whether the client's times say nothing of the server.
func (r role) unjudged() bool { return r == slow || r == stalled }

// run is the client's life. It ends with ctx or the visit, or when there is
// nothing left to read.
func (c *client) run(ctx context.Context, v visit) {
	c.stay(ctx, v)
	c.group.remove(c)
	if ctx.Err() == nil && c.worker.job.Config.comeAndGo() {
		c.group.left(c.worker.now())
	}
}

// stay reads one stream after the other.
func (c *client) stay(ctx context.Context, v visit) {
	if v.until != stays {
		visiting, leave := context.WithDeadlineCause(ctx, c.worker.start.Add(v.until), errLeft)
		defer leave()
		ctx = visiting
	}
	planned := v.from
	lag := c.worker.now() - planned
	c.group.mu.Lock()
	if !c.role.unjudged() {
		c.group.ledger.Tally.Distributions.Record(measure.OpenLag, c.group.ledger.Windows.Of(planned), lag)
	}
	c.group.mu.Unlock()
	for ; c.read(ctx, planned); c.round++ {
		planned = c.worker.now()
	}
}

// leastPause separates a stream that failed from the next, where the server
// does not ask for more: users who try again do not do so in a spin, whatever a
// failing server says.
const leastPause = time.Second

// pause waits for d, but not beyond the visit or the time to open streams.
func (c *client) pause(ctx context.Context, d time.Duration) {
	if d == 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	case <-c.worker.closing:
	}
}

// read opens one stream and reads it to its end. It tells whether another one
// should follow.
func (c *client) read(ctx context.Context, planned time.Duration) bool {
	config := &c.worker.job.Config
	source, err := eventsource.New(eventsource.Config{
		Requests: c, MaxEventBytes: config.MaxEventBytes, ErrorBody: !c.worker.hasRefusal.Load(),
		Transport: c.transport, Handler: c, NoReconnect: !config.resumes(), EndIsFinal: config.Done == track.DoneClose,
		Retry: c.worker.goesElsewhere,
	})
	if err != nil {
		panic(err) // cannot be: only requests can be wrong
	}
	c.begin(planned)
	c.runSource(ctx, source)
	finished := c.end(context.Cause(ctx) == errLeft)
	wait := config.Think
	switch {
	case config.Once, !finished && config.Done == "": // as an EventSource has given up for good
		return false
	case !finished:
		wait = max(wait, source.ReconnectionTime(), leastPause)
	}
	c.pause(ctx, wait)
	return ctx.Err() == nil && c.mayOpen()
}

// runSource runs the source until it ends. Where a plan has a stream end without an
// event that says so, the client ends the source.
func (c *client) runSource(ctx context.Context, source *eventsource.Source) {
	if c.worker.job.Faulty {
		ctx, c.leave = context.WithCancel(ctx)
		defer c.leave()
	}
	_ = source.Run(ctx) // Closed was told the same
}

// Request implements eventsource.Requester. Clients begin at the targets in
// turn, and go to the next one when a connection has ended.
func (c *client) Request() eventsource.Request {
	who := c.worker.job.asker(c.index, c.round)
	return c.worker.requests.of(who, turn(len(c.worker.requests.targets), who.client, c.moves))
}

func (c *client) begin(planned time.Duration) {
	c.group.mu.Lock()
	defer c.group.mu.Unlock()
	if c.group.rounds != nil {
		c.round = c.group.rounds[c.index]
		c.group.rounds[c.index]++
	}
	c.stream = track.NewStream(&c.group.ledger, track.Subject{
		MessageID: c.worker.job.messageID(c.index), Planned: planned, Unjudged: c.role.unjudged(), Live: c.worker.liveOf(c.index),
	})
	c.reading = true
}

// end tells whether the stream came to its proper end. The client may have left
// it before.
func (c *client) end(left bool) (finished bool) {
	c.group.mu.Lock()
	defer c.group.mu.Unlock()
	c.stream.Received(c.bytes)
	c.bytes = 0
	if left {
		c.stream.Leave()
	}
	c.stream.Finish(&c.group.ledger)
	c.reading = false
	return c.stream.Finished()
}

// mayOpen tells whether streams may still be opened.
func (c *client) mayOpen() bool {
	now := c.worker.now()
	c.group.mu.Lock()
	defer c.group.mu.Unlock()
	return now < c.group.ledger.Windows.Steady
}

// Open implements eventsource.Handler.
func (c *client) Open(o eventsource.Opened) {
	c.group.mu.Lock()
	defer c.group.mu.Unlock()
	c.stream.Opened(&c.group.ledger, c.worker.moment(o.Requested), c.worker.moment(o.Head), o.Resumed)
	if c.worker.job.Faulty {
		c.expect(o)
	}
}

// Event implements eventsource.Handler.
func (c *client) Event(e eventstream.Event, at time.Time) error {
	if c.worker.late != nil {
		at = at.Add(c.worker.late())
	}
	now := c.worker.moment(at)
	c.group.mu.Lock()
	over := c.stream.Event(&c.group.ledger, e, now)
	c.group.mu.Unlock()
	switch {
	case over:
		return errOver
	case c.dropAt > 0 && now >= c.dropAt:
		c.dropAt = 0
		return eventsource.ErrReconnect
	}
	return nil
}

// Comment implements eventsource.Handler.
func (c *client) Comment(text []byte, _ time.Time) {
	c.group.mu.Lock()
	defer c.group.mu.Unlock()
	c.group.ledger.Tally.Counts.Comments++
	c.stream.Comment(text)
}

// ReadDone implements eventsource.Handler. It is here that slow clients are slow.
func (c *client) ReadDone(r eventsource.Read) time.Duration {
	c.bytes += int64(r.Payload)
	switch {
	case c.role == slow:
		return time.Duration(r.Bytes) * time.Second / time.Duration(c.worker.job.Config.SlowRate)
	case r.Events == 0:
		return 0
	case c.role == stalled:
		return eventsource.Stall
	}
	c.group.mu.Lock()
	defer c.group.mu.Unlock()
	l := &c.group.ledger
	l.Tally.Counts.Reads++
	l.Tally.Distributions.RecordNumber(measure.EventsPerRead, l.Windows.Of(c.worker.moment(r.At)), int64(r.Events))
	return 0
}

// Closed implements eventsource.Handler.
func (c *client) Closed(closed eventsource.Closed) {
	cause := causeOf(closed.Err.Reason)
	at := c.worker.moment(closed.At)
	if cause != track.Stopped { // a stream that is over is no reason to go elsewhere
		c.moves++
	}
	c.group.mu.Lock()
	defer c.group.mu.Unlock()
	if c.answersInstead(closed.Err) {
		c.stream.Instead(&c.group.ledger)
		return
	}
	c.stream.Closed(&c.group.ledger, at, cause, closed.Final)
	if c.leave != nil && c.stream.Finished() {
		c.leave()
	}
	if (cause == track.Failure || cause == track.Refused) && !c.role.unjudged() {
		c.group.ledger.Tally.Fail(at, errorName(closed.Err))
		if lacking(closed.Err) != "" {
			c.group.starved++
		}
		c.noteRefusal(at, closed.Err)
	}
}

// noteRefusal keeps the first refusal of the worker. The group is locked.
func (c *client) noteRefusal(at time.Duration, err *eventsource.Error) {
	if err.Status == 0 || !c.worker.hasRefusal.CompareAndSwap(false, true) {
		return
	}
	first := measure.Refusal{Reason: err.Reason.String(), Status: err.Status, Body: err.Body}
	c.group.ledger.Tally.Refused(&measure.FirstRefusal{At: at, Refusal: first})
}

// causeOf is what an end means for the stream.
func causeOf(reason eventsource.Reason) track.Cause {
	switch reason {
	case eventsource.ReasonEnded:
		return track.Ended
	case eventsource.ReasonTruncated:
		return track.Truncated
	case eventsource.ReasonDropped:
		return track.Dropped
	case eventsource.ReasonStopped, eventsource.ReasonCancelled:
		return track.Stopped
	case eventsource.ReasonNoContent:
		return track.NoMore
	case eventsource.ReasonEventTooLong:
		return track.Refused
	}
	return track.Failure
}

// errorName is a name for counting errors by: there are few, whatever happens.
func errorName(err *eventsource.Error) string {
	if err.Reason == eventsource.ReasonBadStatus {
		return fmt.Sprintf("status_%d", err.Status)
	}
	if own := lacking(err); own != "" {
		return own
	}
	return err.Reason.String()
}

// lacking is the name of what this machine has too few of to make a connection,
// which is not the server's fault; empty if that is not what the error is
// about.
func lacking(err error) string {
	switch {
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return "out_of_files"
	case errors.Is(err, syscall.EADDRNOTAVAIL), errors.Is(err, syscall.EADDRINUSE):
		return "out_of_ports"
	}
	return ""
}
