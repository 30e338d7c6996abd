package broker

import "time"

// limits bound the state. All are positive.
type limits struct {
	ttl      time.Duration
	messages int
	bytes    int64 // of text, all messages together
	streams  int
}

// state is everything the broker knows. It has no goroutine, no channel and no
// clock: its methods are told the time and answer what should happen next. Only
// the loop, or a test, calls them.
type state struct {
	limits   limits
	messages map[MessageID]*entry
	bytes    int64
	streams  map[Kind]int // running ones
	draining bool

	// Each entry is in one of the two, by last use, the oldest in front.
	idle list[entry] // messages without a stream: these may be evicted for room
	busy list[entry]
}

// entry is one stored message.
type entry struct {
	message *Message
	lastUse time.Time
	place   place[entry] // in state.busy if it has streams, else in state.idle; in none once it is removed
	streams list[stream]
}

// stream is one running stream in the registry.
type stream struct {
	entry    *entry
	place    place[stream] // in entry.streams
	kind     Kind
	streamer canceler
}

// canceler is a streamer, which Cancel ends, or what a test has in its place.
type canceler interface{ Cancel(cause error) }

func newState(limits limits) *state {
	return &state{
		limits:   limits,
		messages: make(map[MessageID]*entry),
		streams:  make(map[Kind]int),
	}
}

// submit stores message and returns what had to leave for it. It fails with
// ErrShuttingDown, or with ErrStoreFull and then nothing has left.
func (s *state) submit(now time.Time, message *Message) ([]Removal, error) {
	if s.draining {
		return nil, ErrShuttingDown
	}
	leaving, ok := s.room(int64(len(message.Text)))
	if !ok {
		return nil, ErrStoreFull
	}
	var removals []Removal
	for range leaving {
		removals = append(removals, s.remove(now, s.idle.first.value, RemovedByCapacity))
	}
	e := &entry{message: message, lastUse: now}
	s.idle.pushBack(&e.place, e)
	s.messages[message.ID] = e
	s.bytes += int64(len(message.Text))
	return removals, nil
}

// room counts the idle messages, oldest first, that must leave so that one more
// of the given size fits. It says false where even all of them are not enough.
func (s *state) room(size int64) (leaving int, ok bool) {
	count, bytes := len(s.messages)+1, s.bytes+size
	place := s.idle.first
	for count > s.limits.messages || bytes > s.limits.bytes {
		if place == nil {
			return 0, false
		}
		leaving++
		count--
		bytes -= int64(len(place.value.message.Text))
		place = place.next
	}
	return leaving, true
}

// lookup is a use of the message.
func (s *state) lookup(now time.Time, id MessageID) (Status, error) {
	e, ok := s.messages[id]
	if !ok {
		return Status{}, ErrNotFound
	}
	s.use(now, e)
	return Status{
		Message:       e.message,
		ExpiresAt:     now.Add(s.limits.ttl),
		ActiveStreams: e.streams.len,
	}, nil
}

// subscribe registers a stream of the message id, which streamer will serve.
// Opening a stream is a use of the message.
func (s *state) subscribe(now time.Time, id MessageID, kind Kind, streamer canceler) (*stream, error) {
	if s.draining {
		return nil, ErrShuttingDown
	}
	e, ok := s.messages[id]
	if !ok {
		return nil, ErrNotFound
	}
	if s.active() >= s.limits.streams {
		return nil, ErrTooManyStreams
	}
	opened := &stream{entry: e, kind: kind, streamer: streamer}
	e.streams.pushBack(&opened.place, opened)
	s.streams[kind]++
	s.use(now, e)
	return opened, nil
}

// ended takes a stream out of the registry. The end of a stream is a use of its
// message, if that is still stored.
func (s *state) ended(now time.Time, ended *stream) {
	s.streams[ended.kind]--
	ended.place.leave()
	if e := ended.entry; e.place.list != nil {
		s.use(now, e)
	}
}

// use moves e to where its last use and its streams want it.
func (s *state) use(now time.Time, e *entry) {
	e.lastUse = now
	e.place.leave()
	if e.streams.len == 0 {
		s.idle.pushBack(&e.place, e)
	} else {
		s.busy.pushBack(&e.place, e)
	}
}

// delete removes a message at a client's request.
func (s *state) delete(now time.Time, id MessageID) (Removal, bool) {
	e, ok := s.messages[id]
	if !ok {
		return Removal{}, false
	}
	return s.remove(now, e, RemovedByRequest), true
}

// expire removes every message whose time to live has run out at now.
func (s *state) expire(now time.Time) []Removal {
	var removals []Removal
	for e := s.oldest(); e != nil && !now.Before(e.lastUse.Add(s.limits.ttl)); e = s.oldest() {
		removals = append(removals, s.remove(now, e, RemovedByTTL))
	}
	return removals
}

// nextExpiry returns how long after now the next message expires, and false
// where none is stored.
func (s *state) nextExpiry(now time.Time) (time.Duration, bool) {
	e := s.oldest()
	if e == nil {
		return 0, false
	}
	return e.lastUse.Add(s.limits.ttl).Sub(now), true
}

// oldest returns the least recently used message, nil where none is stored.
func (s *state) oldest() *entry {
	var oldest *entry
	for _, front := range []*place[entry]{s.idle.first, s.busy.first} {
		if front != nil && (oldest == nil || front.value.lastUse.Before(oldest.lastUse)) {
			oldest = front.value
		}
	}
	return oldest
}

// remove takes a message out of the store and ends its streams. They stay in
// the registry until they have ended.
func (s *state) remove(now time.Time, e *entry, reason RemovalReason) Removal {
	delete(s.messages, e.message.ID)
	s.bytes -= int64(len(e.message.Text))
	e.place.leave()
	cause := ErrEvicted
	if reason == RemovedByRequest {
		cause = ErrDeleted
	}
	for stream := range e.streams.all() {
		stream.streamer.Cancel(cause)
	}
	return Removal{
		MessageID:     e.message.ID,
		Reason:        reason,
		Age:           now.Sub(e.message.SubmittedAt),
		ActiveStreams: e.streams.len,
	}
}

// endAll ends every running stream of a stored message with cause and returns
// how many that were. The others have been ended by the removal of theirs.
func (s *state) endAll(cause error) int {
	n := 0
	for e := range s.busy.all() {
		for stream := range e.streams.all() {
			stream.streamer.Cancel(cause)
			n++
		}
	}
	return n
}

// active returns how many streams run.
func (s *state) active() int {
	n := 0
	for _, kind := range Kinds {
		n += s.streams[kind]
	}
	return n
}

func (s *state) stats() Stats {
	streams := make(map[Kind]int, len(Kinds))
	for _, kind := range Kinds {
		streams[kind] = s.streams[kind]
	}
	return Stats{Messages: len(s.messages), Bytes: s.bytes, Streams: streams}
}
