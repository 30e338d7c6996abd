package actors_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
	"unsafe"

	"sseserver/actors"
)

// units collects what a source yields.
func units(source actors.Source) []string {
	var texts []string
	for _, text, supply := source.Next(); supply == actors.Ready; _, text, supply = source.Next() {
		texts = append(texts, text)
	}
	return texts
}

// splits are texts whose units are not just their bytes or code points.
var splits = []struct {
	name       string
	text       string
	characters []string
	words      []string
}{
	{"empty", "", nil, nil},
	{"ASCII", "Hi!", []string{"H", "i", "!"}, []string{"Hi!"}},
	{"two words", "a bc", []string{"a", " ", "b", "c"}, []string{"a ", "bc"}},
	{"precomposed accent", "é", []string{"é"}, []string{"é"}},
	{"combining accent", "e\u0301x", []string{"e\u0301", "x"}, []string{"e\u0301x"}},
	{"stack of combining marks", "o\u0302\u0323\u0301", []string{"o\u0302\u0323\u0301"}, []string{"o\u0302\u0323\u0301"}},
	{"combining mark alone", "\u0301a", []string{"\u0301", "a"}, []string{"\u0301a"}},
	{"emoji", "😀😀", []string{"😀", "😀"}, []string{"😀😀"}},
	{"skin tone", "👍🏽👍", []string{"👍🏽", "👍"}, []string{"👍🏽👍"}},
	{"family", "👨‍👩‍👧‍👦!", []string{"👨‍👩‍👧‍👦", "!"}, []string{"👨‍👩‍👧‍👦!"}},
	{"flag", "🇩🇪", []string{"🇩🇪"}, []string{"🇩🇪"}},
	{"flags in a row", "🇩🇪🇫🇷", []string{"🇩🇪", "🇫🇷"}, []string{"🇩🇪🇫🇷"}},
	{"half a flag", "🇩🇪🇫", []string{"🇩🇪", "🇫"}, []string{"🇩🇪🇫"}},
	{
		"flag of a region", "🏴\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F",
		[]string{"🏴\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F"},
		[]string{"🏴\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F"},
	},
	{"keycap", "1\uFE0F\u20E3", []string{"1\uFE0F\u20E3"}, []string{"1\uFE0F\u20E3"}},
	{"Hangul syllables", "한글", []string{"한", "글"}, []string{"한글"}},
	{"Hangul jamo", "\u1112\u1161\u11AB\u1100", []string{"\u1112\u1161\u11AB", "\u1100"}, []string{"\u1112\u1161\u11AB\u1100"}},
	{"Devanagari conjunct", "क्षि", []string{"क्षि"}, []string{"क्षि"}},
	{"Thai vowel sign", "กำ", []string{"กำ"}, []string{"กำ"}},
	{"zero-width joiner between letters", "a\u200Db", []string{"a\u200D", "b"}, []string{"a\u200Db"}},
	{"CRLF", "a\r\nb", []string{"a", "\r\n", "b"}, []string{"a\r\n", "b"}},
	{"lone CR", "a\rb", []string{"a", "\r", "b"}, []string{"a\r", "b"}},
	{"lone LF", "a\nb", []string{"a", "\n", "b"}, []string{"a\n", "b"}},
	{"LF before CR", "\n\r", []string{"\n", "\r"}, []string{"\n\r"}},
	{"CR before CRLF", "\r\r\n", []string{"\r", "\r\n"}, []string{"\r\r\n"}},
	{"NUL", "a\x00b", []string{"a", "\x00", "b"}, []string{"a\x00b"}},
	{"byte order mark", "\uFEFFa", []string{"\uFEFF", "a"}, []string{"\uFEFFa"}},
	{"space in front", "  a", []string{" ", " ", "a"}, []string{"  ", "a"}},
	{"space behind", "a  ", []string{"a", " ", " "}, []string{"a  "}},
	{"space in between", "a \t\n b", []string{"a", " ", "\t", "\n", " ", "b"}, []string{"a \t\n ", "b"}},
	{"nothing but space", " \n", []string{" ", "\n"}, []string{" \n"}},
	{"no-break and ideographic space", "a\u00A0b\u3000c", []string{"a", "\u00A0", "b", "\u3000", "c"}, []string{"a\u00A0", "b\u3000", "c"}},
	{"line separator", "a\u2028b", []string{"a", "\u2028", "b"}, []string{"a\u2028", "b"}},
	{"zero-width space is no space", "a\u200Bb", []string{"a", "\u200B", "b"}, []string{"a\u200Bb"}},
	{"invalid UTF-8", "a\xffb", []string{"a", "\xff", "b"}, []string{"a\xffb"}},
}

