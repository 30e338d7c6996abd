package feed

import (
	"net/http"
	"strconv"
	"time"
)

// Each of the functions below appends to dst and returns the longer slice. The
// format is that of WHATWG HTML, "Parsing an event stream"
// (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream).

// AppendRetry appends a block that sets the client's reconnection time, which
// the wire counts in whole milliseconds.
func AppendRetry(dst []byte, retry time.Duration) []byte {
	dst = append(dst, "retry: "...)
	dst = strconv.AppendInt(dst, retry.Milliseconds(), 10)
	return append(dst, "\n\n"...)
}

// AppendComment appends a line that no client sees as an event.
func AppendComment(dst []byte, text string) []byte {
	dst = append(dst, ": "...)
	dst = append(dst, text...)
	return append(dst, '\n')
}

// AppendHeartbeat appends a heartbeat that no client sees as an event.
func AppendHeartbeat(dst []byte) []byte {
	return append(AppendComment(dst, "heartbeat"), '\n')
}

// SetHeader sets the head of an event stream, or of what is streamed in its place,
// but for Connection and the framing of the body.
func SetHeader(header http.Header, mediaType string) {
	header.Set("Content-Type", mediaType)
	header.Set("Cache-Control", "no-cache, no-transform")
	header.Set("X-Accel-Buffering", "no")
}

// MediaType is that of an event stream.
const MediaType = "text/event-stream"
