package broker

import (
	"net/netip"
	"time"
)

// messages are the stored messages. It has no goroutine, no channel and no
// clock: its methods are told the time. It does not know the streams but for how
// many hold a message.
type messages struct {
	limits limits
	byID   map[MessageID]*entry
	bytes  int64 // of text, all messages together

	clients *clients // who has submitted them

	// Each entry is in one of the three, by last use, the oldest in front.
	idle list[entry] // messages that nothing holds: these may be evicted for room
	held list[entry]
	open list[entry] // live messages, which are not evicted until they have ended
}

// limits bound the state. Those of one client may be 0, which is none; all others
// are positive.
type limits struct {
	ttl      time.Duration
	messages int
	bytes    int64 // of text, all messages together
	streams  int

	producerTimeout time.Duration // of silence, after which a live message fails

	// copies says that the messages are copies of what a Store has. Then only those
	// leave by themselves, after their time, that nothing holds; what becomes of the
	// others, tails find out.
	copies bool

	clientBytes   int64
	clientOpen    int // live messages; 0 if clientBytes is
	clientStreams int
}

// entry is one stored message.
type entry struct {
	message *Message
	lastUse time.Time    // of an open message, only its producers use it
	share   *share       // of who submitted it
	holds   int          // of running streams
	tail    *tail        // follows the store; nil without one, or if nothing needs it
	asked   time.Time    // when the store was last asked about a copy without a tail
	place   place[entry] // in the list that messages.listOf says; in none once it is removed
}

// add stores message, which client has submitted, and returns what had to leave for
// it. It fails with ErrStoreFull or ErrClientBytes, and then nothing has left.
func (m *messages) add(now time.Time, client netip.Prefix, message *Message) (evicted []*Message, err error) {
	leaving, err := m.mayAdd(client, message.size(), message.State)
	if err != nil {
		return nil, err
	}
	share, _ := m.clients.store(client, message.size()) // it may
	if message.State == StateOpen {
		share.opened(1)
	}
	evicted = m.evict(leaving)
	m.keep(now, message, share)
	return evicted, nil
}

// mayAdd counts how many must leave for a message of so many bytes that client
// submits. It fails with ErrStoreFull or ErrClientBytes.
func (m *messages) mayAdd(client netip.Prefix, size int, state State) (leaving int, err error) {
	leaving, ok := m.room(1, int64(size))
	switch {
	case !ok:
		return 0, ErrStoreFull
	case state == StateOpen && !m.clients.mayOpen(client), !m.clients.mayStore(client, size):
		return 0, ErrClientBytes
	default:
		return leaving, nil
	}
}

// addCopy stores a message that a Store has, and that is nobody's here. It fails with
// ErrStoreFull.
func (m *messages) addCopy(now time.Time, message *Message) (*entry, error) {
	leaving, ok := m.room(1, int64(message.size()))
	if !ok {
		return nil, ErrStoreFull
	}
	m.evict(leaving) // which are copies, too
	return m.keep(now, message, nil), nil
}

func (m *messages) keep(now time.Time, message *Message, share *share) *entry {
	e := &entry{message: message, lastUse: now, share: share, asked: now}
	m.listOf(e).pushBack(&e.place, e)
	m.byID[message.ID] = e
	m.bytes += int64(message.size())
	return e
}

// change puts after in the place of e's message, and returns what had to leave for
// what it has grown. It is a use of it. It fails with ErrStoreFull or
// ErrClientBytes, and then nothing has left; but the end of a message is not
// refused: where there is no room for its reason, all leave that can.
func (m *messages) change(now time.Time, e *entry, after *Message) (evicted []*Message, err error) {
	leaving, err := m.roomFor(e, after.size()-e.message.size())
	if err != nil && after.State == StateOpen {
		return nil, err
	}
	evicted = m.evict(leaving)
	m.put(now, e, after)
	return evicted, nil
}

// arrive is change of what has changed in the Store already, and so is not refused:
// where there is no room, all copies leave that can.
func (m *messages) arrive(now time.Time, e *entry, after *Message) {
	leaving, _ := m.roomFor(e, after.size()-e.message.size())
	m.evict(leaving)
	m.put(now, e, after)
}

// roomFor counts as room does how many must leave for so many more bytes of e's
// message. It fails with ErrStoreFull or ErrClientBytes; to get no longer is always
// allowed.
func (m *messages) roomFor(e *entry, growth int) (leaving int, err error) {
	leaving, ok := m.room(0, int64(growth))
	switch {
	case growth <= 0:
		return leaving, nil
	case !ok:
		return leaving, ErrStoreFull
	case !m.clients.mayGrow(e.share, growth):
		return leaving, ErrClientBytes
	default:
		return leaving, nil
	}
}

