package fault_test

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"sseserver/internal/fault"
)

// names is the kinds of a set, in the order of the table.
func names(set fault.Set) string {
	var found []string
	for kind := range set.All() {
		found = append(found, kind.String())
	}
	return strings.Join(found, " ")
}

// happens is what happens at the positions of a stream, as "12 cut".
func happens(s *fault.Stream, positions ...int) (found []string) {
	before := -1
	for _, position := range positions {
		if set := s.At(before, position); set != 0 {
			found = append(found, fmt.Sprint(position, " ", names(set)))
		}
		before = position
	}
	return found
}

// upTo is the positions of a stream from its first to its last.
func upTo(first, last int) (positions []int) {
	for position := first; position <= last; position++ {
		positions = append(positions, position)
	}
	return positions
}

func TestAt(t *testing.T) {
	percents := []int{1, 2, 5, 40, 41, 100} // of a live job, which leaves some out
	tests := []struct {
		name, plan string
		resumed    bool
		positions  []int
		want       []string
	}{
		{"at its position", "drop@7", false, upTo(0, 20), []string{"7 drop"}},
		{"at the first", "drop@0", false, upTo(0, 20), []string{"0 drop"}},
		{"behind the last", "drop@21", false, upTo(0, 20), nil},
		{"several at one", "swap@3,stall:1s@3,comment@3", false, upTo(0, 5), []string{"3 stall swap comment"}},
		{"one at several", "drop@1,drop@3", false, upTo(0, 5), []string{"1 drop", "3 drop"}},
		{"always", "double:100%", false, upTo(0, 2), []string{"0 double", "1 double", "2 double"}},
		{"to the whole stream", "noid,bom,split:1,jitter:1s,first:1s", false, upTo(0, 2), nil},

		{"before the first percent", "drop@0", false, percents, []string{"1 drop"}},
		{"left out", "drop@20", false, percents, []string{"40 drop"}},
		{"two left out", "drop@20,cut@30", false, percents, []string{"40 cut"}},
		{"behind one left out", "drop@41", false, percents, []string{"41 drop"}},
		{"the first comes late", "cut@12", false, []int{37, 38}, []string{"37 cut"}},

		{"resumed behind it", "cut@12", true, upTo(13, 20), nil},
		{"resumed at it", "cut@12", true, upTo(12, 20), nil},
		{"resumed before it", "cut@12", true, upTo(11, 20), []string{"12 cut"}},
		{"resumed from the beginning", "cut@0,drop@1", true, upTo(0, 3), []string{"1 drop"}},
		{"a chance, resumed", "cut:100%", true, upTo(12, 14), []string{"13 cut", "14 cut"}},
		{"resumed at one left out", "cut@20", true, []int{40, 41}, nil},
		{"resumed before one left out", "cut@20", true, []int{5, 40}, []string{"40 cut"}},
	}
	for _, test := range tests {
		s := parse(t, test.plan).Of(1, test.positions[0], test.resumed)
		if got := happens(s, test.positions...); !slices.Equal(got, test.want) {
			t.Errorf("%s: %s: %q; want %q", test.name, test.plan, got, test.want)
		}
	}
}

// A live stream is resumed behind a position, and which comes first is not known
// then.
func TestAtResumedBeforeFirst(t *testing.T) {
	s := parse(t, "swap@5,double@6,cut@20,drop@40").Of(1, 6, true)
	if got, want := happens(s, 40, 41), []string{"40 cut"}; !slices.Equal(got, want) {
		t.Errorf("resumed from 6, of which 40 is the first: %q; want %q", got, want)
	}
}

func TestWhole(t *testing.T) {
	const plan = "cut@12,first:1s,noid,drop:5%,retry:1s,status:503"
	for resumed, want := range map[bool]string{false: "first noid status retry", true: "noid status retry"} {
		if got := names(parse(t, plan).Of(1, 3, resumed).Whole()); got != want {
			t.Errorf("%s, resumed %t: %q; want %q", plan, resumed, got, want)
		}
	}
}

func TestCan(t *testing.T) {
	s := parse(t, "cut:5%,noid").Of(1, 0, false)
	if !s.Can(fault.Cut) || !s.Can(fault.NoID) || s.Can(fault.Truncate) {
		t.Errorf("of cut and noid, it can cut %t, noid %t, truncate %t", s.Can(fault.Cut), s.Can(fault.NoID), s.Can(fault.Truncate))
	}
}

// What has happened when a stream is resumed cannot happen to it again.
func TestCanResumed(t *testing.T) {
	s := parse(t, "cut@5,end@6,truncate:5%").Of(1, 5, true)
	if s.Can(fault.Cut) || !s.Can(fault.End) || !s.Can(fault.Truncate) {
		t.Errorf("resumed from 5, it can cut %t, end %t, truncate %t", s.Can(fault.Cut), s.Can(fault.End), s.Can(fault.Truncate))
	}
}

