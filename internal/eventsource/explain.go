package eventsource

import (
	"compress/gzip"
	"io"
	"time"
)

// Bounds of what is read of a response that is no event stream.
const (
	maxErrorBody  = 1 << 10 // bytes
	errorBodyWait = time.Second
)

// explanation is the beginning of a refusal's body, as far as it comes soon.
func (r *response) explanation(a *attempt) string {
	late := time.AfterFunc(errorBodyWait, a.interrupt)
	defer late.Stop()
	var from io.Reader = r.payload()
	if r.gzipped() {
		decoded, err := gzip.NewReader(from)
		if err != nil {
			return ""
		}
		from = decoded
	}
	b, _ := io.ReadAll(io.LimitReader(from, maxErrorBody)) // a part is better than nothing
	return string(b)
}
