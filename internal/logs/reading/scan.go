package reading

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"unicode/utf8"

	"sseserver/internal/logs"
)

// field is a key with its value, where they stand in a line.
type field struct {
	key   []byte // without its quotes; unescaped
	value Value
}

var (
	errNoObject  = errors.New("it is no JSON object")
	errEnd       = errors.New("it ends before its JSON does")
	errNotUTF8   = errors.New("it is not UTF-8")
	errTrailing  = errors.New("something follows the JSON object")
	errDeep      = errors.New("its JSON is nested too deeply")
	errDuplicate = errors.New("a key stands twice")
)

// maxDepth is that of encoding/json.
const maxDepth = 10000

// scanner reads the one JSON object of a line. A line is a flat object of a dozen
// fields whose strings are short and rarely have escapes, so it is scanned in one
// pass that makes nothing.
type scanner struct {
	text  []byte
	at    int // in text
	depth int
}

// scanObject appends the fields of the object that the whole of text is.
func scanObject(text []byte, fields []field) ([]field, error) {
	if !utf8.Valid(text) {
		return fields, errNotUTF8
	}
	s := scanner{text: text, depth: 1}
	s.space()
	if s.at == len(text) || text[s.at] != '{' {
		return fields, errNoObject
	}
	s.at++
	fields, err := s.members(fields)
	if err != nil {
		return fields, err
	}
	s.space()
	if s.at != len(text) {
		return fields, errTrailing
	}
	return fields, nil
}

// members reads what is between the braces of an object, and the closing one.
func (s *scanner) members(fields []field) ([]field, error) {
	if s.opens('}') {
		return fields, nil
	}
	start := len(fields)
	seen := uint64(0) // a bit for each key, which several may share
	for {
		key, err := s.key()
		if err != nil {
			return fields, err
		}
		bit := uint64(1) << (hash(key) & 63)
		if seen&bit != 0 && contains(fields[start:], key) {
			return fields, fmt.Errorf("%w: %s", errDuplicate, key)
		}
		seen |= bit
		value, err := s.value()
		if err != nil {
			return fields, err
		}
		fields = append(fields, field{key, value})
		if done, err := s.next('}'); done || err != nil {
			return fields, err
		}
	}
}

func hash(key []byte) int {
	if len(key) == 0 {
		return 0
	}
	return len(key) + 7*int(key[0]) + 31*int(key[len(key)/2]) + 3*int(key[len(key)-1])
}

func contains(fields []field, key []byte) bool {
	for i := range fields {
		if bytes.Equal(fields[i].key, key) {
			return true
		}
	}
	return false
}

// opens skips space behind an opening brace or bracket, and the closing one if
// nothing is between them.
func (s *scanner) opens(closing byte) bool {
	s.space()
	if s.at < len(s.text) && s.text[s.at] == closing {
		s.at++
		return true
	}
	return false
}

// next reads what follows an element: a comma, or what closes it all.
func (s *scanner) next(closing byte) (done bool, err error) {
	s.space()
	if s.at == len(s.text) {
		return false, errEnd
	}
	switch s.text[s.at] {
	case ',':
		s.at++
		s.space()
		return false, nil
	case closing:
		s.at++
		return true, nil
	default:
		return false, s.unexpected()
	}
}

// key reads the key of a member and its colon.
func (s *scanner) key() ([]byte, error) {
	if s.at == len(s.text) {
		return nil, errEnd
	}
	if s.text[s.at] != '"' {
		return nil, s.unexpected()
	}
	key, escaped, err := s.str()
	if err != nil {
		return nil, err
	}
	if escaped {
		key = []byte(unquote(key))
	}
	s.space()
	if s.at == len(s.text) {
		return nil, errEnd
	}
	if s.text[s.at] != ':' {
		return nil, s.unexpected()
	}
	s.at++
	s.space()
	return key, nil
}

func (s *scanner) value() (Value, error) {
	if s.at == len(s.text) {
		return Value{}, errEnd
	}
	start := s.at
	switch c := s.text[start]; {
	case c == '"':
		raw, escaped, err := s.str()
		return Value{raw: raw, kind: logs.String, escaped: escaped}, err
	case c == '-' || isDigit(c):
		kind, err := s.number()
		return Value{raw: s.text[start:s.at], kind: kind}, err
	case c == 't':
		return s.word("true", logs.Bool)
	case c == 'f':
		return s.word("false", logs.Bool)
	case c == 'n':
		return s.word("null", Null)
	case c == '{':
		return s.nested(logs.Object)
	case c == '[':
		return s.nested(logs.List)
	default:
		return Value{}, s.unexpected()
	}
}

func (s *scanner) word(text string, kind logs.Kind) (Value, error) {
	if !bytes.HasPrefix(s.text[s.at:], []byte(text)) {
		return Value{}, s.unexpected()
	}
	s.at += len(text)
	return Value{raw: s.text[s.at-len(text) : s.at], kind: kind}, nil
}

