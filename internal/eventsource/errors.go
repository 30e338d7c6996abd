package eventsource

import "fmt"

// Reason says why a connection, or the source, ended.
type Reason uint8

// Reasons. Those marked "final" end the source; the others are followed by
// another attempt unless Config.NoReconnect is set.
const (
	_                    Reason = iota
	ReasonBadRequest            // final: Config.Requests made one that cannot be sent
	ReasonConnectFailed         // no connection was made
	ReasonNoResponse            // the connection ended before a whole response head had come
	ReasonMalformedHTTP         // what came breaks the rules of HTTP
	ReasonBadRedirect           // final: too many redirects, or one to an unusable address
	ReasonBadStatus             // final: a status other than 200 and 204
	ReasonNoContent             // final: 204, the server wants no reconnection
	ReasonBadContentType        // final: not text/event-stream
	ReasonEventTooLong          // final: over Config.MaxEventBytes
	ReasonEnded                 // the server ended the response as HTTP demands, and not in the middle of an event
	ReasonTruncated             // the connection ended inside the response, or the response in the middle of an event
	ReasonReadTimeout           // nothing came for Config.ReadTimeout
	ReasonDropped               // this side asked to reconnect
	ReasonStopped               // final: the handler returned an error
	ReasonCancelled             // final: the context of Run ended
)

var reasonNames = [...]string{
	ReasonBadRequest:     "bad_request",
	ReasonConnectFailed:  "connect_failed",
	ReasonNoResponse:     "no_response",
	ReasonMalformedHTTP:  "malformed_http",
	ReasonBadRedirect:    "bad_redirect",
	ReasonBadStatus:      "bad_status",
	ReasonNoContent:      "no_content",
	ReasonBadContentType: "bad_content_type",
	ReasonEventTooLong:   "event_too_long",
	ReasonEnded:          "ended",
	ReasonTruncated:      "truncated",
	ReasonReadTimeout:    "read_timeout",
	ReasonDropped:        "dropped",
	ReasonStopped:        "stopped",
	ReasonCancelled:      "cancelled",
}

// String is the stable name of the reason, for logs and reports.
func (r Reason) String() string {
	if int(r) < len(reasonNames) && reasonNames[r] != "" {
		return reasonNames[r]
	}
	return fmt.Sprintf("reason(%d)", uint8(r))
}

// final tells whether the processing model knows no further attempt after this
// reason.
func (r Reason) final() bool {
	switch r {
	case ReasonBadRequest, ReasonBadRedirect, ReasonBadStatus, ReasonNoContent, ReasonBadContentType,
		ReasonEventTooLong, ReasonStopped, ReasonCancelled:
		return true
	}
	return false
}

// Error is why a connection ended. Unwrap gives the cause where there is one.
type Error struct {
	Reason Reason
	Status int    // of the response, 0 if none came
	Body   string // how the body of a refusal begins, if Config.ErrorBody is set
	Err    error
}

func (e *Error) Error() string {
	if e.Err == nil {
		return "eventsource: " + e.Reason.String()
	}
	return fmt.Sprintf("eventsource: %s: %v", e.Reason, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

func fail(reason Reason, err error) *Error { return &Error{Reason: reason, Err: err} }
