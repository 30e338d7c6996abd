package admin

import (
	"context"
	"net/http"
	"runtime"
	"slices"
	"time"

	"sseserver/internal/feed"
	"sseserver/internal/logs"
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
	l := follower{server: s, filter: f}
	s.feed(w, r, feed.Config{Beat: l.mark, Last: l.rest}, func(to *feed.Feed) {
		l.to = to
		defer l.leave()
		if to.Send(appendFirst(nil)) == nil && l.catchUp(r.Context(), lastEventID(r), backfill) == nil {
			l.follow(r.Context())
		}
	})
}

// follower is one who follows the log. One goroutine uses it: that of its request.
type follower struct {
	server *Server
	filter filter
	reader *reader[filter] // nil until it is its turn to catch up
	to     *feed.Feed
	at     uint64 // the last line that it was told of, or that it did not want to see
}

// restarted is what a follower is told whose last line is of another process.
type restarted struct{}

// live is what a follower is told once it has got all that there was.
type live struct {
	Seq uint64 `json:"seq"`
}

// catchUp sends what there was when it was the follower's turn: what has come since the
// last line that the client has, or some lines back.
func (l *follower) catchUp(ctx context.Context, lastEventID string, backfill int) error {
	var frames []byte
	begin := func() (after, to uint64) {
		l.reader, to = l.server.tail.join(l.filter)
		frames = l.begin(ctx, make([]byte, 0, writeStep+writeStep/4), lastEventID, to, backfill)
		return l.at, to
	}
	err := l.server.scan(ctx, l.filter, begin, func(some found) error {
		frames = l.server.appendMissing(frames, some)
		for _, entry := range some.entries {
			frames = l.server.appendFrame(frames, entry)
			if len(frames) >= writeStep {
				if err := l.to.Send(frames); err != nil {
					return err
				}
				frames = frames[:0]
			}
		}
		l.at = some.last
		return nil
	})
	if err != nil {
		return err
	}
	return l.to.Send(appendEvent(l.server.appendID(frames, l.at), "live", live{l.at}))
}

// begin sets the line after which the follower is sent those up to another, and appends
// what it is told before them.
func (l *follower) begin(ctx context.Context, dst []byte, lastEventID string, to uint64, backfill int) []byte {
	last, ours := l.server.idOf(lastEventID)
	if ours && last <= to {
		l.at = last
		return dst
	}
	if lastEventID != "" {
		dst = appendEvent(dst, "restarted", restarted{})
	}
	l.at = l.server.back(ctx, l.filter, to, backfill)
	if lastEventID != "" && l.at > 0 { // of this process it has not seen a line
		dst = l.server.appendGap(dst, gap{1, l.at, l.at})
	}
	return dst
}

func (l *follower) leave() {
	if l.reader != nil {
		l.server.tail.leave(l.filter, l.reader)
	}
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
		frames = l.server.appendMissing(frames, some)
		for _, entry := range some.entries {
			frames = l.server.appendFrame(frames, entry)
		}
		l.at = some.last
	}
	return frames
}

// found is what a scan finds at a time.
type found struct {
	missing gap // before the lines; its count is 0 if there is none
	entries []logs.Entry
	last    uint64 // the last line that was looked at
}

// size returns how many bytes the lines have.
func (f found) size() (bytes int) {
	for i := range f.entries {
		bytes += len(f.entries[i].Text)
	}
	return bytes
}

// appendMissing tells what is missing before the lines that were found.
func (s *Server) appendMissing(dst []byte, some found) []byte {
	if some.missing.Count == 0 {
		return dst
	}
	return s.appendGap(dst, some.missing)
}

// What is read of the lines that are no longer new.
const (
	lookStep = 64 // lines at a time, before streams that are due go first
	// scanStep is how many bytes of them one who asks gets before it is another's turn:
	// more than a follower usually asks for, which so waits once.
	scanStep = 128 << 10
	// writeStep is how many bytes are written at a time, and so held for one who does
	// not read.
	writeStep = 16 << 10
	// scanRate is how many bytes of them are sent in a second to all who ask together,
	// and scanBurst how many at once.
	scanRate  = 8 << 20
	scanBurst = 1 << 20
)

// scan calls each with the lines that f takes, some at a time: those after one number
// and up to another, which begin says when it is the caller's turn. Its error is that of
// each, or that ctx has ended.
func (s *Server) scan(ctx context.Context, f filter, begin func() (after, to uint64), each func(found) error) error {
	var after, to uint64
	for begun := false; !begun || after < to; {
		if err := enter(ctx, s.scans); err != nil {
			return err
		}
		if !begun {
			after, to = begin()
			begun = true
		}
		some, err := s.gather(ctx, f, after, to)
		<-s.scans
		if err == nil {
			err = each(some)
		}
		if err != nil {
			return err
		}
		after = some.last
	}
	return nil
}

// gather is one step of scan, after which the lines may be sent.
func (s *Server) gather(ctx context.Context, f filter, after, to uint64) (all found, err error) {
	size := 0
	for all.last = after; all.last < to && size < scanStep; {
		done, err := s.turn(ctx)
		if err != nil {
			return found{}, err
		}
		some := s.look(f, all.last, to)
		done()
		if some.missing.Count > 0 {
			if all.last > after {
				break // the next step begins with what is missing
			}
			all.missing = some.missing
		}
		all.entries = append(all.entries, some.entries...)
		all.last = some.last
		size += some.size()
	}
	return all, s.scanned.WaitN(ctx, min(size, scanBurst))
}

// look is one step of gather.
func (s *Server) look(f filter, after, to uint64) (some found) {
	entries, missing := s.tail.recent.After(after, lookStep)
	if missing > 0 {
		gone := min(entries[0].Seq-1, to)
		some.missing = gap{after + 1, gone, gone - after}
	}
	some.last = to
	some.entries = entries[:0] // those that f takes
	var l line
	for _, entry := range entries {
		if entry.Seq > to {
			some.last = to
			return some
		}
		l = line{Entry: entry}
		if some.last = entry.Seq; f.takes(&l) {
			some.entries = append(some.entries, entry)
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
		from := before - min(before, lookStep)
		done, err := s.turn(ctx)
		if err != nil {
			return to
		}
		entries, _ := s.tail.recent.After(from, int(before-from))
		var l line
		for _, entry := range slices.Backward(entries) {
			l = line{Entry: entry}
			if entry.Seq > before || !f.takes(&l) {
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
	if err := enter(ctx, s.turns); err != nil {
		return nil, err
	}
	runtime.Gosched() // streams that are due go first
	return func() { <-s.turns }, nil
}

// enter waits for a place in room, which to receive from it frees again.
func enter(ctx context.Context, room chan<- struct{}) error {
	select {
	case room <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
