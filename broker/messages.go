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

	// Each entry is in one of the two, by last use, the oldest in front.
	idle list[entry] // messages that nothing holds: these may be evicted for room
	held list[entry]
}

// limits bound the state. Those of one client may be 0, which is none; all others
// are positive.
type limits struct {
	ttl      time.Duration
	messages int
	bytes    int64 // of text, all messages together
	streams  int

	clientBytes   int64
	clientStreams int
}

// entry is one stored message.
type entry struct {
	message *Message
	lastUse time.Time
	share   *share       // of who submitted it
	holds   int          // of running streams
	place   place[entry] // in messages.held if it is held, else in messages.idle; in none once it is removed
}

// add stores message, which client has submitted, and returns what had to leave for
// it. It fails with ErrStoreFull or ErrClientBytes, and then nothing has left.
func (m *messages) add(now time.Time, client netip.Prefix, message *Message) (evicted []*Message, err error) {
	leaving, ok := m.room(int64(message.Text.Len()))
	if !ok {
		return nil, ErrStoreFull
	}
	share, ok := m.clients.store(client, message.Text.Len())
	if !ok {
		return nil, ErrClientBytes
	}
	for range leaving {
		evicted = append(evicted, m.remove(m.idle.first.value))
	}
	e := &entry{message: message, lastUse: now, share: share}
	m.idle.pushBack(&e.place, e)
	m.byID[message.ID] = e
	m.bytes += int64(message.Text.Len())
	return evicted, nil
}

// room counts the idle messages, oldest first, that must leave so that one more
// of the given size fits. It says false where even all of them are not enough.
func (m *messages) room(size int64) (leaving int, ok bool) {
	count, bytes := len(m.byID)+1, m.bytes+size
	place := m.idle.first
	for count > m.limits.messages || bytes > m.limits.bytes {
		if place == nil {
			return 0, false
		}
		leaving++
		count--
		bytes -= int64(place.value.message.Text.Len())
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

// use moves e to where its last use wants it.
func (m *messages) use(now time.Time, e *entry) {
	e.lastUse = now
	e.place.remove()
	if e.holds == 0 {
		m.idle.pushBack(&e.place, e)
	} else {
		m.held.pushBack(&e.place, e)
	}
}

// remove takes e out of the store.
func (m *messages) remove(e *entry) *Message {
	delete(m.byID, e.message.ID)
	m.bytes -= int64(e.message.Text.Len())
	m.clients.remove(e.share, e.message.Text.Len())
	e.place.remove()
	return e.message
}

// expire removes every message whose time to live has run out at now.
func (m *messages) expire(now time.Time) (expired []*Message) {
	for e := m.oldest(); e != nil && !now.Before(e.lastUse.Add(m.limits.ttl)); e = m.oldest() {
		expired = append(expired, m.remove(e))
	}
	return expired
}

// nextExpiry returns how long after now the next message expires, and false
// where none is stored.
func (m *messages) nextExpiry(now time.Time) (time.Duration, bool) {
	e := m.oldest()
	if e == nil {
		return 0, false
	}
	return e.lastUse.Add(m.limits.ttl).Sub(now), true
}

// oldest returns the least recently used message, nil where none is stored.
func (m *messages) oldest() *entry {
	var oldest *entry
	for _, front := range []*place[entry]{m.idle.first, m.held.first} {
		if front != nil && (oldest == nil || front.value.lastUse.Before(oldest.lastUse)) {
			oldest = front.value
		}
	}
	return oldest
}
