package actors

import (
	"strconv"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

// A Source yields the texts of one stream in order. It is used by one
// goroutine and need not be safe for concurrent use.
type Source interface {
	// Next returns the next text, which is not empty, and Ready. Where there is
	// none it returns "" and why: Wait, or End, and from then on always End.
	Next() (text string, supply Supply)
}

// Supply says whether a source has a text.
type Supply byte

const (
	Ready Supply = iota
	Wait         // not yet: the text still grows, and the streamer will be told
	End          // and there will be none
)

// Unit is the size of the pieces that a text is split into.
type Unit int

const (
	// Character is one extended grapheme cluster: what a reader takes for one
	// character, however many code points it has. CRLF is one, too.
	// https://www.unicode.org/reports/tr29/#Grapheme_Cluster_Boundaries
	Character Unit = iota
	// Word is a run of non-space with the white space after it. White space at
	// the very beginning is a piece of its own.
	Word
)

// Split returns a source of the units of text. It splits as it is asked, so a
// source costs the same few bytes for any text.
func Split(text string, unit Unit) Source {
	if unit == Word {
		return &words{rest: text}
	}
	return characters{graphemes.FromString(text)}
}

// Count returns how many units text has: those of Split, without a source.
func Count(text string, unit Unit) (n int) {
	if unit == Word {
		w := words{rest: text}
		for w.rest != "" {
			w.Next()
			n++
		}
		return n
	}
	for it := graphemes.FromString(text); it.Next(); {
		n++
	}
	return n
}

type characters struct{ *graphemes.Iterator[string] }

func (c characters) Next() (string, Supply) {
	if !c.Iterator.Next() {
		return "", End
	}
	return c.Value(), Ready
}

type words struct{ rest string }

func (w *words) Next() (string, Supply) {
	if w.rest == "" {
		return "", End
	}
	end := 0
	inSpace := false
	for end < len(w.rest) {
		r, size := utf8.DecodeRuneInString(w.rest[end:])
		if space := unicode.IsSpace(r); space {
			inSpace = true
		} else if inSpace {
			break
		}
		end += size
	}
	word := w.rest[:end]
	w.rest = w.rest[end:]
	return word, Ready
}

// The positions of a progress stream are percents.
const (
	FirstPercent = 1
	LastPercent  = 100
)

// Progress returns the source of a simulated processing, whose texts read
// "Processing chunk 1%" to "Processing chunk 100%".
func Progress() Source { return &progress{percent: FirstPercent} }

type progress struct{ percent int }

func (p *progress) Next() (string, Supply) {
	if p.percent > LastPercent {
		return "", End
	}
	text := progressTexts[p.percent]
	p.percent++
	return text, Ready
}

// progressTexts is indexed by percent; all streams share its strings.
var progressTexts = func() (texts [LastPercent + 1]string) {
	for percent := range texts {
		texts[percent] = "Processing chunk " + strconv.Itoa(percent) + "%"
	}
	return texts
}()
