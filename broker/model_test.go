package broker

import (
	"cmp"
	"net/netip"
	"slices"
	"time"
)

// model is what the state promises, said in the plainest way: two slices that
// are searched from one end to the other.
type model struct {
	limits   limits
	stored   []*modelMessage // by last use, the oldest first
	running  []*modelStream  // by their beginning
	draining bool
}

type modelMessage struct {
	*Message // as it is now
	client   netip.Prefix
	lastUse  time.Time
	heard    time.Time // when its producer last said something
}

type modelStream struct {
	message *modelMessage
	client  netip.Prefix
	kind    Kind
	cause   error // with which it should have been canceled
	told    int   // how often it should have been told of a change

	actual      *stream // the state's, what it was canceled with, and how often told
	actualCause error
	actualTold  int
}

// cancel keeps the first cause, like a context.
func (s *modelStream) cancel(cause error) { s.actualCause = cmp.Or(s.actualCause, cause) }

func (s *modelStream) tell() { s.actualTold++ }

func (m *model) find(id MessageID) *modelMessage {
	for _, message := range m.stored {
		if message.ID == id {
			return message
		}
	}
	return nil
}

func (m *model) use(now time.Time, message *modelMessage) {
	if m.find(message.ID) == nil {
		return
	}
	message.lastUse = now
	m.stored = append(m.without(message), message)
}

func (m *model) without(leaving *modelMessage) []*modelMessage {
	return slices.DeleteFunc(slices.Clone(m.stored), func(message *modelMessage) bool { return message == leaving })
}

func (m *model) streamsOf(message *modelMessage) int {
	n := 0
	for _, stream := range m.running {
		if stream.message == message {
			n++
		}
	}
	return n
}

func (m *model) bytes() (n int64) {
	for _, message := range m.stored {
		n += int64(message.size())
	}
	return n
}

// bytesOf and streamsBy are what a client has.
func (m *model) bytesOf(client netip.Prefix) (n int64) {
	for _, message := range m.stored {
		if message.client == client {
			n += int64(message.size())
		}
	}
	return n
}

func (m *model) openOf(stored []*modelMessage, client netip.Prefix) (n int) {
	for _, message := range stored {
		if message.client == client && message.State == StateOpen {
			n++
		}
	}
	return n
}

func (m *model) streamsBy(client netip.Prefix) (n int) {
	for _, stream := range m.running {
		if stream.client == client {
			n++
		}
	}
	return n
}

// cancel ends the streams of a message with cause.
func (m *model) cancel(message *modelMessage, cause error) (n int) {
	for _, stream := range m.running {
		if stream.message == message {
			n++
			if stream.cause == nil {
				stream.cause = cause
			}
		}
	}
	return n
}

func (m *model) remove(now time.Time, message *modelMessage, reason RemovalReason, cause error) Removal {
	m.stored = m.without(message)
	return Removal{message.ID, reason, now.Sub(message.SubmittedAt), m.cancel(message, cause)}
}

// submit stores a message that has come, or nothing has happened.
func (m *model) submit(now time.Time, client netip.Prefix, message *Message) (removals []Removal, err error) {
	if m.draining {
		return nil, ErrShuttingDown
	}
	before := m.stored
	removals, err = m.makeRoom(now, client, 1, message.size(), false)
	if limit := m.limits.clientOpen; err == nil && limit > 0 && message.State == StateOpen && m.openOf(before, client) >= limit {
		m.stored = before
		return nil, ErrClientBytes
	}
	if err == nil {
		m.stored = append(slices.Clone(m.stored), &modelMessage{message, client, now, now})
	}
	return removals, err
}

// makeRoom evicts one idle message after the other until so many more messages and
// bytes fit. Where they never do, or their client has too much, none of that has
// happened, unless it must.
func (m *model) makeRoom(now time.Time, client netip.Prefix, more, size int, must bool) (removals []Removal, err error) {
	before, has := m.stored, m.bytesOf(client)
	for len(m.stored)+more > m.limits.messages || m.bytes()+int64(size) > m.limits.bytes {
		idle := slices.IndexFunc(m.stored, func(message *modelMessage) bool {
			return message.State != StateOpen && m.streamsOf(message) == 0
		})
		if idle < 0 && must {
			return removals, nil
		}
		if idle < 0 {
			m.stored = before
			return nil, ErrStoreFull
		}
		removals = append(removals, m.remove(now, m.stored[idle], RemovedByCapacity, ErrEvicted))
	}
	if limit := m.limits.clientBytes; limit > 0 && has+int64(size) > limit && !must {
		m.stored = before
		return nil, ErrClientBytes
	}
	return removals, nil
}

