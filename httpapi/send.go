package httpapi

import (
	"mime"
	"net/http"
	"strings"

	"sseserver/actors"
	"sseserver/broker"
	"sseserver/internal/answer"
	"sseserver/internal/logs"
)

// send answers POST /send: it stores a message and tells its id.
func (s *Server) send(w http.ResponseWriter, r *http.Request) {
	message, err := s.store(exchangeOf(w), r)
	if err != nil {
		s.rejectMessage(w, err)
		return
	}
	s.noteSubmitted(message, exchangeOf(w))
	answer.JSON(w, http.StatusOK, struct {
		Status    string `json:"status"`
		MessageID string `json:"messageId"`
	}{"ok", message.Name})
}

// noteSubmitted logs and counts that x has submitted a whole message.
func (s *Server) noteSubmitted(message *broker.Message, x *exchange) {
	total := message.Text.Count(actors.Character)
	x.noteMessage(message)
	s.config.Metrics.Sums.MessageTotals.Add(int64(total))
	logs.MessageSubmitted.Log(s.config.Logger, x.ids(logs.MessageID(message.ID), logs.Bytes(message.Text.Len()), logs.Total(total))...)
}

// noteMessage counts that x has submitted or opened a message.
func (x *exchange) noteMessage(message *broker.Message) {
	x.message = message.ID
	x.server.config.Metrics.MessageSubmitted()
	x.server.config.Metrics.Sums.MessageBytes.Add(int64(message.Text.Len()))
}

func (s *Server) rejectMessage(w http.ResponseWriter, err error) {
	x := exchangeOf(w)
	p := problemOf(err)
	s.config.Metrics.MessageRejected(p.Code)
	x.logRejection(p.Code, logs.MessageRejected, x.ids(logs.Reason(p.Code), logs.Error(p.logged()))...)
	p.write(w)
}

// store stores the message in the body of r. Its error is one for problemOf.
func (s *Server) store(x *exchange, r *http.Request) (*broker.Message, error) {
	if err := checkJSON(r); err != nil {
		return nil, err
	}
	content, done, err := x.readToParse(r, s.config.MaxMessageBytes)
	if err != nil {
		return nil, err
	}
	defer done() // storing it splits it, which takes about as long
	text, err := parseMessage(content)
	if err != nil {
		return nil, err
	}
	return s.config.Broker.Submit(r.Context(), networkOf(x.client), text)
}

// checkJSON returns a *problem for a body that is not declared to be JSON. Nothing
// has no type.
func checkJSON(r *http.Request) error {
	if err := checkCoding(r.Header); err != nil {
		return err
	}
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if (err != nil || media != "application/json") && r.ContentLength != 0 {
		return unsupportedMediaType("the Content-Type must be application/json")
	}
	return nil
}

// checkCoding returns a *problem for a body in a content coding, which is not
// decoded: its size would not bound that of what is in it.
func checkCoding(header http.Header) error {
	for _, coding := range strings.Split(strings.Join(header.Values("Content-Encoding"), ","), ",") {
		if coding = strings.TrimSpace(coding); coding != "" && !strings.EqualFold(coding, "identity") {
			p := unsupportedMediaType("a body with a Content-Encoding is not taken")
			p.acceptEncoding = "identity"
			return p
		}
	}
	return nil
}
