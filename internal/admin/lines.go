package admin

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"sseserver/internal/answer"
	"sseserver/internal/feed"

	"go.uber.org/zap/zapcore"
)

// Lines of context on either side of one.
const (
	usualContext = 20
	maxContext   = 500
)

// recentLines answers GET /log/lines: what there is of the log, one line in JSON
// after the other; or, with "around", one of them and those that stand about it.
func (s *Server) recentLines(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	f, wrong := filterOf(query)
	var around, context int
	if wrong == nil {
		around, wrong = intOf(query, "around", 0, 1, 1<<53)
	}
	if wrong == nil {
		context, wrong = intOf(query, "lines", usualContext, 0, maxContext)
	}
	if wrong != nil {
		wrong.Write(w)
		return
	}
	oldest, to := s.tail.recent.Bounds()
	after := max(oldest, 1) - 1
	if around > 0 {
		if uint64(around) < oldest || uint64(around) > to {
			notFound(fmt.Sprintf("the server keeps the lines from %d to %d", oldest, to)).Write(w)
			return
		}
		f = filter{level: zapcore.DebugLevel}
		after = max(after, uint64(max(around-1-context, 0)))
		to = min(to, uint64(around+context))
	}
	s.sendLines(w, r, f, after, to)
}

// sendLines sends lines as a file.
func (s *Server) sendLines(w http.ResponseWriter, r *http.Request, f filter, after, to uint64) {
	feed.SetHeader(w.Header(), "application/x-ndjson")
	keepNowhere(w.Header())
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="sseserver-%s.jsonl"`, time.Now().UTC().Format("20060102-150405")))
	control := http.NewResponseController(w)
	begin := func() (uint64, uint64) { return after, to }
	text := make([]byte, 0, writeStep+writeStep/4)
	write := func() error {
		_ = control.SetWriteDeadline(time.Now().Add(s.config.WriteTimeout))
		_, err := w.Write(text)
		text = text[:0]
		return err
	}
	err := s.scan(r.Context(), f, begin, func(some found) error {
		for _, entry := range some.entries {
			text = append(append(text, entry.Text...), '\n')
			if len(text) >= writeStep {
				if err := write(); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err == nil {
		_ = write()
	}
}

// intOf reads a whole number of a query, which may be missing.
func intOf(query url.Values, name string, usual, least, most int) (int, *answer.Problem) {
	if !query.Has(name) {
		return usual, nil
	}
	n, err := strconv.Atoi(query.Get(name))
	if err != nil || n < least || n > most {
		return 0, answer.InvalidParameter(name, "%s must be a whole number from %d to %d", name, least, most).Between(least, most)
	}
	return n, nil
}
