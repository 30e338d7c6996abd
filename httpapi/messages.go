package httpapi

import (
	"encoding/json"
	"net/http"
	"time"

	"sseserver/actors"
	"sseserver/broker"
	"sseserver/internal/logs"

	"go.uber.org/zap"
)

// message answers GET /messages/{messageId}.
func (s *Server) message(w http.ResponseWriter, r *http.Request) {
	id, ok := broker.ParseMessageID(r.PathValue("messageId"))
	if !ok {
		exchangeOf(w).reject(broker.ErrNotFound)
		return
	}
	status, err := s.config.Broker.Lookup(r.Context(), id)
	if err != nil {
		exchangeOf(w).reject(err)
		return
	}
	writeJSON(w, struct {
		MessageID     string    `json:"messageId"`
		Total         int       `json:"total"`
		Bytes         int       `json:"bytes"`
		SubmittedAt   time.Time `json:"submittedAt"`
		ExpiresAt     time.Time `json:"expiresAt"`
		ActiveStreams int       `json:"activeStreams"`
	}{
		MessageID:     status.Message.Name,
		Total:         status.Message.Text.Count(actors.Character),
		Bytes:         status.Message.Text.Len(),
		SubmittedAt:   status.Message.SubmittedAt.UTC(),
		ExpiresAt:     status.ExpiresAt.UTC(),
		ActiveStreams: status.ActiveStreams,
	})
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
			s.logRemoval(logs.MessageDeleted, removal, logs.RequestID(x.id))
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

func (s *Server) logRemoval(event *logs.Event, removal broker.Removal, more zap.Field) {
	event.Log(s.config.Logger, logs.MessageID(removal.MessageID), logs.AgeMS(removal.Age),
		logs.ActiveStreams(removal.ActiveStreams), more)
}

// writeJSON answers 200 with value, which always encodes.
func writeJSON(w http.ResponseWriter, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(body) // a client that left misses nothing
}
