package actors_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
	"unsafe"

	"sseserver/actors"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

// allUnits are all units of a text, by name.
var allUnits = map[string]actors.Unit{"characters": actors.Character, "words": actors.Word}

// plainly splits the whole text at once.
func plainly(text string, unit actors.Unit) (pieces []string) {
	if unit == actors.Character {
		for it := graphemes.FromString(text); it.Next(); {
			pieces = append(pieces, it.Value())
		}
		return pieces
	}
	start, space := 0, false
	for i, r := range text {
		if space && !unicode.IsSpace(r) {
			pieces = append(pieces, text[start:i])
			start = i
		}
		space = unicode.IsSpace(r)
	}
	if start < len(text) {
		pieces = append(pieces, text[start:])
	}
	return pieces
}

// wantIndex checks an index against the plain splitting: its count, the whole of
// its source, and three units from each of the positions that are asked for.
func wantIndex(t *testing.T, text string, unit actors.Unit, positions []int) {
	t.Helper()
	want := plainly(text, unit)
	index := actors.NewIndex(text, unit)
	if got := index.Count(); got != len(want) {
		t.Fatalf("unit %v of %.200q: the count is %d, want %d", unit, text, got, len(want))
	}
	source := index.Source()
	if got := units(source); !slices.Equal(got, want) || strings.Join(got, "") != text {
		t.Fatalf("unit %v of %.200q: the units are others than %d plain ones", unit, text, len(want))
	}
	for _, position := range positions {
		source.Seek(position)
		for k := position; k < position+3; k++ {
			at, piece, supply := source.Next()
			if k >= len(want) {
				if piece != "" || supply != actors.End {
					t.Fatalf("unit %v of %.200q: %.40q %v at %d of %d", unit, text, piece, supply, k, len(want))
				}
			} else if at != k || piece != want[k] || supply != actors.Ready {
				t.Fatalf("unit %v of %.200q from %d: unit %d is at %d, %.40q (%d bytes) %v, want %.40q (%d bytes)",
					unit, text, position, k, at, piece, len(piece), supply, want[k], len(want[k]))
			}
		}
	}
}

// giants are texts with units that are longer than a window of the index, and
// with borders of windows inside of what must not be cut.
var giants = map[string]string{
	"half a million marks":   "ab e" + strings.Repeat("\u0301", 500_000) + "c d",
	"nothing but marks":      strings.Repeat("\u0301", 5000),
	"a word of 1 MiB":        "a " + strings.Repeat("x", 1<<20) + " b c",
	"space of 1 MiB":         "a" + strings.Repeat(" ", 1<<20) + "b",
	"space of 1 MiB first":   strings.Repeat("\u3000", 1<<18) + "b",
	"giants in a row":        strings.Repeat("e"+strings.Repeat("\u0301", 3000)+" ", 20),
	"prose":                  strings.Repeat("The quick brown fox jumps over the lazy dog.\r\n", 500),
	"flags":                  strings.Repeat("🇩🇪", 3001) + "🇫",
	"flags, shifted":         "a" + strings.Repeat("🇩🇪🇫", 3001),
	"families":               strings.Repeat("👨‍👩‍👧‍👦", 1001),
	"a family of thousands":  "👨" + strings.Repeat("\u200d👩", 3000) + "!",
	"CRLF":                   strings.Repeat("\r\n", 3001),
	"CRLF, shifted":          "a" + strings.Repeat("\r\n", 3001),
	"CR":                     strings.Repeat("\r", 5001),
	"Hangul jamo":            strings.Repeat("\u1112\u1161\u11AB", 3001),
	"a syllable of Hangul":   strings.Repeat("\u1100", 5000) + "\u1161\u11AB" + "a",
	"Devanagari":             strings.Repeat("क्षि", 2001),
	"a conjunct":             "क" + strings.Repeat("्क", 3000) + "a",
	"Prepend":                strings.Repeat("\u0600", 5000) + "a",
	"two bytes each":         strings.Repeat("é", 5001),
	"three bytes each":       strings.Repeat("한글 ", 2001),
	"four bytes each":        strings.Repeat("😀", 2001),
	"four bytes, shifted":    "a" + strings.Repeat("😀", 2001),
	"a mark after the break": strings.Repeat("x", 2047) + "e\u0301" + strings.Repeat("x", 2047) + " y",
}

