package admin

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"sseserver/internal/feed"
	"sseserver/internal/logs"
)

// Frames of the feeds. Lines of the log are JSON without raw line ends, as all JSON
// of encoding/json is, so that each is one line of data.

// appendID appends the id of line n of this process.
//
//	id: mh3k2x1c-4711
func (s *Server) appendID(dst []byte, n uint64) []byte {
	dst = append(append(dst, "id: "...), s.process...)
	return append(strconv.AppendUint(append(dst, '-'), n, 10), '\n')
}

// idOf reads such an id. Of another process, or in another form, it is not ours.
func (s *Server) idOf(text string) (n uint64, ours bool) {
	process, number, _ := strings.Cut(text, "-")
	n, err := strconv.ParseUint(number, 10, 64)
	return n, err == nil && process == s.process
}

// lastEventID returns what a client says that it has got last: in the head, or in the
// query, where it cannot set the head.
func lastEventID(r *http.Request) string {
	return cmp.Or(r.Header.Get("Last-Event-ID"), r.URL.Query().Get("lastEventId"))
}

// appendEvent appends an event with value in JSON as its data, which always
// encodes.
func appendEvent(dst []byte, event string, value any) []byte {
	body, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	if event != "" {
		dst = append(append(append(dst, "event: "...), event...), '\n')
	}
	return appendData(dst, body)
}

// appendFrame appends the event of a line of the log.
//
//	id: mh3k2x1c-4711
//	data: {"seq":4711,"time":"…","level":"info",…}
func (s *Server) appendFrame(dst []byte, entry logs.Entry) []byte {
	return appendData(s.appendID(dst, entry.Seq), entry.Text)
}

func appendData(dst, body []byte) []byte {
	return append(append(append(dst, "data: "...), body...), "\n\n"...)
}

// appendFirst appends what is sent at once, so that onopen fires also behind
// proxies that wait for a body.
func appendFirst(dst []byte) []byte {
	return feed.AppendRetry(feed.AppendComment(dst, "connected"), reconnection)
}

// gap tells of lines of the log that a reader does not get: those between two
// numbers, both included, of which so many are of those that it asked for, as far
// as that is known.
type gap struct {
	From  uint64 `json:"from"`
	To    uint64 `json:"to"`
	Count uint64 `json:"count"`
}

func (s *Server) appendGap(dst []byte, g gap) []byte {
	return appendEvent(s.appendID(dst, g.To), "gap", g)
}
