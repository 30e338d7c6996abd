package actors_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"sseserver/actors"
)

// written is a text that a test writes.
type written struct{ newest *actors.Text }

func (w *written) Newest() *actors.Text { return w.newest }

// follower reads units while the text is written.
type follower struct {
	actors.Source
	unit actors.Unit
	from int
	got  []string
}

// read takes all units that are there, and says whether the text has ended.
func (f *follower) read(t *testing.T) bool {
	for {
		position, unit, supply := f.Next()
		if position != f.from+len(f.got) {
			t.Fatalf("unit %d is said to be at %d", f.from+len(f.got), position)
		}
		if supply != actors.Ready {
			return supply == actors.End
		}
		f.got = append(f.got, unit)
	}
}

// write appends text in these pieces, with readers that come and read at random
// moments, and wants each to get the same units: for Appended these pieces, else
// those of the whole text.
func write(t *testing.T, pieces []string, random *rand.Rand) {
	t.Helper()
	text := strings.Join(pieces, "")
	want := map[actors.Unit][]string{
		actors.Character: plainly(text, actors.Character), actors.Word: plainly(text, actors.Word), actors.Appended: pieces,
	}
	sure := make(map[actors.Unit]*sureUnits)
	for unit, units := range want {
		sure[unit] = &sureUnits{units: units}
	}
	w := &written{actors.NewGrowingText()}
	var readers []*follower
	join := func() {
		for unit := range want {
			f := &follower{Source: actors.Follow(w, unit), unit: unit, from: random.IntN(w.newest.Count(unit) + 1)}
			f.Seek(f.from)
			readers = append(readers, f)
		}
	}
	join()
	for i, piece := range pieces {
		if random.IntN(4) == 0 {
			w.newest.Append("not wanted, so it is as if it never was")
		}
		w.newest = w.newest.Append(piece)
		for unit := range want {
			count := i + 1
			if unit != actors.Appended {
				count = sure[unit].in(w.newest.Len())
			}
			if got := w.newest.Count(unit); got != count {
				t.Fatalf("pieces %.300q: %d of unit %v are sure, want %d", pieces[:i+1], got, unit, count)
			}
		}
		if len(readers) < 30 && random.IntN(3) == 0 {
			join()
		}
		for _, f := range readers {
			if random.IntN(2) == 0 && f.read(t) {
				t.Fatal("a text that still grows has ended")
			}
		}
	}
	w.newest = w.newest.End()
	join()
	for _, f := range readers {
		if !f.read(t) {
			t.Fatal("a text has not ended that has")
		}
		if whole := want[f.unit]; !slices.Equal(f.got, whole[f.from:]) || w.newest.Count(f.unit) != len(whole) {
			t.Fatalf("pieces %.300q, unit %v from %d\n got %.300q\nwant %.300q (%d of %d)",
				pieces, f.unit, f.from, f.got, whole[f.from:], w.newest.Count(f.unit), len(whole))
		}
	}
	if w.newest.String() != text || w.newest.Len() != len(text) {
		t.Fatalf("got the text %.300q, want %.300q", w.newest, text)
	}
}

// sureUnits counts the units whose end is behind a code point that is there, however
// the text goes on; and not fewer, or a reader would wait for what is sure.
type sureUnits struct {
	units []string // of the whole text
	count int
	end   int // of so many, in bytes
}

// in counts those in so many bytes of the text, more than it was asked for before.
func (s *sureUnits) in(length int) int {
	for s.count < len(s.units) && s.end+len(s.units[s.count]) < length {
		s.end += len(s.units[s.count])
		s.count++
	}
	return s.count
}

// cutText cuts text in pieces of some code points each.
func cutText(text string, most int, random *rand.Rand) (pieces []string) {
	for rest := []rune(text); len(rest) > 0; {
		n := min(len(rest), 1+random.IntN(most))
		pieces = append(pieces, string(rest[:n]))
		rest = rest[n:]
	}
	return pieces
}

