package httpapi

import (
	"context"
	"errors"
	"time"

	"sseserver/actors"
	"sseserver/broker"
	"sseserver/internal/logs"

	"go.uber.org/zap"
)

// A stream is behind its schedule when it is slowAfter late, until it is less
// than recoveredBelow late.
const (
	slowAfter      = time.Second
	recoveredBelow = 250 * time.Millisecond
)

// tally is what became of a stream so far.
type tally struct {
	chunks int
	bytes  int
	ttfc   time.Duration // from the request to the first chunk; 0 before
	maxLag time.Duration
	slow   time.Duration // the furthest behind in this episode; 0 outside of one
}

// written accounts for a write of the held chunks, which was just done.
func (st *stream) written(bytes int) {
	st.tally.bytes += bytes
	st.metrics.Sent(st.held, bytes)
	if st.held == 0 {
		return
	}
	if st.tally.chunks == 0 {
		st.firstWritten()
	}
	st.tally.chunks += st.held
	lag := time.Since(st.heldDue)
	st.noteLag(lag)
	for ; st.held > 0; st.held-- {
		st.metrics.Late(lag)
		lag -= st.subscription.Interval
	}
}

func (st *stream) firstWritten() {
	st.tally.ttfc = time.Since(st.opened)
	st.metrics.FirstEvent(st.tally.ttfc)
	if st.debug() {
		st.logFirstChunk()
	}
}

// noteLag is told how late the oldest unwritten chunk is, or was when it was
// written.
func (st *stream) noteLag(lag time.Duration) {
	st.tally.maxLag = max(st.tally.maxLag, lag)
	switch {
	case lag >= slowAfter && st.tally.slow == 0:
		st.tally.slow = lag
		st.logLag(logs.StreamSlow, lag)
	case st.tally.slow > 0 && lag < recoveredBelow:
		st.logLag(logs.StreamRecovered, st.tally.slow)
		st.tally.slow = 0
	case st.tally.slow > 0:
		st.tally.slow = max(st.tally.slow, lag)
	}
}

// blocked is called each second that a write blocks, and says whether the
// stream is still wanted.
func (st *stream) blocked() bool {
	if st.held > 0 {
		st.noteLag(time.Since(st.heldDue))
	}
	return !st.subscription.Canceled()
}

// The reasons that this file decides on; the catalogue has them all.
const (
	reasonCompleted  = "completed"
	reasonClientGone = "client_gone"
	reasonSlowClient = "slow_client"
	reasonDeleted    = "message_deleted"
	reasonEvicted    = "message_evicted"
	reasonShutdown   = "server_shutdown"
	reasonInternal   = "internal_error"
)

// reasonOf is the one place that turns the cause of a stream's end into its
// reason.
func reasonOf(cause error) string {
	switch {
	case cause == nil:
		return reasonCompleted
	case errors.Is(cause, broker.ErrClientGone), errors.Is(cause, context.Canceled):
		return reasonClientGone
	case errors.Is(cause, broker.ErrTooSlow):
		return reasonSlowClient
	case errors.Is(cause, broker.ErrDeleted):
		return reasonDeleted
	case errors.Is(cause, broker.ErrEvicted):
		return reasonEvicted
	case errors.Is(cause, broker.ErrShuttingDown), errors.Is(cause, broker.ErrClosed):
		return reasonShutdown
	default:
		return reasonInternal
	}
}

// causeOf turns what went wrong here into the cause of the stream's end. A
// client that is merely gone may be so because the stream has ended, for cause.
func causeOf(failed, cause error) error {
	var panicked *actors.PanicError
	switch {
	case errors.Is(failed, errStalled):
		return broker.ErrTooSlow
	case errors.As(failed, &panicked):
		return panicked
	case cause != nil:
		return cause
	default:
		return broker.ErrClientGone
	}
}

// debug says whether single chunks are logged.
func (st *stream) debug() bool { return logs.StreamChunk.Enabled(st.server.config.Logger) }

// fields returns the ids of this stream for a log line, and more.
func (st *stream) fields(more ...zap.Field) []zap.Field {
	all := append(make([]zap.Field, 0, 3+len(more)),
		logs.StreamID(st.subscription.ID),
		logs.MessageID(st.subscription.Message.ID),
		logs.RequestID(st.requestID))
	return append(all, more...)
}

func (st *stream) logOpened(x *exchange, lastEventID string) {
	subscription := st.subscription
	st.server.config.Metrics.StreamOpened(string(subscription.Kind), st.resumed())
	logs.StreamOpened.Log(st.server.config.Logger, st.fields(
		logs.StreamKind(string(subscription.Kind)), logs.IntervalMS(subscription.Interval),
		logs.LastEventID(lastEventID), logs.FromPosition(subscription.From),
		logs.ClientAddress(x.request.RemoteAddr))...)
}

func (st *stream) logFirstChunk() {
	logs.StreamFirstChunk.Log(st.server.config.Logger, st.fields(logs.TTFCMS(st.tally.ttfc))...)
}

func (st *stream) logChunk(position, bytes int) {
	logs.StreamChunk.Log(st.server.config.Logger, st.fields(logs.Position(position), logs.Bytes(bytes))...)
}

func (st *stream) logLag(event *logs.Event, lag time.Duration) {
	event.Log(st.server.config.Logger, st.fields(logs.LagMS(lag))...)
}

// logClosed tells the one end of the stream.
func (st *stream) logClosed(cause error) {
	reason := reasonOf(cause)
	duration := time.Since(st.opened)
	st.server.config.Metrics.StreamClosed(string(st.subscription.Kind), reason, duration)
	fields := st.fields(logs.Reason(reason), logs.Chunks(st.tally.chunks), logs.Bytes(st.tally.bytes),
		logs.DurationMS(duration), logs.MaxLagMS(st.tally.maxLag), logs.Resumed(st.resumed()))
	if st.tally.chunks > 0 {
		fields = append(fields, logs.TTFCMS(st.tally.ttfc))
	}
	if reason == reasonInternal {
		fields = append(fields, logs.Error(cause))
		var panicked *actors.PanicError
		if errors.As(cause, &panicked) {
			fields = append(fields, logs.Stack(panicked.Stack))
		}
	}
	logs.StreamClosed.LogAt(st.server.config.Logger, logs.CloseLevel(reason), fields...)
}
