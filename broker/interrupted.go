package broker

import (
	"net/netip"

	"sseserver/actors"
)

// maxInterrupted bounds the streams that are remembered after their end, in all some
// 2 MiB. A client comes back within seconds, and its message is not asked for longer
// than it is there.
const maxInterrupted = 10_000

// maxLooks is how many streams of readers that look alike are tried for one that comes
// back: thousands may at the same moment, and the broker serves nobody else meanwhile.
const maxLooks = 256

// interrupted are the streams that ended before all was sent. A client that comes back
// says only after which position, so who it is can be told only from what it has in
// common with one of these. As registry, this is plain state.
type interrupted struct {
	byReader map[reader]*list[interruption]
	byAge    list[interruption]
}

// interruption is one such stream.
type interruption struct {
	id     SubscriptionID
	reader reader
	mark   *Mark

	sameReader, age place[interruption]
}

// reader is what tells readers apart.
type reader struct {
	message MessageID
	client  netip.Prefix
	agent   uint64
	kind    Kind
	unit    actors.Unit
}

// add remembers a stream that has ended, and forgets the one that ended first if
// there are too many.
func (i *interrupted) add(ended *interruption) {
	if i.byAge.len >= maxInterrupted {
		i.remove(i.byAge.first.value)
	}
	of := i.byReader[ended.reader]
	if of == nil {
		of = new(list[interruption])
		i.byReader[ended.reader] = of
	}
	of.pushBack(&ended.sameReader, ended)
	i.byAge.pushBack(&ended.age, ended)
}

// claim returns the stream that who most likely goes on with after a position, and
// forgets it: of those that had written that much, the one that had written the least;
// of several, the one that ended first. It says false if there is none.
func (i *interrupted) claim(who reader, after int) (SubscriptionID, bool) {
	of := i.byReader[who]
	if of == nil {
		return SubscriptionID{}, false
	}
	var nearest *interruption
	least, looks := 0, 0
	for candidate := range of.all() {
		if position := int(candidate.mark.position.Load()); position >= after && (nearest == nil || position < least) {
			nearest, least = candidate, position
		}
		if looks++; least == after && nearest != nil || looks == maxLooks {
			break
		}
	}
	if nearest == nil {
		return SubscriptionID{}, false
	}
	i.remove(nearest)
	return nearest.id, true
}

func (i *interrupted) remove(of *interruption) {
	of.sameReader.remove()
	of.age.remove()
	if i.byReader[of.reader].len == 0 {
		delete(i.byReader, of.reader)
	}
}
