package httpapi

import (
	"cmp"
	"context"
	"net/http"

	"sseserver/actors"
	"sseserver/broker"
	"sseserver/internal/answer"
	"sseserver/internal/logs"
	"sseserver/internal/metrics"

	"go.uber.org/zap"
)

// completeMessage answers POST /messages/{messageId}/complete.
func (s *Server) completeMessage(w http.ResponseWriter, r *http.Request) {
	p := &producer{exchange: exchangeOf(w), at: broker.AtEnd}
	var err error
	if p.messageID, err = messageIDOf(r); err == nil {
		err = p.complete(r.Context())
	}
	p.answerEnd(err)
}

// defaultReason is why a message has failed whose producer does not say.
const defaultReason = "failed"

// failMessage answers POST /messages/{messageId}/fail.
func (s *Server) failMessage(w http.ResponseWriter, r *http.Request) {
	p := &producer{exchange: exchangeOf(w), at: broker.AtEnd}
	p.answerEnd(p.fail(r))
}

// answerEnd tells that the message has ended, or why it could not.
func (p *producer) answerEnd(err error) {
	if err != nil {
		p.reject(problemOf(err).about(p.message))
		return
	}
	answer.JSON(p.exchange, http.StatusOK, stateOf(p.message))
}

// complete completes the message.
func (p *producer) complete(ctx context.Context) error {
	message, ended, err := p.server.config.Broker.Complete(ctx, p.messageID, p.at)
	if message != nil {
		p.message = message
	}
	if ended {
		p.server.logCompletion(message, p.ids()...)
	}
	return err
}

// fail lets the message fail, for the reason in the body of r, if it has one.
func (p *producer) fail(r *http.Request) (err error) {
	var content []byte
	if p.messageID, content, err = p.readNote(r); err != nil {
		return err
	}
	reason, err := optionalText(content, "reason")
	if err != nil {
		return err
	}
	message, ended, err := p.server.config.Broker.Fail(r.Context(), p.messageID, cmp.Or(reason, defaultReason))
	if message != nil {
		p.message = message
	}
	if ended {
		p.server.logFailure(p.message, p.ids()...)
	}
	return err
}

// Failed logs that a live message has failed whose producers were silent for too
// long. Any goroutine may call it at any time.
func (s *Server) Failed(message *broker.Message) { s.logFailure(message) }

func (s *Server) logCompletion(message *broker.Message, more ...zap.Field) {
	sums, total := &s.config.Metrics.Sums.Completed, message.Text.Count(actors.Character)
	addEnd(sums, message)
	sums.Totals.Add(int64(total))
	logs.MessageCompleted.Log(s.config.Logger, endFields(message, append(more, logs.Total(total))...)...)
}

func (s *Server) logFailure(message *broker.Message, more ...zap.Field) {
	addEnd(&s.config.Metrics.Sums.Failed, message)
	logs.MessageFailed.Log(s.config.Logger, endFields(message, append(more, logs.FailureReason(message.Reason))...)...)
}

// addEnd adds what the log tells of a live message that has ended.
func addEnd(sums *metrics.Ended, message *broker.Message) {
	sums.Bytes.Add(int64(message.Text.Len()))
	sums.Chunks.Add(int64(message.Text.Count(actors.Appended)))
}

// endFields returns what is logged of a live message that has ended, and more.
func endFields(message *broker.Message, more ...zap.Field) []zap.Field {
	return append([]zap.Field{
		logs.MessageID(message.ID), logs.Bytes(message.Text.Len()), logs.Chunks(message.Text.Count(actors.Appended)),
		logs.DurationMS(message.EndedAt.Sub(message.SubmittedAt)),
	}, more...)
}
