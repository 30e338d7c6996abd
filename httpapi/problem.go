package httpapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"sseserver/actors"
	"sseserver/broker"
	"sseserver/internal/answer"
	"sseserver/internal/logs"
)

// problem is an error as a client gets it: application/problem+json, RFC 9457
// §3, with a stable code beside the members that it names.
type problem struct {
	Status int
	Code   string // one of logs
	Title  string
	Detail string
	cause  error  // logged, never shown
	param  string // what is wrong of a request of the chat wire; may be ""

	// Fields of the head, each of which is sent where it is not zero.
	retryAfter     int // seconds
	allow          string
	acceptEncoding string

	parameter answer.Parameter
	members
}

// members of a problem beside those that RFC 9457 names (its §3.2), each of which is
// sent where it is set.
type members struct {
	// What a message is to which its producer could not append.
	Position *int         `json:"position,omitempty"` // chunks that it has
	Bytes    *int         `json:"bytes,omitempty"`
	State    broker.State `json:"state,omitempty"`
	Percent  *int         `json:"percent,omitempty"`
}

func (p *problem) Error() string { return "httpapi: " + p.Code + ": " + p.Detail }
func (p *problem) Unwrap() error { return p.cause }

// Seconds after which a refused client should try again.
const (
	retryWhenFull = 5
	retryWhenDown = 2 // by then another server answers, or this one or its store does again
	retryWhenBusy = 1 // bodies come and go
)

// statusClientGone is a status that is never sent. nginx logs the same one.
const statusClientGone = 499

func invalidJSON(detail string) *problem {
	return &problem{Status: http.StatusBadRequest, Code: logs.CodeInvalidJSON, Title: "Invalid JSON", Detail: detail}
}

func messageRequired(detail string) *problem {
	return &problem{Status: http.StatusBadRequest, Code: logs.CodeMessageRequired, Title: "Message required", Detail: detail}
}

// invalidParameter is of the parameter of that name, "" where it is not one of them.
func invalidParameter(name, format string, args ...any) *problem {
	return &problem{
		Status: http.StatusBadRequest, Code: logs.CodeInvalidParameter,
		Title: "Invalid parameter", Detail: fmt.Sprintf(format, args...),
		parameter: answer.Parameter{Parameter: name},
	}
}

// between adds the bounds of the parameter, of which "" is none.
func (p *problem) between(minimum, maximum string) *problem {
	p.parameter.Minimum, p.parameter.Maximum = minimum, maximum
	return p
}

func messageNotFound() *problem {
	return &problem{
		Status: http.StatusNotFound, Code: logs.CodeMessageNotFound,
		Title: "Message not found", Detail: "no stored message has this id; it may have expired",
	}
}

func tooManyStreams(detail string) *problem {
	return &problem{
		Status: http.StatusServiceUnavailable, Code: logs.CodeTooManyStreams,
		Title: "Too many streams", Detail: detail, retryAfter: retryWhenFull,
	}
}

func storeFull(detail string) *problem {
	return &problem{
		Status: http.StatusServiceUnavailable, Code: logs.CodeStoreFull,
		Title: "Store full", Detail: detail, retryAfter: retryWhenFull,
	}
}

func busy() *problem {
	return &problem{
		Status: http.StatusServiceUnavailable, Code: logs.CodeBusy, Title: "Busy",
		Detail: "there are too many bodies on their way to the server", retryAfter: retryWhenBusy,
	}
}

func unsupportedMediaType(detail string) *problem {
	return &problem{
		Status: http.StatusUnsupportedMediaType, Code: logs.CodeUnsupportedMediaType,
		Title: "Unsupported media type", Detail: detail,
	}
}

func messageTooLarge(limit int64) *problem {
	return tooLarge(fmt.Sprintf("the body may have at most %d bytes", limit))
}

func tooLarge(detail string) *problem {
	return &problem{
		Status: http.StatusRequestEntityTooLarge, Code: logs.CodeMessageTooLarge,
		Title: "Message too large", Detail: detail,
	}
}

func invalidText(detail string) *problem {
	return &problem{Status: http.StatusBadRequest, Code: logs.CodeInvalidText, Title: "Invalid text", Detail: detail}
}

func conflict(code, title, detail string) *problem {
	return &problem{Status: http.StatusConflict, Code: code, Title: title, Detail: detail}
}

