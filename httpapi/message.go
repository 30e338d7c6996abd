package httpapi

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// parseMessage returns the member "message" of the JSON object that body is, or
// a *problem. It is stricter than encoding/json, which would mend invalid text,
// take "Message" for "message" and the last of two: what is stored is what was
// sent.
//
// It builds nothing but that text. A document of a million members would be many
// times its size once it is built. It may write over body.
func parseMessage(body []byte) (string, error) {
	if !utf8.Valid(body) {
		return "", invalidJSON("the body is not valid UTF-8")
	}
	if trimmed := bytes.TrimLeft(body, jsonSpace); len(trimmed) == 0 || trimmed[0] != '{' {
		return "", invalidJSON("the body is not a JSON object")
	}
	if !json.Valid(body) {
		// This fails in the same way, before it builds anything, and says why.
		return "", invalidJSON("the body is not valid JSON: " + json.Unmarshal(body, new(struct{})).Error())
	}
	value, count := findMessage(body)
	switch {
	case count == 0:
		return "", messageRequired(`the object has no member "message"`)
	case count > 1:
		return "", invalidJSON(`the object has more than one member "message"`)
	case value[0] != '"':
		return "", messageRequired(`"message" is not a string`)
	}
	text, ok := unescape(value[1 : len(value)-1])
	switch {
	case !ok:
		return "", invalidJSON(`"message" has a lone surrogate, which no UTF-8 text can hold`)
	case len(text) == 0:
		return "", messageRequired(`"message" is empty`)
	}
	return string(text), nil
}

// jsonSpace is the white space of JSON (RFC 8259 §2).
const jsonSpace = " \t\r\n"

// findMessage returns the last value of the member "message" of object, and how
// many there are. object is valid JSON.
func findMessage(object []byte) (value []byte, count int) {
	rest := bytes.TrimLeft(object, jsonSpace)[1:]
	for {
		rest = bytes.TrimLeft(rest, jsonSpace+",")
		if rest[0] == '}' {
			return value, count
		}
		end := stringEnd(rest)
		key := rest[:end]
		rest = bytes.TrimLeft(rest[end:], jsonSpace+":")
		end = valueEnd(rest)
		if isMessage(key) {
			value = rest[:end]
			count++
		}
		rest = rest[end:]
	}
}

// isMessage says whether key, a string of JSON, spells "message".
func isMessage(key []byte) bool {
	if bytes.IndexByte(key, '\\') < 0 {
		return string(key) == `"message"`
	}
	if len(key) > len(`""`)+len("message")*len(`\u0000`) {
		return false
	}
	name, ok := unescape(bytes.Clone(key[1 : len(key)-1]))
	return ok && string(name) == "message"
}

// valueEnd returns where the value that json begins with, a member's, ends.
func valueEnd(json []byte) int {
	switch json[0] {
	case '"':
		return stringEnd(json)
	case '{', '[':
		return nestedEnd(json)
	default: // a number or a word
		return bytes.IndexAny(json, jsonSpace+",}")
	}
}

// nestedEnd returns where the object or array that json begins with ends. It
// counts what is open, and so needs no more for a deep one than for a flat one.
func nestedEnd(json []byte) int {
	depth := 0
	for i := 0; ; i++ {
		switch json[i] {
		case '"':
			i += stringEnd(json[i:]) - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
}

// stringEnd returns where the string that json begins with ends.
func stringEnd(json []byte) int {
	for i := 1; ; i++ {
		switch json[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
}

// unescape replaces the escapes in s, the inside of a string of JSON, in place,
// where there is room for them: each is longer than what it stands for. It is not
// ok if one is half of a UTF-16 surrogate pair without the other (RFC 8259 §8.2).
func unescape(s []byte) (text []byte, ok bool) {
	first := bytes.IndexByte(s, '\\')
	if first < 0 {
		return s, true
	}
	text = s[:first]
	for rest := s[first:]; len(rest) > 0; {
		switch {
		case rest[0] != '\\':
			plain, _, _ := bytes.Cut(rest, []byte{'\\'})
			text, rest = append(text, plain...), rest[len(plain):]
		case rest[1] != 'u':
			text, rest = append(text, escaped[rest[1]]), rest[2:]
		default:
			r := escapedUnit(rest)
			rest = rest[6:]
			if utf16.IsSurrogate(r) {
				if r = utf16.DecodeRune(r, escapedUnit(rest)); r == utf8.RuneError {
					return nil, false
				}
				rest = rest[6:]
			}
			text = utf8.AppendRune(text, r)
		}
	}
	return text, true
}

// escaped are the characters that have an escape of one letter.
var escaped = [...]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// escapedUnit returns the UTF-16 code unit that s begins with, escaped as \uXXXX,
// or 0, which is no surrogate, if it begins with something else.
func escapedUnit(s []byte) rune {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0
	}
	unit, _ := strconv.ParseUint(string(s[2:6]), 16, 16) // four digits, as the JSON is valid
	return rune(unit)
}