func TestSplit(t *testing.T) {
	for _, split := range splits {
		for unit, want := range map[actors.Unit][]string{actors.Character: split.characters, actors.Word: split.words} {
			if got := units(actors.NewIndex(split.text, unit).Source()); !slices.Equal(got, want) {
				t.Errorf("%s: source of %q, %v\n got %q\nwant %q", split.name, split.text, unit, got, want)
			}
			if got := actors.NewIndex(split.text, unit).Count(); got != len(want) {
				t.Errorf("%s: Count of %q, %v = %d, want %d", split.name, split.text, unit, got, len(want))
			}
		}
	}
}

// TestSplitStaysExhausted asks on after the end.
func TestSplitStaysExhausted(t *testing.T) {
	for _, unit := range []actors.Unit{actors.Character, actors.Word} {
		source := actors.NewIndex("ab", unit).Source()
		units(source)
		for range 3 {
			if _, text, supply := source.Next(); supply != actors.End || text != "" {
				t.Errorf("unit %v: Next after the end = %q, %v", unit, text, supply)
			}
		}
	}
}

// FuzzSplit checks for any text that its units are the text, that none is empty
// and that each is a view of the text and no copy.
func FuzzSplit(f *testing.F) {
	for _, split := range splits {
		f.Add(split.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(text, "\uFFFD") // as every message is
		for _, unit := range []actors.Unit{actors.Character, actors.Word} {
			pieces := units(actors.NewIndex(text, unit).Source())
			if got := strings.Join(pieces, ""); got != text {
				t.Fatalf("unit %v of %q: the pieces %q are %q", unit, text, pieces, got)
			}
			if got := actors.NewIndex(text, unit).Count(); got != len(pieces) {
				t.Fatalf("unit %v of %q: Count is %d, the pieces are %q", unit, text, got, pieces)
			}
			offset := 0
			for _, piece := range pieces {
				if piece == "" {
					t.Fatalf("unit %v of %q: an empty piece in %q", unit, text, pieces)
				}
				if unsafe.StringData(piece) != unsafe.StringData(text[offset:]) {
					t.Fatalf("unit %v of %q: the piece %q is a copy", unit, text, piece)
				}
				offset += len(piece)
			}
		}
		wantWords(t, text, units(actors.NewIndex(text, actors.Word).Source()))
	})
}

// wantWords checks that each word is non-space with the space after it. Only
// the first may have no non-space, and only the last no space.
func wantWords(t *testing.T, text string, words []string) {
	t.Helper()
	for i, word := range words {
		core := strings.TrimRightFunc(word, unicode.IsSpace)
		if core == "" && i > 0 || core == word && i < len(words)-1 || strings.IndexFunc(core, unicode.IsSpace) >= 0 {
			t.Fatalf("%q: %q of the words %q", text, word, words)
		}
		if !utf8.ValidString(word) {
			t.Fatalf("%q: the word %q ends inside a code point", text, word)
		}
	}
}

func TestProgress(t *testing.T) {
	texts := units(actors.Progress())
	if len(texts) != actors.LastPercent-actors.FirstPercent+1 {
		t.Fatalf("%d texts, want %d", len(texts), 100)
	}
	for i, want := range map[int]string{0: "Processing chunk 1%", 49: "Processing chunk 50%", 99: "Processing chunk 100%"} {
		if texts[i] != want {
			t.Errorf("text %d is %q, want %q", i, texts[i], want)
		}
	}
}
