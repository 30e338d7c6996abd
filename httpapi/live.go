package httpapi

import (
	"net/http"

	"sseserver/broker"
	"sseserver/internal/answer"
	"sseserver/internal/logs"
)

// openMessage answers POST /messages: it opens a live message and tells its id.
func (s *Server) openMessage(w http.ResponseWriter, r *http.Request) {
	x := exchangeOf(w)
	message, err := s.openLive(x, r)
	if err != nil {
		s.rejectMessage(w, err)
		return
	}
	x.noteMessage(message)
	if message.Text.Len() > 0 {
		s.config.Metrics.ChunkAppended()
	}
	logs.MessageSubmitted.Log(s.config.Logger, x.ids(logs.MessageID(message.ID), logs.Bytes(message.Text.Len()),
		logs.State(string(message.State)))...)
	w.Header().Set("Location", "/messages/"+message.Name)
	answer.JSON(w, http.StatusCreated, stateOf(message))
}

// openLive opens the message that the body of r tells of, which is empty without
// one. Its error is one for problemOf.
func (s *Server) openLive(x *exchange, r *http.Request) (*broker.Message, error) {
	if err := checkJSON(r); err != nil {
		return nil, err
	}
	content, done, err := x.readToParse(r, s.config.MaxMessageBytes)
	if err != nil {
		return nil, err
	}
	defer done() // opening it splits its text, which takes about as long
	text, err := optionalText(content, "message")
	if err != nil {
		return nil, err
	}
	return s.config.Broker.Open(r.Context(), networkOf(x.client), text)
}

// liveState is the answer to what changes the state of a live message.
type liveState struct {
	Status    string       `json:"status"`
	MessageID string       `json:"messageId"`
	State     broker.State `json:"state"`
	Reason    string       `json:"reason,omitempty"`
}

func stateOf(message *broker.Message) liveState {
	return liveState{"ok", message.Name, message.State, message.Reason}
}

// messageIDOf returns the id in the path of r. Another spelling than ours names no
// message.
func messageIDOf(r *http.Request) (broker.MessageID, error) {
	id, ok := broker.ParseMessageID(r.PathValue("messageId"))
	if !ok {
		return id, broker.ErrNotFound
	}
	return id, nil
}

// maxNote is how long a body may be that tells a reason, or of progress.
const maxNote = 16 << 10

// readNote returns the body of r, which may be such a one, if there is the message
// that it is about. Its error is one for problemOf.
func (x *exchange) readNote(r *http.Request) (id broker.MessageID, content []byte, err error) {
	if id, err = messageIDOf(r); err != nil {
		return id, nil, err
	}
	if err = checkJSON(r); err != nil {
		return id, nil, err
	}
	if _, err = x.server.config.Broker.Lookup(r.Context(), id); err != nil {
		return id, nil, err
	}
	content, done, err := x.readToParse(r, maxNote)
	if err == nil {
		done() // nothing waits for so short a body
	}
	return id, content, err
}
