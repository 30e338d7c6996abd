package httpapi_test

import (
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"sseserver/httpapi"
)

// reads is a body of which each read brings at most so many bytes, in turn; 0 brings
// nothing. It ends with err, which may come with the last bytes.
type reads struct {
	rest     string
	sizes    []byte
	err      error
	together bool
}

func (r *reads) Read(p []byte) (int, error) {
	size := len(p)
	if len(r.sizes) > 0 {
		size = min(size, int(r.sizes[0]))
		r.sizes = r.sizes[1:]
	}
	if r.rest == "" {
		return 0, r.err
	}
	n := copy(p[:size], r.rest)
	r.rest = r.rest[n:]
	if r.rest == "" && r.together {
		return n, r.err
	}
	return n, nil
}

// FuzzPieces checks that, wherever a body is cut, and however it ends, its pieces are
// text and give back the longest beginning of it that is text.
func FuzzPieces(f *testing.F) {
	f.Add([]byte("Hé 👋!"), []byte{1, 0, 1, 1, 1, 1}, byte(0))
	f.Add([]byte("Hé\xff 👋!"), []byte{2, 2}, byte(1))
	f.Add([]byte("Hé 👋\xf0\x9f"), []byte{}, byte(2))
	f.Add([]byte(strings.Repeat("x👋", 1000)), []byte{255, 255, 255}, byte(3))
	f.Add([]byte("\xed\xa0\x80"), []byte{1, 1, 1}, byte(5))
	f.Add([]byte("\xf4\x90\x80\x80"), []byte{1, 1, 1, 1}, byte(4))
	f.Fuzz(func(t *testing.T, body, sizes []byte, how byte) {
		text := string(body)
		end, length := io.EOF, int64(-1)
		if how&2 != 0 {
			end = io.ErrUnexpectedEOF
		}
		if how&4 != 0 && len(body) <= 64<<10 { // a longer one is no other than one that does not say
			length = int64(len(body))
		}
		pieces, err := httpapi.Pieces(&reads{text, sizes, end, how&1 != 0}, length)
		for i, piece := range pieces {
			if piece == "" || len(piece) > 64<<10 || !utf8.ValidString(piece) {
				t.Errorf("piece %d of %q is %q", i, text, piece)
			}
		}
		want, wantErr := textBefore(text, end)
		if got := strings.Join(pieces, ""); got != want || !errors.Is(err, wantErr) {
			t.Errorf("%q: %q and %v, want %q and %v", text, got, err, want, wantErr)
		}
	})
}

// textBefore returns the longest beginning of body that is UTF-8, and how the arrival
// of a body that ends with err then ends. It goes rune by rune, and knows no pieces.
func textBefore(body string, err error) (text string, ends error) {
	for i, r := range body {
		if r != utf8.RuneError || strings.HasPrefix(body[i:], "\ufffd") {
			continue
		}
		if err != io.EOF && !utf8.FullRuneInString(body[i:]) {
			return body[:i], err // whose rest did not come
		}
		return body[:i], httpapi.ErrNotText
	}
	if err == io.EOF {
		err = nil
	}
	return body, err
}

// Each read is a piece, but for what it brings of a code point that goes on.
func TestPieces(t *testing.T) {
	for _, test := range []struct {
		body   string
		sizes  []byte
		pieces []string
	}{
		{"one two", []byte{3, 1, 3}, []string{"one", " ", "two"}},
		{"é👋é", []byte{1, 2, 2, 1, 2}, []string{"é", "👋", "é"}},
		{"aé", []byte{2, 0, 0, 1}, []string{"a", "é"}},
		{strings.Repeat("x", 10_000), nil, []string{strings.Repeat("x", 4096), strings.Repeat("x", 5904)}},
		{"", nil, nil},
	} {
		got, err := httpapi.Pieces(&reads{test.body, test.sizes, io.EOF, false}, -1)
		if err != nil || !slices.Equal(got, test.pieces) {
			t.Errorf("%q in reads of %d: %q, %v; want %q", test.body, test.sizes, got, err, test.pieces)
		}
	}
}

// A long body does not take more room than a piece may have.
func TestPiecesOfALongBody(t *testing.T) {
	text := strings.Repeat("x👋", 200_000)
	body := &reads{text, nil, io.EOF, true}
	pieces, err := httpapi.Pieces(body, int64(len(text)))
	if err != nil || strings.Join(pieces, "") != text {
		t.Fatalf("%d pieces, %v", len(pieces), err)
	}
	longest := 0
	for _, piece := range pieces {
		longest = max(longest, len(piece))
	}
	if longest > 64<<10 || longest <= 64<<10-utf8.UTFMax {
		t.Errorf("the longest piece has %d bytes", longest)
	}
}

// Random cuts of random bytes, more than the seeds of FuzzPieces are.
func TestPiecesAtRandom(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	alphabet := []string{"a", "é", "€", "👋", "\xc3", "\x9f", "\xf0\x9f", "\ufffd"}
	for range 20_000 {
		var body strings.Builder
		for range random.IntN(8) {
			letters := alphabet
			if random.IntN(3) > 0 {
				letters = alphabet[:4]
			}
			body.WriteString(letters[random.IntN(len(letters))])
		}
		sizes := make([]byte, random.IntN(20))
		for i := range sizes {
			sizes[i] = byte(random.IntN(4))
		}
		end := []error{io.EOF, io.ErrUnexpectedEOF}[random.IntN(2)]
		pieces, err := httpapi.Pieces(&reads{body.String(), sizes, end, random.IntN(2) == 0}, -1)
		want, wantErr := textBefore(body.String(), end)
		if got := strings.Join(pieces, ""); got != want || !errors.Is(err, wantErr) {
			t.Fatalf("%q in reads of %d: %q and %v, want %q and %v", body.String(), sizes, got, err, want, wantErr)
		}
	}
}
