package admin

import (
	"context"
	"runtime"
	"time"

	"sseserver/internal/logs"
)

// tail puts up the new lines of the log for those who follow it. Lines are read,
// framed, and compared with what each wants to see, once for all who want the
// same. Without a follower it does nothing.
type tail struct {
	server *Server
	recent *logs.Recent
	boards *boards[filter]
	at     uint64 // the last line that was put up; guarded by the mutex of boards
}

// Bounds on what following costs.
const (
	// tailPause is between two times that lines are put up.
	tailPause = 250 * time.Millisecond
	// tailBytes is how much all followers together are sent in that time. What does
	// not fit is told as a gap.
	tailBytes = 2 << 20
	// tailLooks is at how many lines filters look in that time, some 20 ms.
	tailLooks = 100_000
	// tailStep is how many lines are looked at before streams that are due go first.
	tailStep = 64
	// leastRoom is how much each is sent at least, or one line: what net/http writes
	// with one system call.
	leastRoom = 3 << 10
)

// run puts up lines until ctx ends.
func (t *tail) run(ctx context.Context) {
	for t.boards.await(ctx) {
		select {
		case <-t.recent.Changed(t.position()):
		case <-t.boards.emptied:
			continue
		case <-ctx.Done():
			return
		}
		began := time.Now()
		t.putUp()
		if !t.boards.tell(ctx) || !sleep(ctx, max(time.Millisecond, tailPause-time.Since(began))) {
			return
		}
	}
}

func (t *tail) position() uint64 {
	t.boards.mu.Lock()
	defer t.boards.mu.Unlock()
	return t.at
}

// join makes a follower of the lines after the number at.
func (t *tail) join(f filter) (r *reader[filter], at uint64) {
	r = t.boards.join(f.key(), f, func(only bool) {
		if only {
			_, t.at = t.recent.Bounds()
		}
		at = t.at
	})
	return r, at
}

// settled returns the last line that was looked at, and whether a follower has been
// told of all up to there.
func (t *tail) settled(r *reader[filter]) (at uint64, ok bool) {
	t.boards.mu.Lock()
	defer t.boards.mu.Unlock()
	return t.at, r.next == r.board.first+len(r.board.pieces)
}

func (t *tail) leave(f filter, r *reader[filter]) { t.boards.leave(f.key(), r) }

// putUp puts up the lines that there are by now. It holds the lock all the while,
// for which only those wait who follow the log.
func (t *tail) putUp() {
	t.boards.mu.Lock()
	defer t.boards.mu.Unlock()
	if t.boards.count == 0 {
		return
	}
	_, newest := t.recent.Bounds()
	sheets := t.sheets()
	looks := tailLooks / len(sheets)
	for from := t.at; t.at < newest && t.at-from < uint64(looks); {
		entries, missing := t.recent.After(t.at, tailStep)
		if len(entries) == 0 {
			break
		}
		for _, sheet := range sheets {
			sheet.miss(missing, entries[0].Seq-1)
		}
		for _, entry := range entries {
			l := line{Entry: entry}
			for _, sheet := range sheets {
				sheet.add(&l)
			}
		}
		t.at = entries[len(entries)-1].Seq
		runtime.Gosched()
	}
	for _, sheet := range sheets {
		if newest > t.at {
			sheet.leaveOut(newest-t.at, newest)
		}
		sheet.finish(max(t.at, newest))
	}
	t.at = max(t.at, newest)
}

// sheets returns an empty one for each board. It is called with the lock held.
func (t *tail) sheets() []*sheet {
	all := make([]*sheet, 0, len(t.boards.byKey))
	room := max(leastRoom, tailBytes/t.boards.count)
	for _, up := range t.boards.byKey {
		all = append(all, &sheet{server: t.server, board: up, room: room, piece: piece{from: t.at + 1}})
	}
	return all
}

// sheet is a piece that is being made.
type sheet struct {
	server *Server
	board  *board[filter]
	room   int // bytes of lines
	piece  piece
	lines  int // those that are in it, and those that are left out
	isFull bool
	left   gap // that is not told yet; its count is 0 if there is none
}

// add takes a line, or leaves it out because there is no room for it any more.
func (s *sheet) add(l *line) {
	if !s.board.query.takes(l) {
		return
	}
	frame := s.server.framed(l)
	if s.lines > 0 && len(s.piece.frames)+len(frame) > s.room {
		s.isFull = true
	}
	if s.isFull {
		s.leaveOut(1, l.Seq)
		return
	}
	s.piece.frames = append(s.piece.frames, frame...)
	s.lines++
}

// leaveOut notes that so many lines up to the number to are not in the piece.
func (s *sheet) leaveOut(count, to uint64) {
	if count == 0 {
		return
	}
	if s.left.Count == 0 {
		s.left.From = to - count + 1
	}
	s.left.To = to
	s.left.Count += count
	s.lines += int(count)
}

// miss notes lines that nobody has any more.
func (s *sheet) miss(count, to uint64) {
	if count == 0 {
		return
	}
	s.leaveOut(count, to)
	s.tellGap()
}

func (s *sheet) tellGap() {
	if s.left.Count > 0 {
		s.piece.frames = s.server.appendGap(s.piece.frames, s.left)
		s.left = gap{}
	}
}

// finish puts the piece up, if there is anything in it.
func (s *sheet) finish(to uint64) {
	s.tellGap()
	if len(s.piece.frames) > 0 {
		s.piece.to = to
		s.board.put(s.piece, s.lines)
	}
}

// framed returns the frame of a line.
func (s *Server) framed(l *line) []byte {
	if l.frame == nil {
		l.frame = s.appendFrame(nil, l.Entry)
	}
	return l.frame
}
