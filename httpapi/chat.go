package httpapi

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"sseserver/actors"
	"sseserver/broker"
	"sseserver/internal/answer"
	"sseserver/internal/fault"
	"sseserver/internal/logs"
)

// The chat wire: what OpenAI's API for chat completions has of it, so that pages
// and programs that use that can be tried against streams of ours.
// https://platform.openai.com/docs/api-reference/chat

// chatPath is where all of it is.
const chatPath = "/v1/"

// isChat says whether r is of the chat wire, whose errors have a form of their own.
func isChat(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, chatPath) }

// completeChat answers POST /v1/chat/completions: with what the last user message
// says, as an ordinary stream of an ordinary message.
func (s *Server) completeChat(w http.ResponseWriter, r *http.Request) {
	asked, err := s.askChat(r)
	if err != nil {
		s.rejectStream(w, err)
		return
	}
	x := exchangeOf(w)
	chat, message, err := s.readChat(x, r)
	if err != nil {
		s.rejectMessage(w, err)
		return
	}
	asked.request.New = message
	asked.form, asked.void = chat.events, chatEventsVoid
	if !chat.stream {
		asked.form, asked.void = chat.document, chatDocumentVoid
		asked.request.Heartbeat = 0 // which would stand in the middle of a string
	}
	switch err := s.begin(w, r, asked); {
	case err == nil:
	case errors.Is(err, broker.ErrStoreFull), errors.Is(err, broker.ErrClientBytes), errors.Is(err, broker.ErrStoreUnavailable):
		s.rejectMessage(w, err)
	default:
		s.rejectStream(w, err)
	}
}

// askChat returns how the answer is to be streamed. A token is about a word.
func (s *Server) askChat(r *http.Request) (ask, error) {
	values, err := parameters(r)
	if err != nil {
		return ask{}, err
	}
	asked, err := s.ask(r, values, broker.Characters)
	if err == nil && asked.beats { // an event that is no chunk breaks clients of this API
		err = invalidParameter("heartbeat", "heartbeat must be comment here")
	}
	if asked.request.Unit == broker.DefaultUnit {
		asked.request.Unit = actors.Word
	}
	return asked, err
}

// readChat returns a request, and the message that the answer to it will be. That is
// stored with its stream, as nobody else knows it. An error is one for problemOf.
func (s *Server) readChat(x *exchange, r *http.Request) (chat, *broker.Message, error) {
	if err := checkJSON(r); err != nil {
		return chat{}, nil, err
	}
	content, done, err := x.readToParse(r, s.config.MaxMessageBytes)
	if err != nil {
		return chat{}, nil, err
	}
	defer done()
	parsed, err := parseChat(content)
	if err != nil {
		return chat{}, nil, err
	}
	message := s.config.Broker.NewMessage(parsed.text) // which splits it, and takes about as long
	parsed.text = ""                                   // the message has it
	return parsed, message, nil
}

// The forms of an answer, for ask.form.

func (c chat) events(subscription *broker.Subscription, faults fault.Set) form {
	return newChatEvents(c, subscription.Message, time.Now(), faults)
}

func (c chat) document(subscription *broker.Subscription, _ fault.Set) form {
	return newChatDocument(c, subscription.Message, time.Now())
}

// models answers GET /v1/models. There is one, and all names are taken for it.
func (s *Server) models(w http.ResponseWriter, _ *http.Request) {
	type model struct {
		ID      string `json:"id"`
		Object  string `json:"object"`
		Created int64  `json:"created"`
		OwnedBy string `json:"owned_by"`
	}
	answer.JSON(w, http.StatusOK, struct {
		Object string  `json:"object"`
		Data   []model `json:"data"`
	}{"list", []model{{"echo", "model", time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Unix(), "sseserver"}}})
}

// chatError is the body of an error of the chat wire.
// https://platform.openai.com/docs/guides/error-codes
type chatError struct {
	Error struct {
		Message string  `json:"message"`
		Type    string  `json:"type"`
		Param   *string `json:"param"`
		Code    string  `json:"code"`
	} `json:"error"`
}

// inChat returns what p is below /v1.
func (p *problem) inChat() (body chatError) {
	e := &body.Error
	e.Message, e.Code, e.Type = p.Detail, p.Code, "invalid_request_error"
	if p.Status >= http.StatusInternalServerError {
		e.Type = "server_error"
	}
	if p.Code == logs.CodeUnauthorized {
		e.Type, e.Code = "authentication_error", "invalid_api_key"
	}
	if p.param != "" {
		e.Param = &p.param
	}
	return body
}
