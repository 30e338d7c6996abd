package httpapi

import (
	"net/http"
	"time"

	"sseserver/actors"
	"sseserver/broker"
	"sseserver/internal/answer"
	"sseserver/internal/logs"

	"go.uber.org/zap"
)

// message answers GET /messages/{messageId}.
func (s *Server) message(w http.ResponseWriter, r *http.Request) {
	id, err := messageIDOf(r)
	if err != nil {
		exchangeOf(w).reject(err)
		return
	}
	status, err := s.config.Broker.Lookup(r.Context(), id)
	if err != nil {
		exchangeOf(w).reject(err)
		return
	}
	answer.JSON(w, http.StatusOK, describe(status))
}

// description is what is told of a message.
type description struct {
	MessageID     string       `json:"messageId"`
	Total         *int         `json:"total"` // characters; null while it is open
	Bytes         int          `json:"bytes"`
	SubmittedAt   time.Time    `json:"submittedAt"`
	ExpiresAt     *time.Time   `json:"expiresAt"` // null while it is open
	ActiveStreams int          `json:"activeStreams"`
	State         broker.State `json:"state"`
	Chunks        int          `json:"chunks"` // as they were appended
}

func describe(status broker.Status) description {
	message := status.Message
	d := description{
		MessageID:     message.Name,
		Bytes:         message.Text.Len(),
		SubmittedAt:   message.SubmittedAt.UTC(),
		ActiveStreams: status.ActiveStreams,
		State:         message.State,
		Chunks:        message.Text.Count(actors.Appended),
	}
	if message.State != broker.StateOpen {
		d.Total, d.ExpiresAt = new(message.Text.Count(actors.Character)), new(status.ExpiresAt.UTC())
	}
	return d
}

// deleteMessage answers DELETE /messages/{messageId}. A message that is not
// there is as deleted as it can be.
func (s *Server) deleteMessage(w http.ResponseWriter, r *http.Request) {
	x := exchangeOf(w)
	id, found := broker.ParseMessageID(r.PathValue("messageId"))
	if found {
		var removal broker.Removal
		var err error
		if removal, found, err = s.config.Broker.Delete(r.Context(), id); err != nil {
			x.reject(err)
			return
		}
		if found {
			s.config.Metrics.MessageDeleted()
			s.logRemoval(logs.MessageDeleted, removal, x.ids()...)
		}
	}
	if !found { // ids can be guessed without end
		x.unlogged = !s.rejections.Allow(networkOf(x.client), logs.CodeMessageNotFound)
	}
	w.WriteHeader(http.StatusNoContent)
}

// Evicted logs and counts that the broker has removed a message by itself. Any
// goroutine may call it at any time.
func (s *Server) Evicted(removal broker.Removal) {
	s.config.Metrics.MessageEvicted(string(removal.Reason))
	s.logRemoval(logs.MessageEvicted, removal, logs.Reason(string(removal.Reason)))
}

func (s *Server) logRemoval(event *logs.Event, removal broker.Removal, more ...zap.Field) {
	event.Log(s.config.Logger, append([]zap.Field{
		logs.MessageID(removal.MessageID), logs.AgeMS(removal.Age), logs.ActiveStreams(removal.ActiveStreams),
	}, more...)...)
}
