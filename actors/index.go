package actors

import (
	"sort"
	"unicode/utf8"
)

// Index tells where the units of a text are, so that a source of them begins at
// any position and finds the end of any unit at the same small cost, whatever the
// text. Making it takes one walk through the text, and less than half a percent of
// its size.
//
// It notes a unit in each window of the text, a checkpoint. Between two of them
// the text is split anew whenever it is read. An Index is not changed once it was
// made, so any goroutine may read it.
//
// Of a text that grows, it has the units that no later text can change, which are
// all but the last one.
type Index struct {
	text        string
	unit        Unit
	count       int
	checkpoints []checkpoint // none in the first window, which begins at 0
	held        int          // bytes behind text that are known to be of one unit
}

// checkpoint is where a unit begins, which is also where the one before ends.
type checkpoint struct {
	position uint32 // of the unit
	offset   uint32 // in the text, in bytes
}

// windowSize is the least distance of two checkpoints, in bytes. It bounds what is
// read to find a unit, or its end.
const windowSize = 2 << 10

// NewIndex returns the index of a text, which is valid UTF-8 and shorter than
// 4 GiB.
func NewIndex(text string, unit Unit) *Index {
	x := Index{unit: unit}
	if len(text) > windowSize {
		x.checkpoints = make([]checkpoint, 0, len(text)/windowSize)
	}
	x = x.grow(text).end(text)
	return &x
}

// cutAfter returns up to where the window is read that begins at offset. The unit
// that reaches that is its last. It is not in the middle of a code point, half of
// which could be split elsewhere than the whole one.
func cutAfter(text string, offset int) int {
	cut := offset + windowSize
	for cut < len(text) && !utf8.RuneStart(text[cut]) {
		cut++
	}
	return min(cut, len(text))
}

// Count returns how many units the text has.
func (x *Index) Count() int { return x.count }

// Source returns a source of the units from the beginning. It costs the same few
// bytes for any text.
func (x *Index) Source() Source { return x.source() }

func (x *Index) source() *splitter {
	s := &splitter{index: x}
	s.open(0)
	return s
}

// start returns where a window begins, as a position and an offset. Behind the
// last one it is the end of the text.
func (x *Index) start(window int) (position, offset int) {
	switch {
	case window == 0:
		return 0, 0
	case window > len(x.checkpoints):
		return x.count, len(x.text)
	default:
		at := x.checkpoints[window-1]
		return int(at.position), int(at.offset)
	}
}

// windowOf returns the window in which the unit of a position begins.
func (x *Index) windowOf(position int) int {
	return sort.Search(len(x.checkpoints), func(i int) bool { return int(x.checkpoints[i].position) > position })
}

// splitter is the source of an Index.
type splitter struct {
	index    *Index
	window   int
	rest     string // of the window, from the next unit on; "" is the end of the text
	position int    // of the next unit
}

func (s *splitter) open(window int) {
	_, offset := s.index.start(window)
	s.window = window
	s.rest = s.index.text[offset:cutAfter(s.index.text, offset)]
}

func (s *splitter) Seek(position int) {
	s.open(s.index.windowOf(position))
	for s.position, _ = s.index.start(s.window); s.position < position && s.rest != ""; {
		s.Next()
	}
}

func (s *splitter) Next() (int, string, Supply) {
	position := s.position
	size := s.index.unit.first(s.rest)
	if size == len(s.rest) {
		return s.last()
	}
	text := s.rest[:size]
	s.rest = s.rest[size:]
	s.position++
	return position, text, Ready
}

// last is Next for the last unit of a window, which may reach far beyond it. The
// checkpoint tells where it ends.
func (s *splitter) last() (int, string, Supply) {
	position := s.position
	if s.rest == "" {
		return position, "", End
	}
	_, offset := s.index.start(s.window)
	begin := cutAfter(s.index.text, offset) - len(s.rest)
	_, end := s.index.start(s.window + 1)
	if s.window < len(s.index.checkpoints) {
		s.open(s.window + 1)
	} else {
		s.rest = "" // and still in this window, which may have more units once the text has grown
	}
	s.position++
	return position, s.index.text[begin:end], Ready
}

func (s *splitter) renew(text *Text) {
	offset := len(s.index.text)
	s.index = text.index(s.index.unit)
	_, begin := s.index.start(s.window)
	s.rest = s.index.text[offset:cutAfter(s.index.text, begin)]
}
