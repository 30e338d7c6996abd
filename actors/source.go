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
	// Seek makes the text of a position the next one. It need not be there yet.
	Seek(position int)
	// Next returns the next text, which is not empty, and Ready. Where there is
	// none it returns "" and why: Wait, or End, and from then on always End.
	// position is that of the text; if there is none, of the next one.
	Next() (position int, text string, supply Supply)
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
	// Appended is a chunk as its producer has appended it. What was submitted whole
	// is one.
	Appended
)

// String returns the unit in one word: "character", "word" or "chunk".
func (u Unit) String() string {
	switch u {
	case Word:
		return "word"
	case Appended:
		return "chunk"
	default:
		return "character"
	}
}

// first returns the length of the first unit of text, 0 if that is empty.
func (u Unit) first(text string) int {
	if u == Word {
		return firstWord(text)
	}
	return firstCharacter(text)
}

func firstCharacter(text string) int {
	// ASCII is mostly all there is, and one character each but for CRLF.
	if len(text) > 1 && (text[0]|text[1]) < utf8.RuneSelf && text[0] != '\r' {
		return 1
	}
	return firstCluster(text)
}

func firstCluster(text string) int {
	it := graphemes.FromString(text)
	it.Next()
	return it.End()
}

func firstWord(text string) (end int) {
	inSpace := false
	for end < len(text) {
		r, size := utf8.DecodeRuneInString(text[end:])
		if unicode.IsSpace(r) {
			inSpace = true
		} else if inSpace {
			break
		}
		end += size
	}
	return end
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

func (p *progress) Seek(percent int) { p.percent = percent }

func (p *progress) Next() (int, string, Supply) {
	percent := p.percent
	if percent > LastPercent {
		return percent, "", End
	}
	p.percent++
	return percent, progressTexts[percent], Ready
}

// ProgressText is what a job says of a percent if it says nothing else.
func ProgressText(percent int) string { return progressTexts[percent] }

// progressTexts is indexed by percent; all streams share its strings.
var progressTexts = func() (texts [LastPercent + 1]string) {
	for percent := range texts {
		texts[percent] = "Processing chunk " + strconv.Itoa(percent) + "%"
	}
	return texts
}()
