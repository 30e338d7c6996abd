package track

import (
	"net/http"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"sseserver/internal/eventstream"
	"sseserver/internal/load/measure"
)

// isToken tells whether an event with such data counts as one. Streams of a
// language model have others among their tokens: the first says who speaks, the
// last why it stopped and how much it used.
func (p *Plan) isToken(data []byte) bool {
	return p.Token.IsZero() || filled(p.Token.In(data))
}

// filled tells whether there is a value, and more than an empty one.
func filled(v gjson.Result) bool {
	switch v.Type {
	case gjson.String:
		return v.Str != ""
	case gjson.Number, gjson.True:
		return true
	case gjson.JSON:
		any := false
		v.ForEach(func(_, _ gjson.Result) bool { any = true; return false })
		return any
	}
	return false // null, false, or not there
}

// isError tells whether data without a token says instead that something went
// wrong, as servers of language models do in a response whose status has been
// sent: {"error":{"message":"…"}}.
func isError(data []byte) bool {
	e := errorPath.In(data)
	return e.Exists() && e.Type != gjson.Null && gjson.ValidBytes(data) && gjson.ParseBytes(data).IsObject()
}

var errorPath = Path{text: wholeData + ".error", find: "error"}

// without judges an event that brings no token.
func (s *Stream) without(l *Ledger, e eventstream.Event, at time.Duration) {
	l.Tally.Counts.OtherEvents++
	if !isError(e.Data) {
		return
	}
	s.set(faulty)
	if s.unjudged {
		return
	}
	l.Tally.Fail(at, measure.ErrorEvent)
	if l.Tally.Refusal == nil { // else that one is the first
		text := strings.ToValidUTF8(string(e.Data[:min(len(e.Data), maxErrorData)]), "") // a character may be cut
		l.Tally.Refused(&measure.FirstRefusal{
			At: at, Refusal: measure.Refusal{Reason: measure.ErrorEvent, Status: http.StatusOK, Body: text},
		})
	}
}

// maxErrorData is how much of such data is kept, in bytes.
const maxErrorData = 1 << 10
