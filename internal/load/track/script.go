package track

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

// Script is the content that every stream of a characters message should carry:
// its extended grapheme clusters, one at each position. It is made from the
// text alone, without the server's help. It does not change, and any number of
// streams may share it.
type Script struct {
	text   string
	ends   []uint32 // of each chunk in text
	sha256 string   // hex
}

// NewScript splits the text.
func NewScript(text string) *Script {
	s := &Script{text: text}
	for clusters := graphemes.FromString(text); clusters.Next(); {
		s.ends = append(s.ends, uint32(clusters.End()))
	}
	sum := sha256.Sum256([]byte(text))
	s.sha256 = hex.EncodeToString(sum[:])
	return s
}

// Total is the number of chunks.
func (s *Script) Total() int64 { return int64(len(s.ends)) }

// Chunk is the text at a position, which must be from 0 to Total-1.
func (s *Script) Chunk(pos int64) string {
	start := uint32(0)
	if pos > 0 {
		start = s.ends[pos-1]
	}
	return s.text[start:s.ends[pos]]
}

// The positions of a progress stream are percents, and its content is fixed.
const (
	firstPercent = 1
	lastPercent  = 100
)

var percents = func() (texts [lastPercent + 1]string) {
	for n := range texts {
		texts[n] = "Processing chunk " + strconv.Itoa(n) + "%"
	}
	return texts
}()
