package logs

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.uber.org/zap/buffer"
)

// maxText is how many bytes a text that a client may have made as long as it
// likes takes in a line.
const maxText = 1024

// cutMark ends a text that was cut.
const cutMark = "…"

// clip cuts a text that takes more than maxText bytes of a line.
func clip(text string) string { return clipTo(text, maxText) }

// clipTo cuts a text between two characters, if it takes more bytes in a line,
// escapes included, than it may. What is cut ends with cutMark.
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

// writtenSize is how many bytes a line has for a character that is width bytes
// long in its text.
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

// textSize is how many bytes a text takes in a line.
func textSize(text string) (size int) {
	for i, width := 0, 0; i < len(text); i += width {
		var r rune
		r, width = utf8.DecodeRuneInString(text[i:])
		size += writtenSize(r, width)
	}
	return size
}

// isRaw says of a character which zap does not escape whether it does something
// other than to show itself: DEL and the C1 controls, which a terminal may obey,
// separators of lines, and format characters, those for the direction of text
// among them, with which a line can look like another.
func isRaw(r rune) bool {
	return r == 0x7f || r >= 0x80 && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}

var buffers = buffer.NewPool()

// escaped returns the line with \u escapes for what isRaw. In JSON, and so in the
// fields of the console form, such a character can only stand in a string. The
// buffer is line itself or takes its place.
func escaped(line *buffer.Buffer) *buffer.Buffer {
	text := line.Bytes()
	if !slices.ContainsFunc(text, func(b byte) bool { return b >= 0x7f }) {
		return line
	}
	out := buffers.Get()
	for len(text) > 0 {
		r, width := utf8.DecodeRune(text)
		if isRaw(r) {
			appendEscape(out, r)
		} else {
			out.AppendBytes(text[:width])
		}
		text = text[width:]
	}
	line.Free()
	return out
}

// appendEscape writes a character as JSON escapes it.
func appendEscape(out *buffer.Buffer, r rune) {
	if r > 0xffff {
		high, low := (r-0x10000)>>10+0xd800, (r-0x10000)&0x3ff+0xdc00
		appendEscape(out, high)
		appendEscape(out, low)
		return
	}
	const digits = "0123456789abcdef"
	out.AppendString(`\u`)
	for shift := 12; shift >= 0; shift -= 4 {
		out.AppendByte(digits[r>>shift&0xf])
	}
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
