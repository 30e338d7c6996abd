package measure

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// ErrorEvent is the reason of an event that tells of an error, in a stream where
// tokens should be. It also names such errors in Tally.Errors.
const ErrorEvent = "error_event"

// FirstRefusal is the first one of a run.
type FirstRefusal struct {
	At time.Duration `json:"at"` // since the start of the run
	Refusal
}

// Refusal is a response that was no event stream, or an event instead of a
// token: then Reason is ErrorEvent, and Body its data.
type Refusal struct {
	Reason string `json:"reason"`
	Status int    `json:"status"`
	Body   string `json:"body"` // how it begins
}

// String is what it says, in one line.
func (r *Refusal) String() string {
	text := fmt.Sprintf("status %d", r.Status)
	if r.Status == 200 {
		text = r.Reason
	}
	if body := OneLine(r.Body); body != "" {
		text += ": " + body
	}
	return text
}

// OneLine is a text that came from elsewhere as it can be shown: in a line, and
// without what a terminal would obey.
func OneLine(text string) string {
	var b strings.Builder
	for _, r := range strings.TrimSpace(text) {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
			continue
		}
		b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
	}
	return b.String()
}

// Refused keeps the first refusal.
func (t *Tally) Refused(r *FirstRefusal) {
	if r != nil && (t.Refusal == nil || r.At < t.Refusal.At) {
		t.Refusal = r
	}
}
