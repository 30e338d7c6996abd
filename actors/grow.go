package actors

import (
	"runtime"
	"unicode/utf8"
)

// atOnce is how many windows are indexed without a pause, in about a millisecond.
const atOnce = 64

// grow returns the index of a text that has grown to text. It costs as much as
// was added, however long the text is.
func (x Index) grow(text string) Index {
	begin := len(x.text)
	_, window := x.start(len(x.checkpoints))
	rest := text[begin:]
	for size := x.firstHeld(rest); size < len(rest); size = x.unit.first(rest) {
		x.count++
		rest = rest[size:]
		if begin += size; begin-window >= windowSize {
			window = begin
			x.checkpoints = append(x.checkpoints, checkpoint{uint32(x.count), uint32(begin)})
			if len(x.checkpoints)%atOnce == 0 {
				runtime.Gosched() // streams that are due go first
			}
		}
	}
	x.text = text[:begin]
	x.held = len(rest)
	return x
}

// end returns the index of a text that does not grow any more: what is left of it
// is the last unit.
func (x Index) end(text string) Index {
	if len(x.text) < len(text) {
		x.count++
	}
	x.text = text
	x.held = 0
	return x
}

// shortUnit is what is split anew with each piece that is appended to it.
const shortUnit = 256

// firstHeld returns the length of the first unit of rest, of which so many bytes
// as x.held were there before, and were one unit. All of rest may be one still,
// and then later text could make it longer: where a unit ends depends on what is
// before and the first code point behind.
//
// A unit can be as long as the text. It must not be split anew with each piece, so
// first only its last bytes are looked at. With less before it, a border may seem
// to be where none is, as between the parts of an emoji whose first part was not
// seen, but never the other way round: so only if there seems to be one, more is
// looked at.
func (x *Index) firstHeld(rest string) int {
	for context := shortUnit; context < x.held; context *= 8 {
		if !x.mayEnd(rest, x.held-context) {
			return len(rest)
		}
	}
	return x.unit.first(rest)
}

// mayEnd says whether the first unit of rest seems to end in it, after what was
// there before, if only what follows the byte from is looked at.
func (x *Index) mayEnd(rest string, from int) bool {
	for !utf8.RuneStart(rest[from]) {
		from--
	}
	for from < x.held {
		from += x.unit.first(rest[from:])
	}
	return from < len(rest)
}
