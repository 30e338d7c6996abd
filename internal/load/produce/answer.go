package produce

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/tidwall/gjson"
)

// Refusal is an answer that is not 2xx.
type Refusal struct {
	Status int
	Code   string // of the problem (RFC 9457), empty if there is none
	Text   string // of the answer, the beginning
}

func (r *Refusal) Error() string {
	return strings.TrimSpace(fmt.Sprintf("%d %s %s", r.Status, http.StatusText(r.Status), r.Text))
}

// Final tells whether the same request would be refused again, however often it
// is made.
func (r *Refusal) Final() bool {
	switch {
	case r.Status == http.StatusRequestTimeout, r.Status == http.StatusTooManyRequests, r.Code == "position_mismatch":
		return false
	}
	return r.Status < http.StatusInternalServerError
}

const shownText = 1 << 10

// understand reads the body of an answer.
func understand(status int, body []byte) (Progress, error) {
	if status < http.StatusOK || status >= http.StatusMultipleChoices {
		text := strings.ToValidUTF8(string(body[:min(len(body), shownText)]), "\uFFFD")
		return Progress{}, &Refusal{Status: status, Code: gjson.GetBytes(body, "code").Str, Text: text}
	}
	return Progress{Position: number(body, "position"), Bytes: number(body, "bytes")}, nil
}

// number is the natural number that a JSON object has under a name, 0 if there
// is none.
func number(body []byte, name string) int64 { return gjson.GetBytes(body, name).Int() }
