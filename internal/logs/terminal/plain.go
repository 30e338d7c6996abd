package terminal

import (
	"strconv"
	"strings"
	"unicode"
)

// Plain returns a text with escapes for what a terminal would obey instead of showing it:
// control characters, and those that change the direction of text. Line ends stay.
func Plain(text string) string {
	return escaped(text, func(r rune) bool { return r != '\n' && !unicode.IsGraphic(r) })
}

// Line returns a text as Plain does, with escapes for line ends as well.
func Line(text string) string {
	return escaped(text, func(r rune) bool { return !unicode.IsGraphic(r) })
}

func escaped(text string, isObeyed func(rune) bool) string {
	if !strings.ContainsFunc(text, isObeyed) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if isObeyed(r) {
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
