package httpapi

import (
	"encoding/hex"
	"strconv"
	"time"
	"unicode/utf8"

	"sseserver/actors"
	"sseserver/broker"
)

// The frames of a stream, as bytes. Each function appends one block, with the
// blank line that ends it, to dst and returns the longer slice.
//
// The format is that of WHATWG HTML, "Parsing an event stream"
// (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream).
// A line ends at CR, LF or CRLF, so none of these may stand inside a value: the
// JSON encoder below escapes them, and all other values are ours.

// idEnd is the id of the done event. A client that sends it back has seen all.
const idEnd = "end"

// appendConnected appends the first block, which makes onopen fire behind
// proxies that wait for a body: a comment and the reconnection time.
//
//	: connected
//	retry: 2000
func appendConnected(dst []byte, retry time.Duration) []byte {
	dst = append(dst, ": connected\n"...)
	return appendRetry(dst, retry)
}

// appendRetry appends a block that sets the client's reconnection time, which
// the wire counts in whole milliseconds.
func appendRetry(dst []byte, retry time.Duration) []byte {
	dst = append(dst, "retry: "...)
	dst = strconv.AppendInt(dst, retry.Milliseconds(), 10)
	return append(dst, "\n\n"...)
}

// appendHeartbeat appends a comment, which no client sees as an event.
func appendHeartbeat(dst []byte) []byte {
	return append(dst, ": heartbeat\n\n"...)
}

// appendResumed appends the answer to a Last-Event-ID. It has no id of its own,
// so the client's last event id stays what it was.
//
//	event: resumed
//	data: {"messageId":"5b0e…","from":3,"resumed":true}
func appendResumed(dst []byte, messageID string, from int, resumed bool) []byte {
	dst = append(dst, "event: resumed\ndata: {\"messageId\":\""...)
	dst = append(dst, messageID...)
	dst = append(dst, `","from":`...)
	dst = strconv.AppendInt(dst, int64(from), 10)
	dst = append(dst, `,"resumed":`...)
	dst = strconv.AppendBool(dst, resumed)
	return append(dst, "}\n\n"...)
}

// appendChunk appends a chunk event. It has no event field, so that onmessage
// sees it.
//
//	id: 0
//	data: {"messageId":"5b0e…","chunk":"H","position":0,"total":5}
//
//	id: 50
//	data: {"messageId":"5b0e…","completed":false,"chunk":"Processing chunk 50%","total":100}
//
// A total of unknownTotal is null.
func appendChunk(dst []byte, kind broker.Kind, messageID string, chunk actors.Chunk, total int) []byte {
	dst = appendChunkHead(dst, kind, messageID, chunk.Position)
	dst = appendJSONText(dst, chunk.Text)
	return appendChunkTail(dst, kind, chunk.Position, total)
}

// appendChunkHead appends what is before the text of a chunk event.
func appendChunkHead(dst []byte, kind broker.Kind, messageID string, position int) []byte {
	dst = append(dst, "id: "...)
	dst = strconv.AppendInt(dst, int64(position), 10)
	dst = append(dst, "\ndata: {\"messageId\":\""...)
	dst = append(dst, messageID...)
	if kind == broker.Progress {
		dst = append(dst, `","completed":`...)
		dst = strconv.AppendBool(dst, position == actors.LastPercent)
		return append(dst, `,"chunk":"`...)
	}
	return append(dst, `","chunk":"`...)
}

// appendChunkTail appends what is after the text of a chunk event.
func appendChunkTail(dst []byte, kind broker.Kind, position, total int) []byte {
	dst = append(dst, '"')
	if kind == broker.Characters {
		dst = append(dst, `,"position":`...)
		dst = strconv.AppendInt(dst, int64(position), 10)
	}
	dst = append(dst, `,"total":`...)
	if total == unknownTotal {
		return append(dst, "null}\n\n"...)
	}
	dst = strconv.AppendInt(dst, int64(total), 10)
	return append(dst, "}\n\n"...)
}

// unknownTotal is the number of chunks of a stream whose message is open.
const unknownTotal = -1

// maxText is how much text is framed at once. What is longer is framed in pieces.
const maxText = 1 << 10

// maxFrame is the most that becomes of maxText with its head and tail: a control
// character takes six bytes.
const maxFrame = 6*maxText + 256

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

// appendDone appends the event after the last chunk. Only a characters stream
// has a digest: a progress stream does not carry the text it would be of.
//
//	event: done
//	id: end
//	data: {"messageId":"5b0e…","total":5,"sha256":"<hex of the UTF-8 message>"}
func appendDone(dst []byte, kind broker.Kind, message *broker.Message, total int) []byte {
	dst = append(dst, "event: done\nid: "+idEnd+"\ndata: {\"messageId\":\""...)
	dst = append(dst, message.Name...)
	dst = append(dst, `","total":`...)
	dst = strconv.AppendInt(dst, int64(total), 10)
	if kind == broker.Characters {
		dst = append(dst, `,"sha256":"`...)
		dst = hex.AppendEncode(dst, message.SHA256[:])
		dst = append(dst, '"')
	}
	return append(dst, "}\n\n"...)
}

// appendFailed appends the event after the last chunk of a message that has
// failed, in whose place it stands of done.
//
//	event: failed
//	id: end
//	data: {"messageId":"5b0e…","reason":"producer_gone"}
func appendFailed(dst []byte, message *broker.Message) []byte {
	dst = append(dst, "event: failed\nid: "+idEnd+"\ndata: {\"messageId\":\""...)
	dst = append(dst, message.Name...)
	dst = append(dst, `","reason":"`...)
	dst = appendJSONText(dst, message.Reason)
	return append(dst, "\"}\n\n"...)
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
