package ssetest

import (
	"io"
	"net"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"
)

// pipe is one direction of an in-memory connection: bytes that one end wrote
// and the other has not read yet, in bounded room. Its waits are on a condition,
// on which a synctest bubble can be at rest.
type pipe struct {
	room int // bytes that may wait; immutable

	mu      sync.Mutex
	changed sync.Cond // broadcast after each change of what follows
	waiting []byte
	writes  [][]byte // every call of write, in full
	ended   bool     // by the writer: what waits can still be read
	refused bool     // by the reader: nothing more can be written

	readBy, writeBy deadline
}

func newPipe(room int) *pipe {
	p := &pipe{room: room}
	p.changed.L = &p.mu
	return p
}

func (p *pipe) read(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		switch {
		case p.refused:
			return 0, net.ErrClosed
		case p.readBy.passed():
			return 0, os.ErrDeadlineExceeded
		case len(p.waiting) > 0:
			n := copy(b, p.waiting)
			p.waiting = p.waiting[n:]
			p.changed.Broadcast()
			return n, nil
		case p.ended:
			return 0, io.EOF
		}
		p.changed.Wait()
	}
}

func (p *pipe) write(b []byte) (n int, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.writes = append(p.writes, slices.Clone(b))
	for {
		switch {
		case p.ended:
			return n, net.ErrClosed
		case p.refused:
			return n, syscall.EPIPE
		case p.writeBy.passed():
			return n, os.ErrDeadlineExceeded
		}
		fits := min(p.room-len(p.waiting), len(b)-n)
		p.waiting = append(p.waiting, b[n:n+fits]...)
		n += fits
		p.changed.Broadcast()
		if n == len(b) {
			return n, nil
		}
		p.changed.Wait()
	}
}

// end is the writer's close.
func (p *pipe) end() { p.change(func() { p.ended = true }) }

// refuse is the reader's close. What waits is lost.
func (p *pipe) refuse() { p.change(func() { p.refused, p.waiting = true, nil }) }

func (p *pipe) change(f func()) {
	p.mu.Lock()
	f()
	p.changed.Broadcast()
	p.mu.Unlock()
}

// deadline is a time after which one kind of call fails; zero is never.
type deadline struct {
	at    time.Time
	alarm *time.Timer // wakes who waits
}

func (d *deadline) passed() bool { return !d.at.IsZero() && !time.Now().Before(d.at) }

// set changes d, which is one of p's.
func (p *pipe) set(d *deadline, at time.Time) {
	p.change(func() {
		if d.alarm != nil {
			d.alarm.Stop()
		}
		d.at = at
		if !at.IsZero() {
			d.alarm = time.AfterFunc(time.Until(at), func() { p.change(func() {}) })
		}
	})
}
