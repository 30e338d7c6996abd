package logs

import (
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// maxText is how many bytes of a line a text may take that a client can make as long as it
// likes.
const maxText = 1024

// cutMark ends a text that was cut.
const cutMark = "…"

// clip cuts a text that takes more than maxText bytes of a line.
func clip(text string) string { return clipTo(text, maxText) }

// clipTo cuts a text between two characters, so that it takes at most so many bytes of a
// line, escapes included. What was cut ends with cutMark.
func clipTo(text string, most int) string {
	if len(text)*longestEscape <= most {
		return text
	}
	size, end := 0, 0
	for i, width := 0, 0; i < len(text); i += width {
		if size <= most-len(cutMark) {
			end = i
		}
		var r rune
		r, width = utf8.DecodeRuneInString(text[i:])
		if size += writtenSize(r, width); size > most {
			return text[:end] + cutMark
		}
	}
	return text
}

// longestEscape is how many bytes one byte of a text can become: \u0001.
const longestEscape = 6

// writtenSize is how many bytes of a line a character takes that is width bytes long in
// its text.
func writtenSize(r rune, width int) int {
	switch {
	case r == '"', r == '\\', r == '\n', r == '\r', r == '\t':
		return 2
	case r < ' ', r == utf8.RuneError && width == 1: // of what is not UTF-8, each byte is escaped
		return longestEscape
	case isRaw(r) && r > 0xffff:
		return 2 * longestEscape
	case isRaw(r):
		return longestEscape
	default:
		return width
	}
}

// textSize is how many bytes of a line a text takes.
func textSize(text string) (size int) {
	for i, width := 0, 0; i < len(text); i += width {
		var r rune
		r, width = utf8.DecodeRuneInString(text[i:])
		size += writtenSize(r, width)
	}
	return size
}

// isRaw reports whether a character that zap does not escape does something other than
// show itself: DEL and the C1 controls, which a terminal may obey, line separators, and
// format characters, such as those for the direction of text, with which one line can
// look like another.
func isRaw(r rune) bool {
	return r == 0x7f || r >= 0x80 && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}

// isSimple has, for each byte, whether a line has it unescaped, whatever is beside it.
var isSimple = func() (simple [256]bool) {
	for b := byte(' '); b < 0x7f; b++ {
		simple[b] = b != '"' && b != '\\'
	}
	return simple
}()

// appendEscaped writes a text as it is between the quotes of a JSON string, with \u
// escapes for what isRaw as well.
func appendEscaped(to []byte, text string) []byte {
	start := 0 // of what is still to be copied
	for i := 0; i < len(text); {
		if isSimple[text[i]] {
			i++
			continue
		}
		r, width := utf8.DecodeRuneInString(text[i:])
		if r >= 0x80 && !isRaw(r) && (r != utf8.RuneError || width > 1) {
			i += width
			continue
		}
		to = append(to, text[start:i]...)
		to = appendEscape(to, r)
		i += width
		start = i
	}
	return append(to, text[start:]...)
}

// appendRawEscaped writes JSON with \u escapes for what isRaw, which can only be in a
// string.
func appendRawEscaped(to, json []byte) []byte {
	for len(json) > 0 {
		r, width := utf8.DecodeRune(json)
		if isRaw(r) {
			to = appendEscape(to, r)
		} else {
			to = append(to, json[:width]...)
		}
		json = json[width:]
	}
	return to
}

const hexDigits = "0123456789abcdef"

// appendEscape writes a character as JSON escapes it.
func appendEscape(to []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(to, '\\', byte(r))
	case '\n':
		return append(to, `\n`...)
	case '\r':
		return append(to, `\r`...)
	case '\t':
		return append(to, `\t`...)
	}
	if r > 0xffff {
		high, low := utf16.EncodeRune(r)
		return appendEscape(appendEscape(to, high), low)
	}
	to = append(to, `\u`...)
	for shift := 12; shift >= 0; shift -= 4 {
		to = append(to, hexDigits[r>>shift&0xf])
	}
	return to
}

// plain returns a text of several lines with no control characters but the ends
// of its lines and tabs.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}