// change puts after in the place of before.
func (m *model) change(now time.Time, before, after *Message) ([]Removal, error) {
	message := m.find(before.ID)
	switch {
	case message == nil:
		return nil, ErrNotFound
	case message.Message != before:
		return nil, ErrMessageClosed
	}
	growth := after.size() - before.size()
	removals, err := m.makeRoom(now, message.client, 0, growth, growth <= 0 || after.State != StateOpen)
	if err != nil {
		return nil, err
	}
	m.become(now, message, after)
	message.heard = now
	return removals, nil
}

// become tells the streams of a message what that is now.
func (m *model) become(now time.Time, message *modelMessage, after *Message) {
	message.Message = after
	m.use(now, message)
	for _, stream := range m.running {
		if stream.message == message {
			stream.told++
		}
	}
}

// silent are the open messages whose producers were silent for too long, the most
// silent first.
func (m *model) silent(now time.Time) (silent []*modelMessage) {
	for _, message := range m.stored {
		if message.State == StateOpen && now.Sub(message.heard) >= m.limits.producerTimeout {
			silent = append(silent, message)
		}
	}
	slices.SortFunc(silent, func(a, b *modelMessage) int { return a.heard.Compare(b.heard) })
	return silent
}

func (m *model) lookup(now time.Time, id MessageID) (Status, error) {
	message := m.find(id)
	if message == nil {
		return Status{}, ErrNotFound
	}
	m.use(now, message)
	status := Status{Message: message.Message, ActiveStreams: m.streamsOf(message)}
	if message.State != StateOpen {
		status.ExpiresAt = now.Add(m.limits.ttl)
	}
	return status, nil
}

func (m *model) subscribe(now time.Time, client netip.Prefix, id MessageID, kind Kind) (*modelStream, error) {
	message := m.find(id)
	switch {
	case m.draining:
		return nil, ErrShuttingDown
	case message == nil:
		return nil, ErrNotFound
	case len(m.running) >= m.limits.streams:
		return nil, ErrTooManyStreams
	case m.limits.clientStreams > 0 && m.streamsBy(client) >= m.limits.clientStreams:
		return nil, ErrClientStreams
	}
	stream := &modelStream{message: message, client: client, kind: kind}
	m.running = append(m.running, stream)
	m.use(now, message)
	return stream, nil
}

func (m *model) ended(now time.Time, i int) {
	message := m.running[i].message
	m.running = slices.Delete(m.running, i, i+1)
	m.use(now, message)
}

func (m *model) delete(now time.Time, id MessageID) (Removal, bool) {
	message := m.find(id)
	if message == nil {
		return Removal{}, false
	}
	return m.remove(now, message, RemovedByRequest, ErrDeleted), true
}

// expire begins with what was used longest ago, and of what was used at once, by
// failing together, with what no stream holds.
func (m *model) expire(now time.Time) (removals []Removal) {
	var expired []*modelMessage
	for _, message := range m.stored {
		if message.State != StateOpen && now.Sub(message.lastUse) >= m.limits.ttl {
			expired = append(expired, message)
		}
	}
	slices.SortStableFunc(expired, func(a, b *modelMessage) int {
		return cmp.Or(a.lastUse.Compare(b.lastUse), min(m.streamsOf(a), 1)-min(m.streamsOf(b), 1))
	})
	for _, message := range expired {
		removals = append(removals, m.remove(now, message, RemovedByTTL, ErrEvicted))
	}
	return removals
}

func (m *model) endAll(cause error) (n int) {
	for _, message := range m.stored {
		n += m.cancel(message, cause)
	}
	return n
}

func (m *model) stats() Stats {
	streams := map[Kind]int{Characters: 0, Progress: 0}
	for _, stream := range m.running {
		streams[stream.kind]++
	}
	open := 0
	for _, message := range m.stored {
		if message.State == StateOpen {
			open++
		}
	}
	return Stats{Messages: len(m.stored), Open: open, Bytes: m.bytes(), Streams: streams}
}

// nextExpiry is when the next message expires or fails.
func (m *model) nextExpiry(now time.Time) (next time.Duration, ok bool) {
	for _, message := range m.stored {
		ends := message.lastUse.Add(m.limits.ttl)
		if message.State == StateOpen {
			ends = message.heard.Add(m.limits.producerTimeout)
		}
		if !ok || ends.Sub(now) < next {
			next, ok = ends.Sub(now), true
		}
	}
	return next, ok
}
