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
	lost     interrupted
	draining bool
}

func newState(limits limits) *state {
	clients := &clients{
		streamLimit: limits.clientStreams,
		byteLimit:   limits.clientBytes,
		openLimit:   limits.clientOpen,
		shares:      make(map[netip.Prefix]*share),
	}
	return &state{
		messages: messages{limits: limits, byID: make(map[MessageID]*entry), clients: clients},
		streams:  newRegistry(limits.streams, clients),
		lost:     newInterrupted(),
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
	status := Status{Message: e.message, ActiveStreams: s.streams.ofMessage(id)}
	if e.message.State != StateOpen {
		status.ExpiresAt = now.Add(s.messages.limits.ttl)
	}
	return status, nil
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

// submitStream is submit and subscribe in one, so that nothing can remove the message
// between them. It fails with the errors of both, and then nothing has changed.
func (s *state) submitStream(now time.Time, client netip.Prefix, message *Message, kind Kind, cancel context.CancelCauseFunc) (*stream, []Removal, error) {
	if s.draining {
		return nil, nil, ErrShuttingDown
	}
	opened, err := s.streams.open(client, message.ID, kind, cancel)
	if err != nil {
		return nil, nil, err
	}
	evicted, err := s.submit(now, client, message)
	if err != nil {
		s.streams.closed(opened)
		return nil, nil, err
	}
	s.messages.hold(now, s.messages.find(message.ID))
	return opened, evicted, nil
}

// find tells what a message is, and whether it could grow.
func (s *state) find(asked find) (answer findAnswer) {
	if e := s.messages.find(asked.id); e != nil {
		answer.message = e.message
		_, answer.full = s.messages.roomFor(e, asked.growth)
		answer.tail = e.tail
		answer.asked = e.asked
	}
	return answer
}

// change puts after in the place of before, and tells the streams. It returns what
// had to leave for it. It fails with ErrNotFound, with ErrMessageClosed if before is
// not what the message is any more, which only its end can be the reason of, or with
// ErrStoreFull or ErrClientBytes; then nothing has changed.
func (s *state) change(now time.Time, before, after *Message) ([]Removal, error) {
	e := s.messages.find(before.ID)
	switch {
	case e == nil:
		return nil, ErrNotFound
	case e.message != before:
		return nil, ErrMessageClosed
	}
	evicted, err := s.messages.change(now, e, after)
	if err != nil {
		return nil, err
	}
	s.publish(after)
	return s.removals(now, evicted, RemovedByCapacity), nil
}

// publish lets the streams see what their message is now, which was open before.
func (s *state) publish(message *Message) {
	message.live.newest.Store(message)
	if message.State != StateOpen {
		close(message.live.done)
	}
	s.streams.tell(message.ID)
}

// mayStore says why a message of so many bytes that client submits is not taken, nil
// if it is.
func (s *state) mayStore(asked submitting) error {
	if s.draining {
		return ErrShuttingDown
	}
	_, err := s.messages.mayAdd(asked.client, asked.size, asked.state)
	return err
}

// load stores a copy of a message as the Store has it, unless there is one that is as
// new. It is a use. It fails with ErrStoreFull.
func (s *state) load(now time.Time, message *Message) (err error) {
	e := s.messages.find(message.ID)
	switch {
	case e == nil:
		if e, err = s.messages.addCopy(now, message); err != nil {
			return err
		}
	case e.tail == nil && e.message.shared.Version < message.shared.Version: // and neither is open
		s.messages.arrive(now, e, message)
	default:
		s.messages.use(now, e)
	}
	e.asked = now
	return nil
}

// arrive puts after in the place of before, which is a copy, and tells the streams. It
// returns what the message is then, nil if there is no copy of it any more: not after,
// if it was not before.
func (s *state) arrive(now time.Time, before, after *Message) (current *Message) {
	e := s.messages.find(before.ID)
	switch {
	case e == nil:
		return nil
	case e.message != before:
		return e.message
	}
	s.messages.arrive(now, e, after)
	if before.State == StateOpen {
		s.publish(after)
	}
	return after
}

// failSilent ends the live messages whose producers were silent for too long at
// now, and returns what became of them.
func (s *state) failSilent(now time.Time) (failed []*Message) {
	for e := s.messages.silent(now); e != nil; e = s.messages.silent(now) {
		after, _ := e.message.fail(ReasonProducerGone, now) // it is open
		s.messages.put(now, e, after)
		s.publish(e.message)
		failed = append(failed, e.message)
	}
	return failed
}

// ended takes a stream out of the registry. The end of a stream is a use of its
// message, if that is still stored.
func (s *state) ended(now time.Time, ended *stream) {
	s.streams.closed(ended)
	s.messages.release(now, ended.message)
}

// interrupt remembers a stream that has ended before all of its message was sent, if
// that can still be read.
func (s *state) interrupt(ended *interruption) {
	if s.messages.find(ended.reader.message) != nil {
		s.lost.add(ended)
	}
}

// delete removes a message at a client's request.
func (s *state) delete(now time.Time, id MessageID) (Removal, bool) {
	return s.remove(now, id, RemovedByRequest, ErrDeleted)
}

// remove removes a message, whose streams end with cause.
func (s *state) remove(now time.Time, id MessageID, reason RemovalReason, cause error) (Removal, bool) {
	e := s.messages.find(id)
	if e == nil {
		return Removal{}, false
	}
	return s.removal(now, s.messages.remove(e), reason, cause), true
}

// expire removes every message whose time to live has run out at now.
func (s *state) expire(now time.Time) []Removal {
	return s.removals(now, s.messages.expire(now), RemovedByTTL)
}

// removal ends the streams of a message that has left the store, with cause.
func (s *state) removal(now time.Time, message *Message, reason RemovalReason, cause error) Removal {
	if message.State == StateOpen {
		close(message.live.done)
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
		removals = append(removals, s.removal(now, message, reason, ErrEvicted))
	}
	return removals
}

func (s *state) stats() Stats {
	streams := make(map[Kind]int, len(Kinds))
	for _, kind := range Kinds {
		streams[kind] = s.streams.running[kind]
	}
	return Stats{Messages: len(s.messages.byID), Open: s.messages.open.len, Bytes: s.messages.bytes, Streams: streams}
}
