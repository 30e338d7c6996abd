package httpapi

import (
	"time"
	"unicode/utf8"

	"sseserver/broker"
)

// What all forms of frames have in common. Each function appends to dst and returns
// the longer slice.
//
// The format is that of WHATWG HTML, "Parsing an event stream"
// (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream).
// A line ends at CR, LF or CRLF, so none of these may stand inside a value: the
// JSON encoder below escapes them, and all other values are ours.

// form is how a stream is written: as our own events, or as another API has it.
// Each method appends to dst and returns the longer slice. A chunk is appendID,
// appendData, its text as appendJSONText has it, and appendTail.
type form interface {
	contentType() string
	// appendFirst appends what is sent at once, which is not nothing.
	appendFirst(dst []byte, retry time.Duration) []byte
	// appendResumed appends the answer to a Last-Event-ID.
	appendResumed(dst []byte, from int, resumed bool) []byte
	// appendID appends the lines before the data of a chunk.
	appendID(dst []byte, position int) []byte
	// appendData appends the line of data up to the text.
	appendData(dst []byte, position int) []byte
	// appendTail appends the rest of a chunk. A total of unknownTotal is not known.
	appendTail(dst []byte, position, total int) []byte
	// appendComment appends a line that no client sees as an event, where there can
	// be one.
	appendComment(dst []byte, text string) []byte
	// appendHeartbeat appends the block that says, after a silence, that the stream
	// is alive.
	appendHeartbeat(dst []byte) []byte
	// appendEnd appends what follows the last chunk of a message that has ended.
	appendEnd(dst []byte, message *broker.Message, total int) []byte
	// appendBroken appends what follows the last chunk if the server ends the stream
	// before its message, for one of the reasons of logs. A client should come back
	// after retry; 0 is as ever.
	appendBroken(dst []byte, reason string, retry time.Duration) []byte
}

// unknownTotal is the number of chunks of a stream whose message is open.
const unknownTotal = -1

// maxText is how much text is framed at once. What is longer is framed in pieces.
const maxText = 1 << 10

// maxFrame is the most that becomes of maxText with its head and tail, in which a name
// of maxModel may stand: a control character takes six bytes.
const maxFrame = 6*(maxText+maxModel) + 512

// cutText returns the first piece of text, and the rest. A code point that is
// whole stays so.
func cutText(text string) (piece, rest string) {
	if len(text) <= maxText {
		return text, ""
	}
	for end := maxText; end > maxText-utf8.UTFMax; end-- {
		if utf8.RuneStart(text[end]) {
			return text[:end], text[end:]
		}
	}
	return text[:maxText], text[maxText:] // not UTF-8, each byte of which is escaped by itself
}

// appendJSONText appends s as it stands in a JSON string, between the quotes, as
// JSON.stringify writes it: only what RFC 8259 §7 demands is escaped. encoding/json
// would need s copied to the heap, and escapes HTML. Invalid UTF-8, which no stored
// message has, becomes U+FFFD.
func appendJSONText(dst []byte, s string) []byte {
	const hexDigits = "0123456789abcdef"
	start := 0 // of what was not appended yet
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				dst = append(dst, s[start:i]...)
				dst = append(dst, "\ufffd"...)
				start = i + 1
			}
			i += size
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' {
			i++
			continue
		}
		dst = append(dst, s[start:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, `\n`...)
		case '\r':
			dst = append(dst, `\r`...)
		case '\t':
			dst = append(dst, `\t`...)
		case '\b':
			dst = append(dst, `\b`...)
		case '\f':
			dst = append(dst, `\f`...)
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xF])
		}
		i++
		start = i
	}
	return append(dst, s[start:]...)
}
