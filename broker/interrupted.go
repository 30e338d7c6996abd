package broker

import (
	"math"
	"net/netip"

	"sseserver/actors"
)

// maxInterrupted is how many streams are remembered after their end, some 2 MiB in
// all. Most clients come back within seconds.
const maxInterrupted = 10_000

// maxLooks is how many streams of readers that look alike are compared for one that
// comes back. Thousands may come back at the same moment, and the broker serves
// nobody else meanwhile.
const maxLooks = 256

// interrupted are the streams that ended before all was sent. A client that comes back
// says only after which position, so its earlier stream is recognized by what both have
// in common. As registry, this is plain state.
type interrupted struct {
	byReader map[reader]*list[interruption]
	byAge    list[interruption] // the one that ended first is its first
}

func newInterrupted() interrupted {
	return interrupted{byReader: make(map[reader]*list[interruption])}
}

// interruption is one such stream.
type interruption struct {
	id     SubscriptionID
	reader reader
	mark   *Mark // still moves: the last chunk can be written after the streamer ended

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

// add remembers a stream that has ended. If there are too many, it forgets the one
// that ended first.
func (i *interrupted) add(ended *interruption) {
	if i.byAge.len >= maxInterrupted {
		i.remove(i.byAge.first.value)
	}
	same := i.byReader[ended.reader]
	if same == nil {
		same = new(list[interruption])
		i.byReader[ended.reader] = same
	}
	same.pushBack(&ended.sameReader, ended)
	i.byAge.pushBack(&ended.age, ended)
}

// claim returns the stream that who most likely continues after a position, and
// forgets it: of those that had written that position, the one that had written least;
// of several, the one that ended first. It returns false if there is none.
func (i *interrupted) claim(who reader, after int) (SubscriptionID, bool) {
	same := i.byReader[who]
	if same == nil {
		return SubscriptionID{}, false
	}
	var nearest *interruption
	least, looks := math.MaxInt, 0
	for candidate := range same.all() {
		if position := int(candidate.mark.position.Load()); position >= after && position < least {
			nearest, least = candidate, position
		}
		looks++
		if least == after || looks == maxLooks {
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