// TestIndex seeks everywhere near the borders of windows and near the end, and
// here and there.
func TestIndex(t *testing.T) {
	for name, text := range giants {
		for unitName, unit := range allUnits {
			t.Run(name+"/"+unitName, func(t *testing.T) {
				count := actors.NewIndex(text, unit).Count()
				positions := []int{count + 10}
				for position := range count + 1 {
					if position < 3 || position > count-3 || (position+2)%2048 < 4 || position%971 == 0 {
						positions = append(positions, position)
					}
				}
				wantIndex(t, text, unit, positions)
			})
		}
	}
}

// FuzzIndex repeats a text behind another one until it has some windows.
func FuzzIndex(f *testing.F) {
	for _, split := range splits {
		f.Add("", split.text, uint16(700))
		f.Add("a", split.text, uint16(701))
		f.Add("e\u0301 ", split.text, uint16(4099))
	}
	f.Fuzz(func(t *testing.T, before, text string, times uint16) {
		if !utf8.ValidString(before) || !utf8.ValidString(text) {
			t.Skip("no message is that")
		}
		const longest = 32 << 10
		times = min(times, uint16(longest/max(1, len(text))))
		text = before + strings.Repeat(text, int(times))
		for _, unit := range allUnits {
			count := actors.NewIndex(text, unit).Count()
			var positions []int
			for position := 0; position <= count; position += 1 + count/50 {
				positions = append(positions, position)
			}
			wantIndex(t, text, unit, append(positions, max(0, count-1)))
		}
	})
}

// TestIndexIsSmall has both indexes of a text in at most a hundredth of its size,
// and next to nothing where it is short.
func TestIndexIsSmall(t *testing.T) {
	const itself = 2 * unsafe.Sizeof(actors.Index{})
	for _, text := range []string{
		"", "Hi", strings.Repeat("x", 2047), strings.Repeat("x", 2048), strings.Repeat("x ", 1<<19), strings.Repeat("é", 1<<19),
		strings.Repeat("xy ", 1<<10),
	} {
		var lists int
		for _, unit := range allUnits {
			lists += actors.NewIndex(text, unit).Bytes()
		}
		if lists*100 > len(text) || itself > 128 {
			t.Errorf("the indexes of %d bytes take %d bytes and themselves %d", len(text), lists, itself)
		}
	}
}

// BenchmarkIndex is what Submit pays once for each unit.
func BenchmarkIndex(b *testing.B) {
	for name, text := range map[string]string{
		"mixed": strings.Repeat("naïve 👩‍🚀 text\r\n", 50_000)[:1<<20],
		"ASCII": strings.Repeat("naive text ", 100_000)[:1<<20],
	} {
		for unitName, unit := range allUnits {
			b.Run(name+"/"+unitName, func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				b.ReportAllocs()
				for b.Loop() {
					actors.NewIndex(text, unit)
				}
			})
		}
	}
}

// BenchmarkSeek resumes near the end of 1 MiB.
func BenchmarkSeek(b *testing.B) {
	for name, text := range map[string]string{
		"x": strings.Repeat("x", 1<<20), "prose": strings.Repeat("naive text ", 100_000)[:1<<20], "giant": giants["half a million marks"],
	} {
		for unitName, unit := range allUnits {
			index := actors.NewIndex(text, unit)
			b.Run(fmt.Sprintf("%s/%s", name, unitName), func(b *testing.B) {
				for b.Loop() {
					source := index.Source()
					source.Seek(max(0, index.Count()-23))
					source.Next()
				}
			})
		}
	}
}
