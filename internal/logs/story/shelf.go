package story

import (
	"cmp"
	"slices"
	"time"
)

// How long, and how many, clients are remembered that may be one, and at how many
// positions one is looked for.
const (
	window = time.Hour   // between an end and a resume
	soon   = time.Minute // between an end and another beginning
	most   = 20_000
	nearby = 1000
)

// shelf keeps clients by what two streams of one have in common, and by a
// position, so that the one at the closest position is found at once.
type shelf map[likeness][]slot

// likeness is what the streams of a client have in common.
type likeness struct{ message, kind, unit, address, agent string }

// slot has those of one position, the oldest first.
type slot struct {
	position int
	spots    []spot
}

type spot struct {
	at     time.Time
	client *Client
}

func (s *stream) likeness() likeness {
	return likeness{s.message, s.kind, s.unit, s.address, s.agent}
}

func byPosition(s slot, position int) int { return cmp.Compare(s.position, position) }

// afterPosition is byPosition for the place behind all of that position.
func afterPosition(s slot, position int) int {
	if s.position <= position {
		return -1
	}
	return 1
}

// put lays a client down.
func (s shelf) put(key likeness, position int, at time.Time, client *Client) {
	slots := s[key]
	i, found := slices.BinarySearchFunc(slots, position, byPosition)
	if !found {
		slots = slices.Insert(slots, i, slot{position: position})
		s[key] = slots
	}
	slots[i].spots = append(slots[i].spots, spot{at, client})
}

// remove takes a client away from where it was put, if it is still there.
func (s shelf) remove(key likeness, position int, client *Client) {
	i, found := slices.BinarySearchFunc(s[key], position, byPosition)
	if !found {
		return
	}
	j := slices.IndexFunc(s[key][i].spots, func(s spot) bool { return s.client == client })
	if j >= 0 {
		s.cut(key, i, j)
	}
}

func (s shelf) cut(key likeness, i, j int) *Client {
	slots := s[key]
	client := slots[i].spots[j].client
	if j == 0 { // the oldest goes most often
		slots[i].spots = slots[i].spots[1:]
	} else {
		slots[i].spots = slices.Delete(slots[i].spots, j, j+1)
	}
	if len(slots[i].spots) == 0 {
		slots = slices.Delete(slots, i, i+1)
		s[key] = slots
	}
	if len(slots) == 0 {
		delete(s, key)
	}
	return client
}

// takeAbove takes the client at or above a position that is closest to it, of those
// that were put at most window before a time.
func (s shelf) takeAbove(key likeness, position int, until time.Time) *Client {
	first, _ := slices.BinarySearchFunc(s[key], position, byPosition)
	for i := first; i < min(first+nearby, len(s[key])); i++ {
		if j := s[key][i].newest(until.Add(-window), until, nil); j >= 0 {
			return s.cut(key, i, j)
		}
	}
	return nil
}

// takeEmpty takes the last client that has got nothing, of those that were put soon
// before a time and whose stream is chosen.
func (s shelf) takeEmpty(key likeness, until time.Time, chosen func(*stream) bool) *Client {
	slots := s[key]
	if len(slots) == 0 || slots[0].position != 0 {
		return nil
	}
	spots := slots[0].spots
	for j := len(spots) - 1; j >= max(0, len(spots)-nearby); j-- {
		if at := spots[j].at; !at.After(until) && until.Sub(at) <= soon && chosen(spots[j].client.last) {
			return s.cut(key, 0, j)
		}
	}
	return nil
}

// takeBelow takes the client at or below a position that is closest to it, of those
// that were put at most window after a time, and are another one.
func (s shelf) takeBelow(key likeness, position int, since time.Time, but *Client) *Client {
	after, _ := slices.BinarySearchFunc(s[key], position, afterPosition)
	for i := after - 1; i >= max(0, after-nearby); i-- {
		if j := s[key][i].newest(since, since.Add(window), but); j >= 0 {
			return s.cut(key, i, j)
		}
	}
	return nil
}

// newest is the last spot between two times of another client, -1 if there is none.
func (s slot) newest(from, to time.Time, but *Client) int {
	for j := len(s.spots) - 1; j >= max(0, len(s.spots)-nearby); j-- {
		if at := s.spots[j].at; !at.Before(from) && !at.After(to) && s.spots[j].client.whole() != but {
			return j
		}
	}
	return -1
}
