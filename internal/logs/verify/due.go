package verify

import (
	"time"

	"sseserver/internal/logs/reading"
)

// due is something that another line asks for, which may come a little later.
type due struct {
	by      time.Time
	at      place       // of the line that asks for it
	came    func() bool // nil for a request
	request *request
	text    string // what is wrong if it does not come; of a request, its id
}

// await makes it a problem of this line if came does not become true for a while.
func (r *run) await(l *reading.Line, came func() bool, text string) {
	if !came() {
		r.due.push(due{by: r.now.Add(patience), at: place{l.Source, l.Number}, came: came, text: text})
	}
}

// expire reports what has not come by now.
func (r *run) expire(now time.Time) {
	for d := r.due.first(); d != nil && d.by.Before(now); d = r.due.first() {
		r.settle(d)
		r.due.pop()
	}
}

// queue is a first-in, first-out list in a ring.
type queue[T any] struct {
	ring  []T // its length is a power of two, or 0
	head  int // of the first
	count int
}

func (q *queue[T]) push(one T) {
	if q.count == len(q.ring) {
		grown := make([]T, max(64, 2*q.count))
		n := copy(grown, q.ring[q.head:])
		copy(grown[n:], q.ring[:q.head])
		q.ring, q.head = grown, 0
	}
	q.ring[(q.head+q.count)&(len(q.ring)-1)] = one
	q.count++
}

// first is the oldest, nil if there is none; it is valid until the next push.
func (q *queue[T]) first() *T {
	if q.count == 0 {
		return nil
	}
	return &q.ring[q.head]
}

func (q *queue[T]) pop() {
	var none T
	q.ring[q.head] = none
	q.head = (q.head + 1) & (len(q.ring) - 1)
	q.count--
}

// settle reports a due that has not come, if no missing line can have told it.
func (r *run) settle(d *due) {
	text := d.text
	if q := d.request; q != nil {
		if q.came {
			return
		}
		r.take(text, q)
		if !q.must {
			return
		}
		text = "there is no http.request of its request " + text
	} else if d.came() {
		return
	}
	switch {
	case !r.whole() || !r.sees(0):
		r.unsure++
	default:
		r.say(d.at, nil, "%s", text)
	}
}

// recent remembers messages for a while after they were removed: lines of streams
// that raced with the removal may follow.
type recent struct {
	messages map[id]*message
	order    queue[gone]
}

type gone struct {
	id id
	by time.Time
}

func (g *recent) add(of id, m *message, now time.Time) {
	if g.messages == nil {
		g.messages = make(map[id]*message)
	}
	for old := g.order.first(); old != nil && old.by.Before(now); old = g.order.first() {
		delete(g.messages, old.id)
		g.order.pop()
	}
	g.order.push(gone{of, now.Add(patience)})
	g.messages[of] = m
}

// maxLost is how many streams are remembered that ended unfinished. The server that
// names one as the one before forgets the same number of them, and more were there
// between those that it did not.
const maxLost = 20_000

// recentIDs remembers the last streams that ended unfinished.
type recentIDs struct {
	all  map[id]id // to their messages
	ring []id
	next int
	full bool
}

func (s *recentIDs) add(stream, message id) {
	if s.all == nil {
		s.all, s.ring = make(map[id]id), make([]id, maxLost)
	}
	if s.full {
		delete(s.all, s.ring[s.next])
	}
	s.ring[s.next] = stream
	s.all[stream] = message
	if s.next++; s.next == maxLost {
		s.next, s.full = 0, true
	}
}
