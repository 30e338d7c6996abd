package track

import (
	"strings"
	"testing"
)

// However the text is cut, the pieces are the same text.
func TestLiveTextIsOneText(t *testing.T) {
	text := liveText{message: 3}
	whole := string(text.append(nil, 0, 100))
	for from := range int64(40) {
		for end := from; end <= 60; end++ {
			piece := text.append([]byte("x"), from, end)[1:]
			if string(piece) != whole[from:end] {
				t.Fatalf("bytes %d to %d: got %q, want %q", from, end, piece, whole[from:end])
			}
			if !text.has(piece, from) {
				t.Errorf("%q is not at %d, from where it is", piece, from)
			}
		}
	}
	if strings.ContainsAny(whole, `"\`) || len(whole) != 100 {
		t.Errorf("%q has characters that JSON escapes", whole)
	}
}

// A chunk is found only where it is.
func TestLiveTextTellsPiecesApart(t *testing.T) {
	for message := range uint64(50) {
		text := liveText{message: message}
		for chunk := range int64(50) {
			piece := text.append(nil, 4*chunk, 4*chunk+4)
			if text.has(piece, 4*chunk+4) || (liveText{message: message + 1}).has(piece, 4*chunk) {
				t.Errorf("%q of message %d, chunk %d, is elsewhere, too", piece, message, chunk)
			}
		}
	}
}
