package track

import "slices"

// liveText is what the producer of a live message appends: text without an end,
// in which each byte follows from its place and the message's number alone. So
// readers are checked without a copy of it, and what belongs to another message,
// or to another place, is found out.
type liveText struct {
	message uint64 // its number in the run
}

// liveAlphabet are the characters of live texts: none of them is escaped in
// JSON, and a hash gives ten of them.
const (
	liveAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ."
	perHash      = 10
)

// each gives the bytes from the one at the given place on, as long as yield
// wants more.
func (t liveText) each(from int64, yield func(byte) bool) {
	for place := from; ; {
		bits := t.hash(uint64(place/perHash)) >> (6 * (place % perHash))
		for end := place - place%perHash + perHash; place < end; place++ {
			if !yield(liveAlphabet[bits%64]) {
				return
			}
			bits >>= 6
		}
	}
}

// append adds the bytes from one place up to another.
func (t liveText) append(to []byte, from, end int64) []byte {
	to = slices.Grow(to, int(end-from))
	t.each(from, func(b byte) bool {
		if from == end {
			return false
		}
		from++
		to = append(to, b)
		return true
	})
	return to
}

// has tells whether text stands at a place.
func (t liveText) has(text []byte, at int64) bool {
	i := 0
	t.each(at, func(b byte) bool {
		if i == len(text) || text[i] != b {
			return false
		}
		i++
		return true
	})
	return i == len(text)
}

// hash mixes the number of a piece of the text with that of the message (the
// finalizer of splitmix64).
func (t liveText) hash(piece uint64) uint64 {
	h := piece + (t.message+1)*0x9e3779b97f4a7c15
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}
