package httpapi

import (
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

	mu       sync.Mutex
	held     int64
	byClient map[netip.Prefix]int64 // of held
	waiting  list.List              // of *body, those that can still be refused, unwanted first, then oldest
}

// enter begins to count b.
func (in *intake) enter(b *body) {
	in.mu.Lock()
	defer in.mu.Unlock()
	b.refused = make(chan struct{})
	if b.unwanted {
		b.place = in.waiting.PushFront(b)
	} else {
		b.place = in.waiting.PushBack(b)
	}
	in.add(b, bodyOverhead)
	in.makeRoom()
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
	client := networkOf(b.exchange.client)
	b.charged += bytes
	in.held += bytes
	if in.byClient[client] += bytes; in.byClient[client] == 0 {
		delete(in.byClient, client)
	}
}

func (in *intake) remove(b *body) bool {
	if b.place == nil {
		return false
	}
	in.waiting.Remove(b.place)
	b.place = nil
	return true
}

// makeRoom refuses bodies until the rest is not too much.
func (in *intake) makeRoom() {
	for in.held > in.room && in.waiting.Len() > 0 {
		b := in.heaviest()
		in.remove(b)
		in.add(b, -b.charged)
		b.refuse()
	}
}

// heaviest returns the first body of the client that has the most.
func (in *intake) heaviest() (heaviest *body) {
	for element := in.waiting.Front(); element != nil; element = element.Next() {
		b := element.Value.(*body)
		if heaviest == nil || in.of(b) > in.of(heaviest) {
			heaviest = b
		}
	}
	return heaviest
}

// of returns what the client of b has in progress.
func (in *intake) of(b *body) int64 { return in.byClient[networkOf(b.exchange.client)] }
