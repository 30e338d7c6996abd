package produce

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"
)

// Refusal is an answer that is not 2xx.
type Refusal struct {
	Status int
	Code   string        // of the problem (RFC 9457), empty if there is none
	Text   string        // of the answer, the beginning
	Wait   time.Duration // asked for by Retry-After, 0 if it is not
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

// understand reads an answer.
func understand(r response) (Progress, error) {
	if r.status < http.StatusOK || r.status >= http.StatusMultipleChoices {
		text := strings.ToValidUTF8(string(r.body[:min(len(r.body), shownText)]), "\uFFFD")
		return Progress{}, &Refusal{Status: r.status, Code: gjson.GetBytes(r.body, "code").Str, Text: text, Wait: r.wait}
	}
	return Progress{Position: number(r.body, "position"), Bytes: number(r.body, "bytes")}, nil
}

// RetryAfter reads the header field of this name (RFC 9110, section 10.2.3) if it
// has seconds. A date, which hardly any server sends, counts as none.
func RetryAfter(value string) time.Duration {
	seconds, err := strconv.ParseUint(strings.TrimSpace(value), 10, 16)
	if err != nil {
		return 0
	}
	return time.Duration(seconds) * time.Second
}

// number is the natural number that a JSON object has under a name, 0 if there
// is none.
func number(body []byte, name string) int64 { return gjson.GetBytes(body, name).Int() }
