package broker

import (
	"net/netip"

	"sseserver/actors"
)

// maxInterrupted bounds the streams that are remembered after their end, in all some
// 2 MiB. A client comes back within seconds.
const maxInterrupted = 10_000

// interrupted are the streams that ended before all was sent. A client that comes back
// says only after which position, so who it is can be told only from what it has in
// common with one of these. As registry, this is plain state.
type interrupted struct {
	byMessage map[MessageID]*list[interruption]
	byAge     list[interruption]
}

// interruption is one such stream.
type interruption struct {
	id      SubscriptionID
	message MessageID
	reader  reader
	written *mark

	sameMessage, age place[interruption]
}

// reader is what tells the readers of one message apart.
type reader struct {
	client netip.Prefix
	agent  uint64
	kind   Kind
	unit   actors.Unit
}

// add remembers a stream that has ended, and forgets the one that ended first if
// there are too many.
func (i *interrupted) add(ended *interruption) {
	if i.byAge.len >= maxInterrupted {
		i.remove(i.byAge.first.value)
	}
	of := i.byMessage[ended.message]
	if of == nil {
		of = new(list[interruption])
		i.byMessage[ended.message] = of
	}
	of.pushBack(&ended.sameMessage, ended)
	i.byAge.pushBack(&ended.age, ended)
}

// claim returns the stream that who most likely goes on with after a position, and
// forgets it: of those that had written that much, the one that had written the least;
// of several, the one that ended first. It says false if there is none.
func (i *interrupted) claim(message MessageID, who reader, after int) (SubscriptionID, bool) {
	of := i.byMessage[message]
	if of == nil {
		return SubscriptionID{}, false
	}
	var nearest *interruption
	var least int
	for candidate := range of.all() {
		if candidate.reader != who {
			continue
		}
		if position := int(candidate.written.position.Load()); position >= after && (nearest == nil || position < least) {
			nearest, least = candidate, position
		}
	}
	if nearest == nil {
		return SubscriptionID{}, false
	}
	i.remove(nearest)
	return nearest.id, true
}

func (i *interrupted) remove(of *interruption) {
	of.sameMessage.remove()
	of.age.remove()
	if i.byMessage[of.message].len == 0 {
		delete(i.byMessage, of.message)
	}
}

// forget is told that a message is gone, to which nobody comes back.
func (i *interrupted) forget(message MessageID) {
	if of := i.byMessage[message]; of != nil {
		for of.first != nil {
			i.remove(of.first.value)
		}
	}
}