func TestWrittenInPieces(t *testing.T) {
	for _, split := range splits {
		if utf8.ValidString(split.text) {
			for seed := range uint64(30) {
				write(t, cutText(split.text, 1+int(seed%4), rand.New(rand.NewPCG(seed, 0))), rand.New(rand.NewPCG(seed, 1)))
			}
		}
	}
	for name, text := range giants {
		for _, cut := range []struct{ size, most int }{{3000, 5}, {30_000, 300}, {30_000, 3000}} {
			t.Run(fmt.Sprintf("%s/%d", name, cut.most), func(t *testing.T) {
				random := rand.New(rand.NewPCG(uint64(cut.most), 2))
				write(t, cutText(lastOf(text, cut.size), cut.most, random), random)
			})
		}
	}
}

// lastOf returns so many bytes at the end of text, or a few less.
func lastOf(text string, size int) string {
	text = text[max(0, len(text)-size):]
	for !utf8.RuneStart(text[0]) {
		text = text[1:]
	}
	return text
}

// odd are code points that have the rules of UAX #29 between them.
var odd = []rune("a \r\n\u0301\u200d👩👨🇩🇪🏽ᄀ가ᅡᆨक्षিा\u0600é한\u200c\ufe0f❤\u094d\u0915\u00ad\u3000\x00")

// TestUnitsOfLongMixtures has units that are longer than what is split anew, of
// code points whose borders depend on what is far before them.
func TestUnitsOfLongMixtures(t *testing.T) {
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 3))
		var text strings.Builder
		for text.Len() < 4000 {
			r := string(odd[random.IntN(len(odd))])
			text.WriteString(r)
			if random.IntN(4) == 0 {
				text.WriteString(strings.Repeat(string([]rune{'\u0301', '\u200d', '\ufe0f', '\u094d', '🏽'}[random.IntN(5)]), random.IntN(600)))
			}
		}
		write(t, cutText(text.String(), 20, random), random)
	}
}

// FuzzWrite cuts any text anywhere.
func FuzzWrite(f *testing.F) {
	for i, split := range splits {
		f.Add(split.text, uint64(i))
	}
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		random := rand.New(rand.NewPCG(seed, 4))
		text = strings.ToValidUTF8(text, "👩‍🚀")
		if len(text) > 0 && seed%3 == 0 {
			text = strings.Repeat(text, 1+2000/len(text))
		}
		write(t, cutText(text[:min(len(text), 5000)], 1+int(seed%17), random), random)
	})
}

// TestAppendsToGiants appends so often to units of 1 MiB that the test would not end
// in time if each append split the whole unit anew.
func TestAppendsToGiants(t *testing.T) {
	for name, test := range map[string]struct {
		unit             actors.Unit
		begin, grow, end string
	}{
		"a character": {actors.Character, "e", "\u0301\u0301", "b"},
		"an emoji":    {actors.Character, "👩", "\u200d👩", "b"},
		"a word":      {actors.Word, "a", "abcd", " b"},
		"a space":     {actors.Word, "a", "    ", "b"},
	} {
		t.Run(name, func(t *testing.T) {
			grown := actors.NewGrowingText().Append(test.begin + strings.Repeat(test.grow, (1<<20)/len(test.grow)))
			for range 10_000 {
				grown = grown.Append(test.grow)
			}
			if count := grown.Count(test.unit); count != 0 {
				t.Errorf("%d units are sure, want none", count)
			}
			if count := grown.Append(test.end).Count(test.unit); count != 1 {
				t.Errorf("%d units are sure behind the giant, want 1", count)
			}
		})
	}
}

// BenchmarkAppend appends four bytes to texts of any length, one unit among them.
func BenchmarkAppend(b *testing.B) {
	for name, text := range map[string]string{
		"nothing": "", "1 MiB of prose": strings.Repeat("naive text ", 100_000)[:1<<20], "1 MiB of one character": "e" + strings.Repeat("\u0301", 1<<19),
	} {
		b.Run(name, func(b *testing.B) {
			whole := actors.NewGrowingText()
			if text != "" {
				whole = whole.Append(text)
			}
			grown, n := whole, 0
			b.ReportAllocs()
			for b.Loop() {
				if n++; n%10_000 == 0 {
					grown = whole
				}
				grown = grown.Append("\u0301\u0301")
			}
		})
	}
}
