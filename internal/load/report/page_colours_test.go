package report

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestColours computes the contrasts of the page's colours (WCAG 2.2, 1.4.3 and
// 1.4.11): 4.5 to 1 for text, 3 to 1 for lines that carry a meaning.
func TestColours(t *testing.T) {
	rules := regexp.MustCompile(`(?s):root(\[data-theme="dark"\])? \{(.*?)\}`).FindAllStringSubmatch(pageCSS, -1)
	if len(rules) != 2 {
		t.Fatalf("%d rules with colours, want those of two themes", len(rules))
	}
	for i, theme := range []string{"light", "dark"} {
		colours := map[string]float64{}
		for _, v := range regexp.MustCompile(`--([a-z-]+): #([0-9a-f]{6});`).FindAllStringSubmatch(rules[i][2], -1) {
			colours[v[1]] = luminance(t, v[2])
		}
		want := func(least float64, names, grounds string) {
			for name := range strings.FieldsSeq(names) {
				for ground := range strings.FieldsSeq(grounds) {
					a, b := colours[name], colours[ground]
					if got := (max(a, b) + 0.05) / (min(a, b) + 0.05); got < least {
						t.Errorf("%s: %s on %s has a contrast of %.2f, want %v", theme, name, ground, got, least)
					}
				}
			}
		}
		want(4.5, "text quiet link good bad warn", "card page")
		want(4.5, "good", "soft-good")
		want(4.5, "bad", "soft-bad")
		want(4.5, "warn", "soft-warn")
		want(3, "main second heat limit bad quiet", "card")
	}
}

func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(hex, 16, 32)
	if err != nil {
		t.Fatal(err)
	}
	channel := func(shift int) float64 {
		c := float64(n>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(16) + 0.7152*channel(8) + 0.0722*channel(0)
}
