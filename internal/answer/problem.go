package answer

import (
	"fmt"
	"net/http"
	"strconv"

	"sseserver/internal/logs"
)

// Problem is an error as a client gets it: application/problem+json, RFC 9457 §3,
// with a stable code beside the members that it names.
//
//	{"type":"urn:sseserver:problem:not_found","title":"Not found","status":404,"detail":"…","code":"not_found"}
type Problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	Code   string `json:"code"`
	Parameter

	RetryAfter int `json:"-"` // seconds, in the head; 0 is none
}

// Parameter is what of a request is wrong, by its name, and its bounds if it has
// some, in the form in which it is written. The zero value is no parameter.
type Parameter struct {
	Parameter string `json:"parameter,omitempty"`
	Minimum   string `json:"minimum,omitempty"`
	Maximum   string `json:"maximum,omitempty"`
}

// ProblemType is the media type of a Problem.
const ProblemType = "application/problem+json"

// NewProblem returns the problem of a code, which is one of logs.
func NewProblem(status int, code, title, detail string) *Problem {
	return &Problem{Type: "urn:sseserver:problem:" + code, Title: title, Status: status, Detail: detail, Code: code}
}

// InvalidParameter is of the parameter of that name.
func InvalidParameter(name, format string, args ...any) *Problem {
	p := NewProblem(http.StatusBadRequest, logs.CodeInvalidParameter, "Invalid parameter", fmt.Sprintf(format, args...))
	p.Parameter.Parameter = name
	return p
}

// Between adds the bounds of the parameter.
func (p *Problem) Between(minimum, maximum int) *Problem {
	p.Minimum, p.Maximum = strconv.Itoa(minimum), strconv.Itoa(maximum)
	return p
}

// Write sends the problem as the whole answer.
func (p *Problem) Write(w http.ResponseWriter) {
	if p.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(p.RetryAfter))
	}
	Send(w, p.Status, ProblemType, p)
}
