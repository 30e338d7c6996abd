package httpapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// object is a JSON object that came as a body. Reading it is stricter than
// encoding/json, which would mend invalid text, take "Message" for "message" and
// the last of two: what is stored is what was sent.
//
// It builds nothing but the texts that are asked for. A document of a million
// members would be many times its size once it is built.
type object []byte

// parseObject returns the object that body is, or a *problem.
func parseObject(body []byte) (object, error) {
	if !utf8.Valid(body) {
		return nil, invalidJSON("the body is not valid UTF-8")
	}
	if trimmed := bytes.TrimLeft(body, jsonSpace); len(trimmed) == 0 || trimmed[0] != '{' {
		return nil, invalidJSON("the body is not a JSON object")
	}
	if !json.Valid(body) {
		// This fails in the same way, before it builds anything, and says why.
		return nil, invalidJSON("the body is not valid JSON: " + json.Unmarshal(body, new(struct{})).Error())
	}
	return body, nil
}

// member returns the value of the member of that name, nil if there is none, or a
// *problem.
func (o object) member(name string) (value []byte, err error) {
	var values [1][]byte
	err = o.members([]string{name}, values[:])
	return values[0], err
}

// members sets values to those of the members of these names, in one pass. Where there
// is none it is left nil. An error is a *problem.
func (o object) members(names []string, values [][]byte) error {
	rest := bytes.TrimLeft(o, jsonSpace)[1:]
	for {
		rest = bytes.TrimLeft(rest, jsonSpace+",")
		if rest[0] == '}' {
			return nil
		}
		end := stringEnd(rest)
		key := rest[:end]
		rest = bytes.TrimLeft(rest[end:], jsonSpace+":")
		end = valueEnd(rest)
		for i, name := range names {
			switch {
			case !spells(key, name):
			case values[i] != nil:
				return invalidJSON(fmt.Sprintf("an object has more than one member %q", name))
			default:
				values[i] = rest[:end]
			}
		}
		rest = rest[end:]
	}
}

// elements returns the elements of array, which is that of a valid object. One that
// was returned may be written over.
func elements(array []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		rest := array[1:]
		for {
			rest = bytes.TrimLeft(rest, jsonSpace+",")
			if rest[0] == ']' {
				return
			}
			end := valueEnd(rest)
			if !yield(rest[:end]) {
				return
			}
			rest = rest[end:]
		}
	}
}

// text returns the member of that name, which is a string if there is one, or a
// *problem. It may write over the object, of which nothing can be read after that.
func (o object) text(name string) (text string, found bool, err error) {
	value, err := o.member(name)
	switch {
	case value == nil || err != nil:
		return "", false, err
	case value[0] != '"':
		return "", false, messageRequired(fmt.Sprintf("%q is not a string", name))
	}
	unescaped, ok := unescape(value[1 : len(value)-1])
	if !ok {
		return "", false, invalidJSON(fmt.Sprintf("%q has a lone surrogate, which no UTF-8 text can hold", name))
	}
	return string(unescaped), true, nil
}

// requiredText returns the member of that name as text does, which must be there.
func (o object) requiredText(name string) (string, error) {
	text, found, err := o.text(name)
	if err == nil && !found {
		err = messageRequired(fmt.Sprintf("the object has no member %q", name))
	}
	return text, err
}

// optionalText returns the member of that name of the object that body is, "" if
// either is not there, or a *problem. It may write over body.
func optionalText(body []byte, name string) (string, error) {
	if len(body) == 0 {
		return "", nil
	}
	o, err := parseObject(body)
	if err != nil {
		return "", err
	}
	text, _, err := o.text(name)
	return text, err
}

// parseMessage returns the text of a message that body submits, or a *problem. It
// may write over body.
func parseMessage(body []byte) (string, error) {
	o, err := parseObject(body)
	if err != nil {
		return "", err
	}
	text, err := o.requiredText("message")
	if err == nil && text == "" {
		err = messageRequired(`"message" is empty`)
	}
	return text, err
}

// jsonSpace is the white space of JSON (RFC 8259 §2).
const jsonSpace = " \t\r\n"

// spells says whether key, a string of JSON, spells name, which is of ASCII.
func spells(key []byte, name string) bool {
	inside := key[1 : len(key)-1]
	if bytes.IndexByte(inside, '\\') < 0 {
		return string(inside) == name
	}
	if len(inside) > len(name)*len(`\u0000`) {
		return false
	}
	spelled, ok := unescape(bytes.Clone(inside))
	return ok && string(spelled) == name
}

// valueEnd returns where the value that json begins with, a member's or an
// element's, ends.
func valueEnd(json []byte) int {
	switch json[0] {
	case '"':
		return stringEnd(json)
	case '{', '[':
		return nestedEnd(json)
	default: // a number or a word
		return bytes.IndexAny(json, jsonSpace+",}]")
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
