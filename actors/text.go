package actors

import "unsafe"

// Text is a text and its units as they are at one moment. It is not changed once
// it was made, so any goroutine may read it; a text that grows is one Text after
// the other.
type Text struct {
	text       string
	characters Index
	words      Index
	appended   *appended // nil if the text was there at once, as one chunk
	ended      bool
}

// appended is what a Text that grows has beside.
type appended struct {
	// Holds the text, and room for more of it, which those who read the text do
	// not see. So what follows is written beside them, and not to a copy.
	buffer []byte
	chunks borders
}

// NewText returns a text to which nothing is appended any more. It is valid UTF-8
// and shorter than 4 GiB.
func NewText(text string) *Text {
	return &Text{text: text, characters: *NewIndex(text, Character), words: *NewIndex(text, Word), ended: true}
}

// NewGrowingText returns a text to be appended to. It is empty.
func NewGrowingText() *Text {
	return &Text{characters: Index{unit: Character}, words: Index{unit: Word}, appended: new(appended)}
}

// Append returns the text with one more chunk, which is valid UTF-8 and not empty.
// On the average it costs as much as the chunk is long: from time to time the text
// is copied, to a quarter more room or, if it is short, to twice as much. It is
// called of the newest Text, or, if what it returned is not wanted, once more of the
// same; by one goroutine at a time.
func (t *Text) Append(chunk string) *Text {
	buffer := append(t.appended.buffer, chunk...)
	text := unsafe.String(unsafe.SliceData(buffer), len(buffer)) // of bytes that are not written to again
	return &Text{
		text:       text,
		characters: t.characters.grow(text),
		words:      t.words.grow(text),
		appended:   &appended{buffer, t.appended.chunks.add(text)},
	}
}

// End returns the text as one to which nothing is appended any more, whose last
// units are sure now. It costs the same for any text.
func (t *Text) End() *Text {
	ended := *t
	ended.characters = t.characters.end(t.text)
	ended.words = t.words.end(t.text)
	ended.ended = true
	return &ended
}

// String returns the text.
func (t *Text) String() string { return t.text }

// Len returns its length in bytes.
func (t *Text) Len() int { return len(t.text) }

// Count returns how many units it has. Of a text that may still grow, these are
// the units that no later text can change.
func (t *Text) Count(unit Unit) int {
	if unit == Appended {
		return t.chunks().count
	}
	return t.index(unit).count
}

// Source returns a source of the units that Count counts.
func (t *Text) Source(unit Unit) Source { return t.units(unit) }

func (t *Text) units(unit Unit) units {
	if unit == Appended {
		return &cutter{borders: t.chunks()}
	}
	return t.index(unit).source()
}

func (t *Text) chunks() *borders {
	if t.appended != nil {
		return &t.appended.chunks
	}
	whole := borders{}.add(t.text)
	return &whole
}

func (t *Text) index(unit Unit) *Index {
	if unit == Word {
		return &t.words
	}
	return &t.characters
}