// nested reads an object or an array in one.
func (s *scanner) nested(kind logs.Kind) (Value, error) {
	start := s.at
	s.at++
	s.depth++
	if s.depth > maxDepth {
		return Value{}, errDeep
	}
	skip := s.skipArray
	if kind == logs.Object {
		skip = s.skipObject
	}
	if err := skip(); err != nil {
		return Value{}, err
	}
	s.depth--
	return Value{raw: s.text[start:s.at], kind: kind}, nil
}

func (s *scanner) skipArray() error {
	if s.opens(']') {
		return nil
	}
	for {
		if _, err := s.value(); err != nil {
			return err
		}
		if done, err := s.next(']'); done || err != nil {
			return err
		}
	}
}

func (s *scanner) skipObject() error {
	if s.opens('}') {
		return nil
	}
	for {
		if _, err := s.key(); err != nil {
			return err
		}
		if _, err := s.value(); err != nil {
			return err
		}
		if done, err := s.next('}'); done || err != nil {
			return err
		}
	}
}

// number reads a number as RFC 8259, section 6, has it.
func (s *scanner) number() (logs.Kind, error) {
	start := s.at
	if s.text[s.at] == '-' {
		s.at++
	}
	switch {
	case s.at < len(s.text) && s.text[s.at] == '0':
		s.at++
	case !s.digits():
		return "", s.unexpected()
	}
	whole := true
	if s.at < len(s.text) && s.text[s.at] == '.' {
		s.at++
		whole = false
		if !s.digits() {
			return "", s.unexpected()
		}
	}
	if s.at < len(s.text) && s.text[s.at]|0x20 == 'e' {
		s.at++
		whole = false
		if s.at < len(s.text) && (s.text[s.at] == '+' || s.text[s.at] == '-') {
			s.at++
		}
		if !s.digits() {
			return "", s.unexpected()
		}
	}
	if whole && fits(s.text[start:s.at]) {
		return logs.Int, nil
	}
	return logs.Float, nil
}

// fits reports whether an int64 or a uint64 holds the integer.
func fits(digits []byte) bool {
	if _, ok := atoi(digits); ok {
		return true
	}
	_, err := strconv.ParseUint(string(digits), 10, 64)
	return err == nil
}

// digits skips digits, and reports whether there was one.
func (s *scanner) digits() bool {
	start := s.at
	for s.at < len(s.text) && isDigit(s.text[s.at]) {
		s.at++
	}
	return s.at > start
}

func isDigit(c byte) bool { return c-'0' <= 9 }

func (s *scanner) space() {
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return
		}
	}
}

// str reads a string whose opening quote is next, and returns what is between
// its quotes.
func (s *scanner) str() (raw []byte, escaped bool, err error) {
	s.at++
	start := s.at
	for {
		s.at += plain(s.text[s.at:])
		if s.at >= len(s.text) {
			return nil, false, errEnd
		}
		switch s.text[s.at] {
		case '"':
			s.at++
			return s.text[start : s.at-1], escaped, nil
		case '\\':
			escaped = true
			if err := s.escape(); err != nil {
				return nil, false, err
			}
		default:
			return nil, false, s.unexpected()
		}
	}
}

// plain counts the bytes before the first quote, backslash or control character,
// eight at a time.
func plain(text []byte) int {
	const (
		ones = 0x0101010101010101
		high = 0x8080808080808080
	)
	n := 0
	for ; len(text)-n >= 8; n += 8 {
		x := binary.LittleEndian.Uint64(text[n:])
		quote, slash := x^(ones*'"'), x^(ones*'\\')
		// A byte's highest bit is set where it is less than what is taken away; the
		// lowest of these is right, and only that is used.
		found := ((quote-ones)&^quote | (slash-ones)&^slash | (x-ones*' ')&^x) & high
		if found != 0 {
			return n + bits.TrailingZeros64(found)/8
		}
	}
	for ; n < len(text); n++ {
		if c := text[n]; c == '"' || c == '\\' || c < ' ' {
			break
		}
	}
	return n
}

// escape reads an escape (RFC 8259, section 7) whose backslash is next.
func (s *scanner) escape() error {
	if len(s.text)-s.at < 2 {
		s.at = len(s.text)
		return errEnd
	}
	s.at++
	switch s.text[s.at] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.at++
		return nil
	case 'u':
	default:
		return s.unexpected()
	}
	for range 4 {
		s.at++
		if s.at == len(s.text) {
			return errEnd
		}
		if !isHex(s.text[s.at]) {
			return s.unexpected()
		}
	}
	s.at++
	return nil
}

func isHex(c byte) bool { return isDigit(c) || (c|0x20)-'a' <= 5 }

// unexpected names the byte that stops the scan.
func (s *scanner) unexpected() error {
	if s.at >= len(s.text) {
		return errEnd
	}
	return fmt.Errorf("byte %d, %q, is not what JSON has there", s.at+1, s.text[s.at])
}