func TestPace(t *testing.T) {
	const s = time.Second
	tests := []struct {
		plan             string
		resumed          bool
		before, position int
		pause            time.Duration
		together         bool
	}{
		{"", false, -1, 0, 0, false},
		{"cut@0,drop@0", false, -1, 0, 0, false},
		{"stall:5s@40", false, 38, 39, 0, false},
		{"stall:5s@40", false, 39, 40, 5 * s, false},
		{"stall:5s@40", false, 40, 41, 0, false},
		{"stall:5s@40", false, 30, 50, 5 * s, false},
		{"stall:5s@40", true, 39, 40, 5 * s, false},
		{"stall:5s@0", false, -1, 0, 5 * s, false},
		{"stall:5s@0", true, -1, 0, 0, false}, // resumed where it stalls
		{"stall:1s@40,stall:2s@40,stall:4s@41", false, 39, 40, 3 * s, false},
		{"stall:1s:100%", false, 6, 7, s, false},
		{"first:8s", false, -1, 0, 8 * s, false},
		{"first:8s", false, -1, 37, 8 * s, false},
		{"first:8s", false, 0, 1, 0, false},
		{"first:8s", true, -1, 0, 0, false},
		{"first:8s,stall:1s@0", false, -1, 0, 9 * s, false},
		{"burst:8", false, -1, 0, 0, false},
		{"burst:8", false, 0, 1, 0, true},
		{"burst:8", false, 6, 7, 0, true},
		{"burst:8", false, 7, 8, 0, false},
		{"burst:8", false, 8, 9, 0, true},
		{"burst:8", false, 7, 9, 0, false}, // where 8 is left out
		{"burst:8", true, -1, 0, 0, false},
		{"burst:8,stall:5s@3", false, 2, 3, 5 * s, true},
	}
	for _, test := range tests {
		pause, late, together := parse(t, test.plan).Of(1, 0, test.resumed).Pace(test.before, test.position)
		if pause != test.pause || late != 0 || together != test.together {
			t.Errorf("%s, resumed %t, %d after %d: %s, late %s, together %t; want %s, 0, %t",
				test.plan, test.resumed, test.position, test.before, pause, late, together, test.pause, test.together)
		}
	}
}

// Jitter is from nothing to what is asked for, and evenly so.
func TestJitter(t *testing.T) {
	const most = 20 * time.Millisecond
	s := parse(t, "jitter:20ms").Of(1, 0, false)
	var sum time.Duration
	for position := range trials {
		pause, late, together := s.Pace(position-1, position)
		if pause != 0 || late < 0 || late > most || together {
			t.Fatalf("chunk %d: pause %s, late %s, together %t", position, pause, late, together)
		}
		sum += late
	}
	if mean := sum / trials; mean < most*9/20 || mean > most*11/20 {
		t.Errorf("%s late on average of %s at most", mean, most)
	}
}

// trials is of how many positions a share is taken.
const trials = 10_000

// share is how many of the first positions a kind happens to, of 1.
func share(s *fault.Stream, kind fault.Kind) float64 {
	n := 0
	for position := range trials {
		if s.At(position-1, position).Has(kind) {
			n++
		}
	}
	return float64(n) / trials
}

// A chance comes true as often as it says, whatever the seed: the bounds are five
// standard deviations.
func TestChance(t *testing.T) {
	for _, percent := range []float64{0.5, 5, 50, 95} {
		plan := parse(t, fmt.Sprintf("drop:%g%%", percent))
		p := percent / 100
		bound := 5 * math.Sqrt(p*(1-p)/trials)
		for _, seed := range []uint64{0, 1, 2, 3, 42, 1 << 32, math.MaxUint64} {
			if got := share(plan.Of(seed, 0, false), fault.Drop); math.Abs(got-p) > bound {
				t.Errorf("%s with seed %d: a share of %g", plan, seed, got)
			}
		}
	}
}

