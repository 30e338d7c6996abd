package follow

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"sseserver/internal/eventsource"

	"github.com/tidwall/gjson"
)

// RefusedError says that a server answers, but not with its log.
type RefusedError struct {
	Status int    // of the answer; 200 if it is something else than a log
	Detail string // for a person; can have control characters, as any server may answer
}

func (e *RefusedError) Error() string { return e.Detail }

// Refused returns the error for an answer with another status than 200. The problem that
// the body describes (RFC 9457) says why, if there is one.
func Refused(status int, body string) *RefusedError {
	detail := gjson.Get(body, "detail").String()
	switch {
	case status == http.StatusUnauthorized:
		detail = "it needs its token: --admin-token, or SSESERVER_ADMIN_TOKEN"
	case status == http.StatusNotFound:
		detail = noLog
	case detail == "":
		detail = fmt.Sprintf("it answers %d %s", status, http.StatusText(status))
	}
	return &RefusedError{status, detail}
}

const noLog = "it has no log to show: is it another program, or an older version?"

// refusalOf returns why a connection cannot be made, in words.
func refusalOf(err error) error {
	ended, ok := errors.AsType[*eventsource.Error](err)
	switch {
	case !ok || ended.Reason == eventsource.ReasonStopped:
		return err
	case ended.Reason == eventsource.ReasonBadContentType:
		return &RefusedError{http.StatusOK, noLog}
	case ended.Reason == eventsource.ReasonBadStatus:
		return Refused(ended.Status, ended.Body)
	default:
		return fmt.Errorf("no server answers: %s", causeOf(ended))
	}
}

// causeOf returns what went wrong, without the part of the program that noticed it.
func causeOf(err *eventsource.Error) string {
	if err.Err == nil {
		return strings.ReplaceAll(err.Reason.String(), "_", " ")
	}
	return err.Err.Error()
}
