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
	last   int // position of the last chunk that was framed
	sent   int // position of the last chunk that was written; less than First if none was
	bytes  int
	done   bool          // the end of the message was written
	ttfc   time.Duration // from the request to the first chunk; 0 before
	maxLag time.Duration
	slow   time.Duration // the furthest behind in this episode; 0 outside of one
}

// lag returns how late what was due then is now.
func (st *stream) lag(due time.Duration) time.Duration {
	return time.Since(st.start) - due
}

// written accounts for a write of what is framed, which was just done.
func (st *stream) written(bytes int) {
	dues := st.frames.dues
	st.tally.bytes += bytes
	st.metrics.Sent(len(dues), bytes)
	if len(dues) > 0 {
		if st.tally.chunks == 0 {
			st.firstWritten()
		}
		st.tally.chunks += len(dues)
		st.tally.sent = st.tally.last
		oldest := st.lag(dues[0])
		st.noteLag(oldest)
		st.subscription.Wrote(st.tally.sent, oldest)
		for _, due := range dues {
			st.metrics.Late(oldest + dues[0] - due)
		}
	}
	st.frames.free()
	st.frames = nil
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

// errMessageFailed is the cause of the end of a stream that has sent all that
// came of its message.
var errMessageFailed = errors.New("httpapi: the message has failed")

// reasonOf is the one place that turns the cause of a stream's end into its
// reason.
func reasonOf(cause error) string {
	switch {
	case cause == nil:
		return logs.ReasonCompleted
	case isClientGone(cause):
		return logs.ReasonClientGone
	case errors.Is(cause, broker.ErrTooSlow):
		return logs.ReasonSlowClient
	case errors.Is(cause, broker.ErrDeleted):
		return logs.ReasonMessageDeleted
	case errors.Is(cause, broker.ErrEvicted):
		return logs.ReasonMessageEvicted
	case errors.Is(cause, errMessageFailed):
		return logs.ReasonMessageFailed
	case errors.Is(cause, errFault):
		return logs.ReasonFault
	case errors.Is(cause, broker.ErrClosedByAdmin):
		return logs.ReasonAdminClosed
	case isShutdown(cause):
		return logs.ReasonServerShutdown
	default:
		return logs.ReasonInternalError
	}
}

// isClientGone says whether the client left. net/http cancels the context of a
// request without a cause then.
func isClientGone(cause error) bool {
	return errors.Is(cause, broker.ErrClientGone) || errors.Is(cause, context.Canceled)
}

func isShutdown(cause error) bool {
	return errors.Is(cause, broker.ErrShuttingDown) || errors.Is(cause, broker.ErrClosed)
}

// debug says whether single chunks are logged.
func (st *stream) debug() bool { return logs.StreamChunk.Enabled(st.server.config.Logger) }

// fields returns the ids of this stream for a log line, and more.
func (st *stream) fields(more ...zap.Field) []zap.Field {
	all := append(make([]zap.Field, 0, 4+len(more)),
		logs.StreamID(st.subscription.ID),
		logs.MessageID(st.subscription.Message.ID),
		logs.RequestID(st.requestID))
	if st.trace != "" {
		all = append(all, logs.TraceID(st.trace))
	}
	return append(all, more...)
}

// appendKind appends what kind of stream this is.
func (st *stream) appendKind(fields []zap.Field) []zap.Field {
	fields = append(fields, logs.StreamKind(string(st.subscription.Kind)))
	if st.subscription.Kind == broker.Characters {
		fields = append(fields, logs.Unit(st.subscription.Unit.String()))
	}
	if st.total != unknownTotal {
		fields = append(fields, logs.Total(st.total))
	}
	return fields
}

// maxStreamFields is how many fields the lines of a stream's begin and end have at most.
const maxStreamFields = 20

func (st *stream) logOpened(x *exchange, asked ask) {
	subscription := st.subscription
	st.server.config.Metrics.StreamOpened(string(subscription.Kind), st.resumed())
	st.server.config.Metrics.Sums.FirstPositions.Add(int64(subscription.From))
	if !logs.StreamOpened.Enabled(st.server.config.Logger) {
		return
	}
	fields := append(make([]zap.Field, 0, maxStreamFields), st.fields(logs.IntervalMS(subscription.Interval),
		logs.LastEventID(asked.lastEventID), logs.FirstPosition(subscription.From), logs.ClientAddress(x.client))...)
	st.noteTotal()
	fields = st.appendKind(fields)
	if port := portOf(x.request, x.client); port != 0 {
		fields = append(fields, logs.ClientPort(port))
	}
	if agent := x.request.UserAgent(); agent != "" {
		fields = append(fields, logs.UserAgent(agent))
	}
	if subscription.Previous != (broker.SubscriptionID{}) {
		fields = append(fields, logs.PreviousStreamID(subscription.Previous))
	}
	if st.faults != nil {
		fields = append(fields, logs.Plan(asked.plan.faults.String()), logs.Seed(asked.plan.seed))
	}
	logs.StreamOpened.Log(st.server.config.Logger, fields...)
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

// sum adds the numbers of the stream, which has ended, to those of all streams.
func (st *stream) sum() {
	sums := &st.server.config.Metrics.Sums
	sums.StreamChunks.Add(int64(st.tally.chunks))
	sums.StreamBytes.Add(int64(st.tally.bytes))
	if st.tally.chunks > 0 {
		sums.StreamLastPositions.Add(int64(st.tally.sent))
	}
	if st.total != unknownTotal {
		sums.StreamTotals.Add(int64(st.total))
	}
	if st.faults != nil {
		sums.Faults.Add(int64(st.faults.count))
	}
}

// logClosed tells the one end of the stream.
func (st *stream) logClosed(cause error) {
	reason := reasonOf(cause)
	duration := time.Since(st.opened)
	st.server.config.Metrics.StreamClosed(string(st.subscription.Kind), reason, duration)
	st.noteTotal()
	st.sum()
	if !st.server.config.Logger.Core().Enabled(logs.CloseLevel(reason)) {
		return
	}
	fields := append(make([]zap.Field, 0, maxStreamFields), st.fields(
		logs.Reason(reason), logs.Chunks(st.tally.chunks), logs.Done(st.tally.done), logs.Bytes(st.tally.bytes),
		logs.DurationMS(duration), logs.MaxLagMS(st.tally.maxLag), logs.Resumed(st.resumed()), logs.ClientAddress(st.subscription.Client))...)
	fields = st.appendKind(fields)
	if st.tally.chunks > 0 {
		fields = append(fields, logs.LastPosition(st.tally.sent), logs.TTFCMS(st.tally.ttfc))
	}
	if st.faults != nil {
		fields = append(fields, logs.FaultCount(st.faults.count))
	}
	if reason == logs.ReasonInternalError {
		fields = append(fields, logs.Error(cause))
		var panicked *actors.PanicError
		if errors.As(cause, &panicked) {
			fields = append(fields, logs.Stack(panicked.Stack))
		}
	}
	logs.StreamClosed.LogAt(st.server.config.Logger, logs.CloseLevel(reason), fields...)
}
