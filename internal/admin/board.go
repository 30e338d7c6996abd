package admin

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// board is what all are told who ask the same: each piece is made once, and
// written by as many as read it.
//
// A piece that somebody has not taken when boardRoom others have followed is gone
// for them. So whoever reads slowly holds up nobody, and costs no memory.
type board[Q any] struct {
	query   Q
	first   int     // number of pieces[0]
	pieces  []piece // the last ones, oldest first
	told    int     // lines of the log, in all pieces and left out of them
	readers []*reader[Q]
}

// piece is some frames. They are never written again.
type piece struct {
	frames []byte
	// Of lines of the log: the numbers between which these were looked at, and how
	// many there were before them on the board.
	from, to uint64
	before   int
}

// boardRoom is how many pieces are kept: two seconds of the log.
const boardRoom = 8

// reader is one who reads a board. It hears by turn that there is something to take.
type reader[Q any] struct {
	board *board[Q]
	turn  chan struct{} // room for one

	// Guarded by the mutex of boards.
	next int // number of the next piece
	told int // lines of the log up to there
}

// boards are those that somebody reads, by the text of their query. Any goroutine
// may call its methods.
type boards[Q any] struct {
	// Room for one each: there is a reader where there was none, or none any more.
	arrived, emptied chan struct{}

	mu    sync.Mutex
	byKey map[string]*board[Q]
	count int // readers of them all
}

func newBoards[Q any]() *boards[Q] {
	return &boards[Q]{arrived: make(chan struct{}, 1), emptied: make(chan struct{}, 1), byKey: make(map[string]*board[Q])}
}

// join makes a reader of what is put up from now on. begin, which may be nil, is
// called when nothing can be put up, and told whether this is the only reader.
func (b *boards[Q]) join(key string, query Q, begin func(only bool)) *reader[Q] {
	b.mu.Lock()
	defer b.mu.Unlock()
	if begin != nil {
		begin(b.count == 0)
	}
	up := b.byKey[key]
	if up == nil {
		up = &board[Q]{query: query}
		b.byKey[key] = up
	}
	r := &reader[Q]{board: up, turn: make(chan struct{}, 1), next: up.first + len(up.pieces), told: up.told}
	up.readers = append(up.readers, r)
	if b.count++; b.count == 1 {
		signal(b.arrived)
	}
	return r
}

// leave must follow join.
func (b *boards[Q]) leave(key string, r *reader[Q]) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.count--; b.count == 0 {
		signal(b.emptied)
	}
	i := slices.Index(r.board.readers, r)
	r.board.readers = slices.Delete(r.board.readers, i, i+1)
	if len(r.board.readers) == 0 {
		delete(b.byKey, key)
	}
}

// signal never waits: who is told already need not be told again.
func signal(to chan<- struct{}) {
	select {
	case to <- struct{}{}:
	default:
	}
}

// await waits until there is a reader. It says false when ctx has ended.
func (b *boards[Q]) await(ctx context.Context) bool {
	for {
		b.mu.Lock()
		count := b.count
		b.mu.Unlock()
		if count > 0 {
			return ctx.Err() == nil
		}
		select {
		case <-b.arrived:
		case <-ctx.Done():
			return false
		}
	}
}

// all returns the boards that there are.
func (b *boards[Q]) all() []*board[Q] {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Collect(maps.Values(b.byKey))
}

// put is put of a board.
func (b *boards[Q]) put(up *board[Q], p piece, lines int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	up.put(p, lines)
}

// put adds a piece with so many lines of the log, of which some may have been left
// out. It is called with mu held.
func (b *board[Q]) put(p piece, lines int) {
	p.before = b.told
	b.told += lines
	if len(b.pieces) == boardRoom {
		b.pieces = slices.Delete(b.pieces, 0, 1)
		b.first++
	}
	b.pieces = append(b.pieces, p)
}

// take returns the pieces since the last time, and how many lines of the log were
// in those before them that are gone.
func (b *boards[Q]) take(r *reader[Q]) (pieces []piece, missed int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	up := r.board
	r.next = max(r.next, up.first)
	pieces = slices.Clone(up.pieces[r.next-up.first:])
	if len(pieces) > 0 {
		missed = pieces[0].before - r.told
	}
	r.next, r.told = up.first+len(up.pieces), up.told
	return pieces, missed
}

// How those who read are told of what was put up. If a thousand goroutines could
// run at the same moment, each stream that is due would have to wait behind them.
const (
	turnReaders = 10                   // at a time
	turnPause   = 5 * time.Millisecond // before the next ones
)

// tell tells the readers of all boards that something was put up, if any was since
// the last time, some after the others. It says false when ctx has ended.
func (b *boards[Q]) tell(ctx context.Context) bool {
	b.mu.Lock()
	var readers []*reader[Q]
	for _, up := range b.byKey {
		for _, r := range up.readers {
			if r.next < up.first+len(up.pieces) {
				readers = append(readers, r)
			}
		}
	}
	b.mu.Unlock()
	for some := range slices.Chunk(readers, turnReaders) {
		for _, r := range some {
			signal(r.turn)
		}
		if len(some) == turnReaders && !sleep(ctx, turnPause) {
			return false
		}
	}
	return ctx.Err() == nil
}

// sleep says false when ctx has ended.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