// problemOf is the one place that turns errors into HTTP. What it does not know
// is shown as internal and only logged in full.
func problemOf(err error) *problem {
	var p *problem
	switch {
	case errors.As(err, &p):
		return p
	case errors.Is(err, broker.ErrNotFound):
		return messageNotFound()
	case errors.Is(err, broker.ErrTooManyStreams):
		return tooManyStreams("the server runs as many streams as it may")
	case errors.Is(err, broker.ErrClientStreams):
		return tooManyStreams("this client address has as many streams as it may (--max-streams-per-client)")
	case errors.Is(err, broker.ErrStoreFull):
		return storeFull("the store is full, and messages that are open or being streamed cannot make room")
	case errors.Is(err, broker.ErrClientBytes):
		return storeFull("messages from this client address have as many bytes as they may, or as many are open (--max-bytes-per-client)")
	case errors.Is(err, broker.ErrPositionMismatch):
		return conflict(logs.CodePositionMismatch, "Position mismatch", "the message has more or fewer chunks than the request says")
	case errors.Is(err, broker.ErrMessageClosed):
		return conflict(logs.CodeMessageClosed, "Message closed", "the message is complete, or has failed, and does not change any more")
	case errors.Is(err, broker.ErrPercentTooLow):
		return conflict(logs.CodePercentTooLow, "Percent too low", "the job of this message was further before, and progress does not go back")
	case errors.Is(err, broker.ErrMessageTooLarge):
		return tooLarge("the text of the message would have more bytes than it may (--max-message-bytes)")
	case errors.Is(err, broker.ErrStoreUnavailable):
		return &problem{
			Status: http.StatusServiceUnavailable, Code: logs.CodeStoreUnavailable, Title: "Store unavailable",
			Detail: "the store that the messages are kept in does not answer", cause: err, retryAfter: retryWhenDown,
		}
	case errors.Is(err, broker.ErrShuttingDown), errors.Is(err, broker.ErrClosed):
		return &problem{
			Status: http.StatusServiceUnavailable, Code: logs.CodeShuttingDown, Title: "Shutting down",
			Detail: "the server is shutting down and takes no new work", retryAfter: retryWhenDown,
		}
	case errors.Is(err, context.Canceled):
		// For the log and the metrics; nobody is there to read it.
		return &problem{
			Status: statusClientGone, Code: logs.CodeClientGone, Title: "Client gone",
			Detail: "the client left before it got an answer",
		}
	default:
		return &problem{
			Status: http.StatusInternalServerError, Code: logs.CodeInternalError, Title: "Internal error",
			Detail: "the server failed to answer this request", cause: err,
		}
	}
}

// about adds to p what helps the producer of message to go on, if there is one.
func (p *problem) about(message *broker.Message) *problem {
	if message == nil {
		return p
	}
	switch p.Code {
	case logs.CodePercentTooLow:
		p.Percent = new(message.Percent)
	case logs.CodeMessageClosed:
		p.State = message.State
		fallthrough
	case logs.CodePositionMismatch, logs.CodeInvalidText, logs.CodeMessageTooLarge, logs.CodeRequestTimeout,
		logs.CodeStoreFull, logs.CodeStoreUnavailable, logs.CodeBusy, logs.CodeShuttingDown, logs.CodeClientGone:
		p.Position, p.Bytes = new(message.Text.Count(actors.Appended)), new(message.Text.Len())
	}
	return p
}

// write sends the problem as the whole answer.
func (p *problem) write(w http.ResponseWriter) {
	shared := answer.NewProblem(p.Status, p.Code, p.Title, p.Detail)
	shared.Parameter = p.parameter
	var body any = struct {
		*answer.Problem
		members
	}{shared, p.members}
	contentType := answer.ProblemType
	if x, ok := w.(*exchange); ok && isChat(x.request) {
		body, contentType = p.inChat(), "application/json"
	}
	p.writeAs(w, contentType, body)
}

func (p *problem) writeAs(w http.ResponseWriter, contentType string, value any) {
	header := w.Header()
	if p.retryAfter > 0 {
		header.Set("Retry-After", strconv.Itoa(p.retryAfter))
	}
	if p.allow != "" {
		header.Set("Allow", p.allow)
	}
	if p.acceptEncoding != "" { // what is taken instead, RFC 9110 §12.5.3
		header.Set("Accept-Encoding", p.acceptEncoding)
	}
	answer.Send(w, p.Status, contentType, value)
}

// logged returns what is to be logged of p beside its code: the hidden cause if it has
// one, else what the client is told.
func (p *problem) logged() error {
	if p.cause != nil {
		return p.cause
	}
	return errors.New(p.Detail)
}
