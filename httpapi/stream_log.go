package httpapi

import (
	"context"
	"errors"
	"time"

	"sseserver/actors"
	"sseserver/broker"
	"sseserver/internal/logs"
	"sseserver/internal/wire"

	"go.uber.org/zap/zapcore"
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
	bytes  int
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
		oldest := st.lag(dues[0])
		st.noteLag(oldest)
		st.mark.Wrote(st.tally.last, oldest)
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

// line begins a line about this stream at the event's first level.
func (st *stream) line(event *logs.Event) *logs.Line { return st.lineAt(event, event.Levels[0]) }

// lineAt begins a line about this stream, with its ids.
func (st *stream) lineAt(event *logs.Event, level zapcore.Level) *logs.Line {
	line := event.Line(st.server.config.Logger, level).
		Add(logs.StreamID(st.subscription.ID)).
		Add(logs.MessageID(st.subscription.Message.ID)).
		Add(logs.RequestID(st.requestID))
	if st.trace != "" {
		line.Add(logs.TraceID(st.trace))
	}
	return line
}

// addKind adds what kind of stream this is.
func (st *stream) addKind(line *logs.Line) {
	line.Add(logs.StreamKind(string(st.subscription.Kind)))
	if st.subscription.Kind == broker.Characters {
		line.Add(logs.Unit(st.subscription.Unit.String()))
	}
	if st.total != unknownTotal {
		line.Add(logs.Total(st.total))
	}
}

func (st *stream) logOpened(x *exchange, asked ask) {
	subscription := st.subscription
	st.server.config.Metrics.StreamOpened(string(subscription.Kind), st.resumed())
	st.server.config.Metrics.Sums.FirstPositions.Add(int64(subscription.From))
	if !logs.StreamOpened.Enabled(st.server.config.Logger) {
		return
	}
	st.noteTotal()
	line := st.line(logs.StreamOpened).
		Add(logs.IntervalMS(subscription.Interval)).
		Add(logs.LastEventID(asked.lastEventID)).
		Add(logs.FirstPosition(subscription.From)).
		Add(logs.ClientAddress(x.client))
	st.addKind(line)
	if port := portOf(x.request, x.client); port != 0 {
		line.Add(logs.ClientPort(port))
	}
	if agent := x.request.UserAgent(); agent != "" {
		line.Add(logs.UserAgent(agent))
	}
	if subscription.Previous != (broker.SubscriptionID{}) {
		line.Add(logs.PreviousStreamID(subscription.Previous))
	}
	if st.faults != nil {
		line.Add(logs.Plan(asked.plan.faults.String())).Add(logs.Seed(asked.plan.seed))
	}
	line.Write()
}

func (st *stream) logFirstChunk() {
	st.line(logs.StreamFirstChunk).Add(logs.TTFCMS(st.tally.ttfc)).Write()
}

func (st *stream) logChunk(position, bytes int) {
	st.line(logs.StreamChunk).Add(logs.Position(position)).Add(logs.Bytes(bytes)).Write()
}

func (st *stream) logLag(event *logs.Event, lag time.Duration) {
	st.line(event).Add(logs.LagMS(lag)).Write()
}

// sum adds the numbers of the stream, which has ended, to those of all streams.
func (st *stream) sum() {
	sums := &st.server.config.Metrics.Sums
	sums.StreamChunks.Add(int64(st.tally.chunks))
	sums.StreamBytes.Add(int64(st.tally.bytes))
	if st.tally.chunks > 0 {
		position, _ := st.mark.Written()
		sums.StreamLastPositions.Add(int64(position))
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
	if reason == logs.ReasonClientGone {
		st.vanished = wire.IsSilence(st.failed) || st.transport.gaveUp()
	}
	line := st.lineAt(logs.StreamClosed, logs.CloseLevel(reason)).
		Add(logs.Reason(reason)).
		Add(logs.Chunks(st.tally.chunks)).
		Add(logs.Done(st.done)).
		Add(logs.Bytes(st.tally.bytes)).
		Add(logs.DurationMS(duration)).
		Add(logs.MaxLagMS(st.tally.maxLag)).
		Add(logs.Resumed(st.resumed())).
		Add(logs.ClientAddress(st.subscription.Client))
	st.addKind(line)
	if st.tally.chunks > 0 {
		position, _ := st.mark.Written()
		line.Add(logs.LastPosition(position)).Add(logs.TTFCMS(st.tally.ttfc))
	}
	if st.faults != nil {
		line.Add(logs.FaultCount(st.faults.count))
	}
	if st.vanished && (reason == logs.ReasonClientGone || reason == logs.ReasonSlowClient) {
		line.Add(logs.Vanished(true))
	}
	if reason == logs.ReasonInternalError {
		line.Add(logs.Error(cause))
		var panicked *actors.PanicError
		if errors.As(cause, &panicked) {
			line.Add(logs.Stack(panicked.Stack))
		}
	}
	line.Write()
}
