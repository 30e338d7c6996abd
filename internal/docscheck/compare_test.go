package docscheck

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

// omitted is a line that stands for any number of lines, none included.
const omitted = "…"

var (
	uuid    = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)
	shortID = regexp.MustCompile(`\b[0-9a-f]{8}\b`)
	number  = regexp.MustCompile(`[0-9][0-9.]*( (µs|ms|s|min)\b)?`)
	space   = regexp.MustCompile(` +`)
	// Values of JSON: a comma or a bracket follows.
	textWithDigits = regexp.MustCompile(`"[^"]*[0-9][^"]*"([],}])`)
	digits         = regexp.MustCompile(`[0-9.]+([],}])`)
	// What sseload says only if the machine is too busy to measure, or not on a
	// terminal: its progress in lines.
	troubles  = regexp.MustCompile(`(?m)^(! |stall ms |submitting |opening one stream | *\d+ s  ).*\n`)
	invalid   = regexp.MustCompile(`(?m)^INVALID: .*$`)
	coalesced = regexp.MustCompile(`; .* came in one read with the (event|one) before \(coalesced\)`)
)

// compare checks that a command prints the lines that the document shows, and
// learns which ids stand for those of the document. figures says that numbers
// differ from run to run.
func (r *reader) compare(t *testing.T, c command, output string, figures bool) {
	t.Helper()
	shape := shapeOf
	if figures {
		shape = func(line string) string {
			line = shortID.ReplaceAllString(uuid.ReplaceAllString(coalesced.ReplaceAllString(line, ""), "id"), "id")
			return space.ReplaceAllString(number.ReplaceAllString(line, "0"), " ")
		}
		output = invalid.ReplaceAllString(troubles.ReplaceAllString(output, ""), "PASS")
	}
	got := lines(output)
	skip := false
	for i, want := range lines(strings.Join(c.want, "\n")) {
		if want == omitted {
			skip = true
			continue
		}
		for skip && len(got) > 0 && shape(got[0]) != shape(want) {
			got = got[1:]
		}
		if len(got) == 0 || shape(got[0]) != shape(want) || !r.learn(want, got[0]) {
			t.Fatalf("%s:%d: not what it prints: %q; it prints\n%s", c.file, c.line+1+i, want, output)
		}
		got, skip = got[1:], false
	}
	if len(got) > 0 && !skip {
		t.Fatalf("%s:%d: it also prints\n%s", c.file, c.line, strings.Join(got, "\n"))
	}
}

// lines splits a text, without the blank lines at its end.
func lines(text string) []string {
	if text = strings.TrimRight(text, "\n"); text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// learn notes which ids stand for those of a shown line. It says false if others
// do already.
func (r *reader) learn(shown, got string) bool {
	for i, id := range uuid.FindAllString(shown, -1) {
		here := uuid.FindAllString(got, -1)[i]
		if known := r.here(id); known == id {
			r.stand = append(r.stand, id, here)
		} else if known != here {
			return false
		}
	}
	return true
}

// shapeOf is what a line must have in common with the one that is shown:
// everything but ids. Of JSON it is the keys in their order, the types of the
// values, and those values that have no digit.
func shapeOf(line string) string {
	if !json.Valid([]byte(line)) {
		return uuid.ReplaceAllString(line, "id")
	}
	return digits.ReplaceAllString(textWithDigits.ReplaceAllString(line, `""$1`), "0$1")
}
