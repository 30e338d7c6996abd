package httpapi

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"os"

	"sseserver/internal/logs"
)

// send answers POST /send: it stores a message and tells its id.
func (s *Server) send(w http.ResponseWriter, r *http.Request) {
	text, err := s.readMessage(w, r)
	if err != nil {
		s.rejectMessage(w, err)
		return
	}
	message, err := s.config.Broker.Submit(r.Context(), text)
	if err != nil {
		s.rejectMessage(w, err)
		return
	}
	s.config.Metrics.MessageSubmitted()
	logs.MessageSubmitted.Log(s.config.Logger, logs.MessageID(message.ID), logs.Bytes(len(text)),
		logs.Total(message.Characters.Count()), logs.RequestID(exchangeOf(w).id))
	writeJSON(w, struct {
		Status    string `json:"status"`
		MessageID string `json:"messageId"`
	}{"ok", message.Name})
}

func (s *Server) rejectMessage(w http.ResponseWriter, err error) {
	p := problemOf(err)
	s.config.Metrics.MessageRejected(p.Code)
	logs.MessageRejected.Log(s.config.Logger, logs.Reason(p.Code), logs.RequestID(exchangeOf(w).id), logs.Error(p.logged()))
	p.write(w)
}

// readMessage returns the message in the body of r, or a *problem.
func (s *Server) readMessage(w http.ResponseWriter, r *http.Request) (string, error) {
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		return "", &problem{
			Status: http.StatusUnsupportedMediaType, Code: logs.CodeUnsupportedMediaType,
			Title: "Unsupported media type", Detail: "the Content-Type must be application/json",
		}
	}
	if r.ContentLength > s.config.MaxMessageBytes {
		return "", messageTooLarge(s.config.MaxMessageBytes)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.config.MaxMessageBytes))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return "", messageTooLarge(s.config.MaxMessageBytes)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return "", &problem{
			Status: http.StatusRequestTimeout, Code: logs.CodeRequestTimeout, Title: "Request timeout",
			Detail: "the body did not arrive within " + readTimeout.String(),
		}
	case err != nil:
		return "", invalidJSON("the body ended early")
	}
	return parseMessage(body)
}