// put is change without room being made.
func (m *messages) put(now time.Time, e *entry, after *Message) {
	growth := after.size() - e.message.size()
	m.bytes += int64(growth)
	m.clients.grow(e.share, growth)
	if e.message.State == StateOpen && after.State != StateOpen {
		e.share.opened(-1)
	}
	e.message = after
	m.move(now, e)
}

// evict removes so many idle messages, oldest first.
func (m *messages) evict(leaving int) (evicted []*Message) {
	for range leaving {
		evicted = append(evicted, m.remove(m.idle.first.value))
	}
	return evicted
}

// room counts the idle messages, oldest first, that must leave so that so many more
// messages and bytes fit. Where all of them are not enough, it counts all and says false.
func (m *messages) room(more int, size int64) (leaving int, ok bool) {
	count, bytes := len(m.byID)+more, m.bytes+size
	place := m.idle.first
	for count > m.limits.messages || bytes > m.limits.bytes {
		if place == nil {
			return leaving, false
		}
		leaving++
		count--
		bytes -= int64(place.value.message.size())
		place = place.next
	}
	return leaving, true
}

// find returns a stored message, nil if there is none. It is no use of it.
func (m *messages) find(id MessageID) *entry { return m.byID[id] }

// hold keeps e from being evicted for room, until release was called as often.
// Both are uses of it.
func (m *messages) hold(now time.Time, e *entry) {
	e.holds++
	m.use(now, e)
}

// release does nothing where the message is not stored any more.
func (m *messages) release(now time.Time, id MessageID) {
	if e := m.find(id); e != nil {
		e.holds--
		m.use(now, e)
	}
}

// use notes that e is used. As long as a message is open, only its producers decide
// how long it stays.
func (m *messages) use(now time.Time, e *entry) {
	if e.message.State != StateOpen {
		m.move(now, e)
	}
}

// move moves e to where its last use, or a producer's last word, wants it.
func (m *messages) move(now time.Time, e *entry) {
	e.lastUse = now
	e.place.remove()
	m.listOf(e).pushBack(&e.place, e)
}

func (m *messages) listOf(e *entry) *list[entry] {
	switch {
	case e.message.State == StateOpen:
		return &m.open
	case e.holds > 0:
		return &m.held
	default:
		return &m.idle
	}
}

// remove takes e out of the store.
func (m *messages) remove(e *entry) *Message {
	delete(m.byID, e.message.ID)
	m.bytes -= int64(e.message.size())
	if e.message.State == StateOpen {
		e.share.opened(-1)
	}
	m.clients.remove(e.share, e.message.size())
	e.place.remove()
	if e.tail != nil {
		e.tail.cancel(errRemoved)
	}
	return e.message
}

// expire removes every message whose time to live has run out at now.
func (m *messages) expire(now time.Time) (expired []*Message) {
	for e := m.oldest(); e != nil && !now.Before(e.lastUse.Add(m.limits.ttl)); e = m.oldest() {
		expired = append(expired, m.remove(e))
	}
	return expired
}

// silent returns an open message whose producer was silent for too long at now, nil
// where there is none.
func (m *messages) silent(now time.Time) *entry {
	if first := m.open.first; first != nil && !m.limits.copies && !now.Before(first.value.lastUse.Add(m.limits.producerTimeout)) {
		return first.value
	}
	return nil
}

// nextExpiry returns how long after now the next message expires or fails, and
// false where none is stored.
func (m *messages) nextExpiry(now time.Time) (next time.Duration, ok bool) {
	if e := m.oldest(); e != nil {
		next, ok = e.lastUse.Add(m.limits.ttl).Sub(now), true
	}
	if first := m.open.first; first != nil && !m.limits.copies {
		if fails := first.value.lastUse.Add(m.limits.producerTimeout).Sub(now); !ok || fails < next {
			next, ok = fails, true
		}
	}
	return next, ok
}

// oldest returns the least recently used message that can expire, nil where there is
// none: one that is not open.
func (m *messages) oldest() *entry {
	var oldest *entry
	for _, front := range []*place[entry]{m.idle.first, m.held.first} {
		if m.limits.copies && front == m.held.first {
			continue
		}
		if front != nil && (oldest == nil || front.value.lastUse.Before(oldest.lastUse)) {
			oldest = front.value
		}
	}
	return oldest
}
