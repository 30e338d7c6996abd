package admin

import (
	"context"
	"errors"
	"io"
	"net/http"
	"runtime"

	"sseserver/internal/answer"
	"sseserver/internal/logs"
	"sseserver/internal/logs/reading"
	"sseserver/internal/logs/story"
)

// tellStory answers GET /log/story/{id}: what the lines that there are tell of a
// message, a stream, a request or a trace.
func (s *Server) tellStory(w http.ResponseWriter, r *http.Request) {
	done, err := s.turn(r.Context())
	if err != nil { // nobody is there any more
		return
	}
	defer done()
	oldest, newest := s.tail.recent.Bounds()
	told := story.Explain(r.PathValue("id"), func(yield func(*reading.Line) bool) {
		readLines(r.Context(), &recentText{recent: s.tail.recent, at: max(oldest, 1) - 1, to: newest}, yield)
	})
	answer.JSON(w, http.StatusOK, told)
}

// errEnough ends a reading.
var errEnough = errors.New("admin: nobody wants more lines")

// readLines calls yield with each line until it says false. The lines are ours, and
// those who watch are told what is missing of them, so how it ended says nothing.
func readLines(ctx context.Context, text *recentText, yield func(*reading.Line) bool) {
	_, _ = reading.Read(ctx, reading.Stream("the running server", text), func(line *reading.Line) error {
		if !yield(line) {
			return errEnough
		}
		return nil
	})
}

// recentText is the lines of the log up to a number, as a reader.
type recentText struct {
	recent *logs.Recent
	at, to uint64
	rest   []byte
}

func (t *recentText) Read(p []byte) (int, error) {
	if len(t.rest) == 0 {
		runtime.Gosched() // streams that are due go first
		t.rest = t.rest[:0]
		entries, _ := t.recent.After(t.at, lookStep)
		for _, entry := range entries {
			if entry.Seq > t.to {
				break
			}
			t.rest = append(append(t.rest, entry.Text...), '\n')
			t.at = entry.Seq
		}
	}
	if len(t.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p, t.rest)
	t.rest = t.rest[n:]
	return n, nil
}