// One fault that happens says nothing of another one, of the next chunk, or of the
// same chunk with another seed.
func TestChancesAreIndependent(t *testing.T) {
	const most = 0.05 // five standard deviations of a correlation of trials pairs
	s := parse(t, "corrupt:50%,comment:50%").Of(1, 0, false)
	other := parse(t, "corrupt:50%").Of(2, 0, false)
	// Each as 1 or -1, so that the mean of the products is the correlation.
	sign := func(s *fault.Stream, position int, kind fault.Kind) float64 {
		if s.At(position-1, position).Has(kind) {
			return 1
		}
		return -1
	}
	sums := map[string]float64{}
	for position := range trials {
		corrupt := sign(s, position, fault.Corrupt)
		sums["another fault"] += corrupt * sign(s, position, fault.Comment)
		sums["the next chunk"] += corrupt * sign(s, position+1, fault.Corrupt)
		sums["another seed"] += corrupt * sign(other, position, fault.Corrupt)
	}
	for name, sum := range sums {
		if got := sum / trials; math.Abs(got) > most {
			t.Errorf("%s: a correlation of %g", name, got)
		}
	}
}

// The same plan with the same seed does the same again, also in a stream that is
// resumed on its way; with another seed it does something else.
func TestSeed(t *testing.T) {
	const text = "drop:20%,stall:1s:20%,jitter:20ms,corrupt@3"
	trace := func(seed uint64, first int, resumed bool) map[int]string {
		s, found := parse(t, text).Of(seed, first, resumed), map[int]string{}
		for position := first; position < 200; position++ {
			before := position - 1
			if position == first {
				before = -1
			}
			pause, late, _ := s.Pace(before, position)
			found[position] = fmt.Sprint(names(s.At(before, position)), pause, late, s.Corrupt(position, "Hello"))
		}
		return found
	}
	whole := trace(42, 0, false)
	if !maps.Equal(whole, trace(42, 0, false)) {
		t.Error("the same seed does something else")
	}
	if maps.Equal(whole, trace(43, 0, false)) {
		t.Error("another seed does the same")
	}
	resumed := trace(42, 100, true)
	for position := 101; position < 200; position++ { // to the first, nothing happens
		if resumed[position] != whole[position] {
			t.Errorf("chunk %d is %q, and resumed %q", position, whole[position], resumed[position])
		}
	}
}

// What is corrupt is a letter in the place of the first code point, always another
// one, and the rest is as it was.
func TestCorrupt(t *testing.T) {
	s := parse(t, "corrupt:100%").Of(1, 0, false)
	letters := map[rune]bool{}
	for position := range trials {
		for _, text := range []string{string(rune('a' + position%26)), "Hello", "👩‍🚀!", "é", "e\u0301", "\n\n", "\x00", ""} {
			got := s.Corrupt(position, text)
			_, size := utf8.DecodeRuneInString(text)
			letter, rest := rune(got[0]), got[1:]
			if got == text || letter < 'a' || letter > 'z' || rest != text[size:] {
				t.Fatalf("chunk %d: %q becomes %q", position, text, got)
			}
			letters[letter] = true
		}
	}
	if len(letters) != 26 {
		t.Errorf("of %d chunks, %d letters are made", trials, len(letters))
	}
}

func TestValues(t *testing.T) {
	tests := []struct {
		plan  string
		eol   string
		split int
		retry time.Duration
	}{
		{"", "\n", 0, 0},
		{"cut@12,drop:5%", "\n", 0, 0},
		{"eol:crlf", "\r\n", 0, 0},
		{"eol:cr,split:3", "\r", 3, 0},
		{"retry:0", "\n", 0, 0},
		{"retry:10ms", "\n", 0, 10 * time.Millisecond},
	}
	for _, test := range tests {
		s := parse(t, test.plan).Of(1, 0, false)
		if s.EOL() != test.eol || s.Split() != test.split || s.Retry() != test.retry {
			t.Errorf("%s: line end %q, split %d, retry %s", test.plan, s.EOL(), s.Split(), s.Retry())
		}
	}
}

// TestWhatCannotHappenTogether has all that can happen to a chunk, less and less.
func TestWhatCannotHappenTogether(t *testing.T) {
	for plan, want := range map[string]string{
		"cut@3,truncate@3,end@3,stall:1s@3,drop@3,double@3,swap@3,corrupt@3,comment@3": "truncate,stall,corrupt,comment",
		"cut@3,end@3,stall:1s@3,drop@3,double@3,swap@3,corrupt@3,comment@3":            "cut,stall",
		"end@3,stall:1s@3,drop@3,double@3,swap@3,corrupt@3,comment@3":                  "end,stall",
		"stall:1s@3,drop@3,double@3,swap@3,corrupt@3,comment@3":                        "stall,drop",
		"stall:1s@3,double@3,swap@3,corrupt@3,comment@3":                               "stall,double,swap,corrupt,comment",
	} {
		parsed, err := fault.Parse(plan)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for kind := range parsed.Of(1, 0, false).At(2, 3).All() {
			names = append(names, kind.String())
		}
		if got := strings.Join(names, ","); got != want {
			t.Errorf("%s: %s, want %s", plan, got, want)
		}
	}
}
