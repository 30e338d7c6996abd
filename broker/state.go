package broker

import (
	"context"
	"net/netip"
	"time"
)

// state is everything the broker knows: the stored messages, and the running
// streams. Its methods are told the time and answer what should happen next. Only
// the loop, or a test, calls them.
type state struct {
	messages messages
	streams  registry
	draining bool
}

func newState(limits limits) *state {
	clients := &clients{
		streamLimit: limits.clientStreams,
		byteLimit:   limits.clientBytes,
		shares:      make(map[netip.Prefix]*share),
	}
	return &state{
		messages: messages{limits: limits, byID: make(map[MessageID]*entry), clients: clients},
		streams:  newRegistry(limits.streams, clients),
	}
}

// submit stores message, which client sent, and returns what had to leave for it.
// It fails with ErrShuttingDown, or with ErrStoreFull or ErrClientBytes, and then
// nothing has left.
func (s *state) submit(now time.Time, client netip.Prefix, message *Message) ([]Removal, error) {
	if s.draining {
		return nil, ErrShuttingDown
	}
	evicted, err := s.messages.add(now, client, message)
	return s.removals(now, evicted, RemovedByCapacity), err
}

// lookup is a use of the message.
func (s *state) lookup(now time.Time, id MessageID) (Status, error) {
	e := s.messages.find(id)
	if e == nil {
		return Status{}, ErrNotFound
	}
	s.messages.use(now, e)
	return Status{
		Message:       e.message,
		ExpiresAt:     now.Add(s.messages.limits.ttl),
		ActiveStreams: s.streams.ofMessage(id),
	}, nil
}

// subscribe registers a stream of the message id to client, which cancel ends.
// Opening a stream is a use of the message.
func (s *state) subscribe(now time.Time, client netip.Prefix, id MessageID, kind Kind, cancel context.CancelCauseFunc) (*stream, *Message, error) {
	if s.draining {
		return nil, nil, ErrShuttingDown
	}
	e := s.messages.find(id)
	if e == nil {
		return nil, nil, ErrNotFound
	}
	opened, err := s.streams.open(client, id, kind, cancel)
	if err != nil {
		return nil, nil, err
	}
	s.messages.hold(now, e)
	return opened, e.message, nil
}

// ended takes a stream out of the registry. The end of a stream is a use of its
// message, if that is still stored.
func (s *state) ended(now time.Time, ended *stream) {
	s.streams.closed(ended)
	s.messages.release(now, ended.message)
}

// delete removes a message at a client's request.
func (s *state) delete(now time.Time, id MessageID) (Removal, bool) {
	e := s.messages.find(id)
	if e == nil {
		return Removal{}, false
	}
	return s.removal(now, s.messages.remove(e), RemovedByRequest), true
}

// expire removes every message whose time to live has run out at now.
func (s *state) expire(now time.Time) []Removal {
	return s.removals(now, s.messages.expire(now), RemovedByTTL)
}

// removal ends the streams of a message that has left the store.
func (s *state) removal(now time.Time, message *Message, reason RemovalReason) Removal {
	cause := ErrEvicted
	if reason == RemovedByRequest {
		cause = ErrDeleted
	}
	return Removal{
		MessageID:     message.ID,
		Reason:        reason,
		Age:           now.Sub(message.SubmittedAt),
		ActiveStreams: s.streams.endMessage(message.ID, cause),
	}
}

func (s *state) removals(now time.Time, removed []*Message, reason RemovalReason) (removals []Removal) {
	for _, message := range removed {
		removals = append(removals, s.removal(now, message, reason))
	}
	return removals
}

func (s *state) stats() Stats {
	streams := make(map[Kind]int, len(Kinds))
	for _, kind := range Kinds {
		streams[kind] = s.streams.running[kind]
	}
	return Stats{Messages: len(s.messages.byID), Bytes: s.messages.bytes, Streams: streams}
}
