package actors

// Text is a text and its units as they are at one moment. It is not changed once
// it was made, so any goroutine may read it; a text that grows is one Text after
// the other.
type Text struct {
	text       string
	characters Index
	words      Index
}

// NewText returns a text to which nothing is appended any more. It is valid UTF-8
// and shorter than 4 GiB.
func NewText(text string) *Text {
	return &Text{text: text, characters: *NewIndex(text, Character), words: *NewIndex(text, Word)}
}

// String returns the text.
func (t *Text) String() string { return t.text }

// Len returns its length in bytes.
func (t *Text) Len() int { return len(t.text) }

// Count returns how many units it has. Of a text that may still grow, these are
// the units that no later text can change.
func (t *Text) Count(unit Unit) int { return t.index(unit).Count() }

// Source returns a source of the units that Count counts.
func (t *Text) Source(unit Unit) Source { return t.index(unit).Source() }

func (t *Text) index(unit Unit) *Index {
	if unit == Word {
		return &t.words
	}
	return &t.characters
}
