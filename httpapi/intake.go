package httpapi

import (
	"container/heap"
	"container/list"
	"net/netip"
	"sync"
)

// bodyOverhead is what a body that is still coming costs before it has sent a
// byte: a goroutine, the buffers of net/http, the request's fields. That bounds
// the number of bodies, as their bytes are bounded.
const bodyOverhead = 16 << 10

// maxBodyBytes is what all bodies in progress may cost together: 64 of the
// default --max-message-bytes, or 4 096 that send nothing. A server that takes
// larger messages has room for four of them.
func maxBodyBytes(maxMessage int64) int64 { return max(64<<20, 4*maxMessage) }

// intake bounds what the bodies in progress cost, of all clients together. Each is
// charged for what has come of it, and not for what it announces.
//
// Where that is too much, the client that has the most in progress loses the body
// that it began first. To refuse the newest would let one client with many slow
// bodies shut out all others; so it only hurts itself. Of its bodies those go first
// that nobody wants, and are only read for the sake of their answers.
//
// Any goroutine may call its methods at any time.
type intake struct {
	room int64

	mu      sync.Mutex
	ended   bool // which lets nothing in any more
	held    int64
	senders map[netip.Prefix]*sender // those that hold something
	waiting senderHeap               // those with a body that can still be refused
}

// sender is what one client has in progress.
type sender struct {
	client netip.Prefix
	held   int64
	bodies list.List // of *body, those that can still be refused, unwanted first, then oldest
	index  int       // in the heap, if it has any of them
}

func newIntake(room int64) *intake {
	return &intake{room: room, senders: make(map[netip.Prefix]*sender)}
}

// enter begins to count b.
func (in *intake) enter(b *body) {
	in.mu.Lock()
	defer in.mu.Unlock()
	client := networkOf(b.exchange.client)
	s := in.senders[client]
	if s == nil {
		s = &sender{client: client}
		in.senders[client] = s
	}
	b.sender = s
	b.refused = make(chan struct{})
	if b.unwanted {
		b.place = s.bodies.PushFront(b)
	} else {
		b.place = s.bodies.PushBack(b)
	}
	if s.bodies.Len() == 1 {
		heap.Push(&in.waiting, s)
	}
	in.add(b, bodyOverhead)
	if in.ended && !b.unwanted {
		in.refuse(b)
	}
	in.makeRoom()
}

// end refuses all bodies that are wanted, and those that will come. What is only
// read for the sake of its answer goes on.
func (in *intake) end() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.ended = true
	var wanted []*body
	for _, s := range in.senders {
		for e := s.bodies.Front(); e != nil; e = e.Next() {
			if b := e.Value.(*body); !b.unwanted {
				wanted = append(wanted, b)
			}
		}
	}
	for _, b := range wanted {
		in.refuse(b)
	}
}

func (in *intake) hasEnded() bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.ended
}

// charge counts more bytes of b, and says whether it may have them.
func (in *intake) charge(b *body, bytes int64) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	if b.place == nil {
		return false
	}
	in.add(b, bytes)
	in.makeRoom()
	return b.place != nil
}

// settle says whether b was not refused, and that it cannot be any more.
func (in *intake) settle(b *body) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.remove(b)
}

// leave ends the count of b.
func (in *intake) leave(b *body) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.remove(b)
	in.add(b, -b.charged)
}

func (in *intake) add(b *body, bytes int64) {
	s := b.sender
	b.charged += bytes
	s.held += bytes
	in.held += bytes
	if s.bodies.Len() > 0 {
		heap.Fix(&in.waiting, s.index)
	}
	if s.held == 0 && in.senders[s.client] == s { // not one that came after it
		delete(in.senders, s.client)
	}
}

func (in *intake) remove(b *body) bool {
	if b.place == nil {
		return false
	}
	s := b.sender
	s.bodies.Remove(b.place)
	b.place = nil
	if s.bodies.Len() == 0 {
		heap.Remove(&in.waiting, s.index)
	}
	return true
}

// makeRoom refuses bodies until the rest is not too much.
func (in *intake) makeRoom() {
	for in.held > in.room && len(in.waiting) > 0 {
		in.refuse(in.waiting[0].bodies.Front().Value.(*body))
	}
}

// refuse takes from b, which can be refused, all that it holds.
func (in *intake) refuse(b *body) {
	in.remove(b)
	in.add(b, -b.charged)
	b.refuse()
}

// senderHeap has the client that holds the most in front (container/heap). With
// thousands of bodies, a search for it would hold everybody up.
type senderHeap []*sender

func (h senderHeap) Len() int           { return len(h) }
func (h senderHeap) Less(i, j int) bool { return h[i].held > h[j].held }

func (h senderHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *senderHeap) Push(x any) {
	s := x.(*sender)
	s.index = len(*h)
	*h = append(*h, s)
}

func (h *senderHeap) Pop() any {
	last := len(*h) - 1
	s := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return s
}
