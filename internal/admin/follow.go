package admin

import (
	"context"
	"net/http"
	"runtime"
	"slices"
	"time"

	"sseserver/internal/feed"
)

// How many lines a follower gets of those that were there before it came.
const (
	usualBackfill = 200
	maxBackfill   = 5000
)

// followLog answers GET /log/events: the log, from some lines back, and then as it
// is written.
func (s *Server) followLog(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	f, wrong := filterOf(query)
	backfill := 0
	if wrong == nil {
		backfill, wrong = intOf(query, "backfill", usualBackfill, 0, maxBackfill)
	}
	if wrong != nil {
		wrong.Write(w)
		return
	}
	reader, at := s.tail.join(f)
	defer s.tail.leave(f, reader)
	l := follower{server: s, filter: f, reader: reader}
	s.feed(w, r, feed.Config{Beat: l.mark, Last: l.rest}, func(to *feed.Feed) {
		l.to = to
		if l.catchUp(r.Context(), lastEventID(r), at, backfill) == nil {
			l.follow(r.Context())
		}
	})
}

// follower is one who follows the log. One goroutine uses it: that of its request.
type follower struct {
	server *Server
	filter filter
	reader *reader[filter]
	to     *feed.Feed
	at     uint64 // the last line that it was told of, or that it did not want to see
}

// restarted is what a follower is told whose last line is of another process.
type restarted struct{}

// live is what a follower is told once it has got all that there was.
type live struct {
	Seq uint64 `json:"seq"`
}

// catchUp sends what there was up to the line to: what has come since the last one
// that the client has, or some lines back.
func (l *follower) catchUp(ctx context.Context, lastEventID string, to uint64, backfill int) error {
	first := appendFirst(nil)
	last, ours := l.server.idOf(lastEventID)
	switch {
	case ours && last <= to:
		l.at = last
	default:
		if lastEventID != "" {
			first = appendEvent(first, "restarted", restarted{})
		}
		l.at = l.server.back(ctx, l.filter, to, backfill)
		if lastEventID != "" && l.at > 0 { // of this process it has not seen a line
			first = l.server.appendGap(first, gap{1, l.at, l.at})
		}
	}
	if err := l.to.Send(first); err != nil {
		return err
	}
	err := l.server.scan(ctx, l.filter, l.at, to, func(some found) error {
		frames := l.server.frames(some)
		if len(frames) == 0 {
			return nil
		}
		return l.to.Send(frames)
	})
	if err != nil {
		return err
	}
	l.at = to
	return l.to.Send(appendEvent(l.server.appendID(nil, to), "live", live{to}))
}

// follow sends what is put up, until the client leaves or the server shuts down.
func (l *follower) follow(ctx context.Context) {
	for l.to.Wait(ctx, l.reader.turn, nil) {
		if frames := l.take(); len(frames) > 0 && l.to.Send(frames) != nil {
			return
		}
	}
}

// take returns what was put up. Mostly that is one piece, which others read, too.
func (l *follower) take() (frames []byte) {
	pieces, missed := l.server.tail.boards.take(l.reader)
	if missed == 0 && len(pieces) == 1 {
		l.at = pieces[0].to
		return slices.Clip(pieces[0].frames)
	}
	if missed > 0 {
		frames = l.server.appendGap(frames, gap{l.at + 1, pieces[0].from - 1, uint64(missed)})
	}
	for _, p := range pieces {
		frames = append(frames, p.frames...)
		l.at = p.to
	}
	return frames
}

// mark returns the id of the last line that was looked at, so that who comes back need
// not be told of those before it, none of which were of interest.
func (l *follower) mark() []byte {
	at, ok := l.server.tail.settled(l.reader)
	if !ok {
		return nil
	}
	l.at = at
	return append(l.server.appendID(nil, at), '\n')
}

// rest returns the last lines of a server that ends, as far as there is room for them
// in what all together are sent.
func (l *follower) rest() []byte {
	frames := l.take()
	if at, ok := l.server.tail.settled(l.reader); ok {
		l.at = max(l.at, at) // up to there none was of interest
	}
	_, newest := l.server.tail.recent.Bounds()
	for l.at < newest {
		some := l.server.look(l.filter, l.at, newest)
		if !l.server.scanned.AllowN(time.Now(), some.size()) {
			return l.server.appendGap(frames, gap{l.at + 1, newest, newest - l.at})
		}
		frames = append(frames, l.server.frames(some)...)
		l.at = some.last
	}
	return frames
}

// found is what a scan finds at a time.
type found struct {
	missing gap // before the lines; its count is 0 if there is none
	lines   []line
	last    uint64 // the last line that was looked at
}

// size returns how many bytes the lines have.
func (f found) size() (bytes int) {
	for i := range f.lines {
		bytes += len(f.lines[i].Text)
	}
	return bytes
}

// frames returns those of lines that are no longer new.
func (s *Server) frames(some found) (frames []byte) {
	if some.missing.Count > 0 {
		frames = s.appendGap(frames, some.missing)
	}
	for i := range some.lines {
		frames = append(frames, s.framed(&some.lines[i])...)
	}
	return frames
}

// What is read of the lines that are no longer new.
const (
	scanStep = 64 // lines at a time
	// scanRate is how many bytes of them are sent in a second to all who ask together,
	// and scanBurst how many at once.
	scanRate  = 8 << 20
	scanBurst = 1 << 20
)

// scan calls each with the lines that f takes out of those after one number and up
// to another, some at a time. Its error is that of each, or that ctx has ended.
func (s *Server) scan(ctx context.Context, f filter, after, to uint64, each func(found) error) error {
	for after < to {
		done, err := s.turn(ctx)
		if err != nil {
			return err
		}
		some := s.look(f, after, to)
		done()
		if err := s.scanned.WaitN(ctx, min(some.size(), scanBurst)); err != nil {
			return err
		}
		if err := each(some); err != nil {
			return err
		}
		after = some.last
	}
	return nil
}

// look is one step of scan.
func (s *Server) look(f filter, after, to uint64) (some found) {
	entries, missing := s.tail.recent.After(after, scanStep)
	if missing > 0 {
		gone := min(entries[0].Seq-1, to)
		some.missing = gap{after + 1, gone, gone - after}
	}
	some.last = to
	for _, entry := range entries {
		if entry.Seq > to {
			some.last = to
			return some
		}
		l := line{Entry: entry}
		if some.last = entry.Seq; f.takes(&l) {
			some.lines = append(some.lines, l)
		}
	}
	return some
}

// back returns a number after which f takes so many lines of those up to another,
// or all that there are if these are less.
func (s *Server) back(ctx context.Context, f filter, to uint64, lines int) uint64 {
	if lines == 0 {
		return to
	}
	oldest, _ := s.tail.recent.Bounds()
	for before := to; before >= oldest && before > 0; {
		from := before - min(before, scanStep)
		done, err := s.turn(ctx)
		if err != nil {
			return to
		}
		entries, _ := s.tail.recent.After(from, int(before-from))
		for _, entry := range slices.Backward(entries) {
			if entry.Seq > before || !f.takes(&line{Entry: entry}) {
				continue
			}
			if lines--; lines == 0 {
				done()
				return entry.Seq - 1
			}
		}
		done()
		before = from
	}
	return max(oldest, 1) - 1
}

// turn waits until it is the caller's turn to do some work for an operator, which is
// over with done.
func (s *Server) turn(ctx context.Context) (done func(), err error) {
	select {
	case s.turns <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	runtime.Gosched() // streams that are due go first
	return func() { <-s.turns }, nil
}
