package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"strconv"
	"unicode/utf8"

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
		logs.Total(message.Characters), logs.RequestID(exchangeOf(w).id))
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

// parseMessage returns the member "message" of the JSON object that body is, or
// a *problem. It is stricter than encoding/json, which would mend invalid text
// and take "Message" for "message": what is stored is what was sent.
func parseMessage(body []byte) (string, error) {
	if !utf8.Valid(body) {
		return "", invalidJSON("the body is not valid UTF-8")
	}
	if trimmed := bytes.TrimLeft(body, " \t\r\n"); len(trimmed) == 0 || trimmed[0] != '{' {
		return "", invalidJSON("the body is not a JSON object")
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		return "", invalidJSON("the body is not valid JSON: " + err.Error())
	}
	raw, ok := members["message"]
	if !ok {
		return "", messageRequired(`the object has no member "message"`)
	}
	if raw[0] != '"' {
		return "", messageRequired(`"message" is not a string`)
	}
	if hasLoneSurrogate(raw) {
		return "", invalidJSON(`"message" has a lone surrogate, which no UTF-8 text can hold`)
	}
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return "", invalidJSON("the body is not valid JSON: " + err.Error())
	}
	if text == "" {
		return "", messageRequired(`"message" is empty`)
	}
	return text, nil
}

// hasLoneSurrogate says whether the JSON string raw, which is valid, escapes
// half of a UTF-16 surrogate pair without the other (RFC 8259 §8.2).
func hasLoneSurrogate(raw []byte) bool {
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		i++ // the character behind the backslash, which may be one itself
		unit, ok := escapedUnit(raw, i-1)
		if !ok || unit < 0xD800 || unit > 0xDFFF {
			continue
		}
		low, ok := escapedUnit(raw, i+5)
		if unit >= 0xDC00 || !ok || low < 0xDC00 || low > 0xDFFF {
			return true
		}
		i += 4 + 6 // the rest of this escape, and the whole of its pair
	}
	return false
}

// escapedUnit returns the UTF-16 code unit that is escaped as \uXXXX at raw[i:].
func escapedUnit(raw []byte, i int) (unit uint16, ok bool) {
	if i+6 > len(raw) || raw[i] != '\\' || raw[i+1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(raw[i+2:i+6]), 16, 16)
	return uint16(n), err == nil
}
