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

// field is where a key and its value stand in a line. It has no pointers, which the
// garbage collector would have to be told of for each of a million lines.
type field struct {
	key, keyEnd     uint32 // without its quotes
	value, valueEnd uint32 // of a string, without its quotes
	kind            kind
	escaped         bool // the value is a string with escapes in it
}

// kind is a logs.Kind in a byte.
type kind uint8

const (
	nullKind kind = iota
	stringKind
	intKind
	floatKind
	boolKind
	listKind
	objectKind
)

var kindNames = [...]logs.Kind{Null, logs.String, logs.Int, logs.Float, logs.Bool, logs.List, logs.Object}

// keyIn is the key of the field in its line.
func (f *field) keyIn(line []byte) []byte { return line[f.key:f.keyEnd] }

// isKey reports whether it has this key.
func (f *field) isKey(line []byte, key string) bool {
	return int(f.keyEnd-f.key) == len(key) && string(line[f.key:f.keyEnd]) == key
}

// in is the value of the field in its line.
func (f *field) in(line []byte) Value {
	return Value{raw: line[f.value:f.valueEnd], kind: f.kind, escaped: f.escaped}
}

var (
	errNoObject   = errors.New("it is no JSON object")
	errEnd        = errors.New("it ends before its JSON does")
	errNotUTF8    = errors.New("it is not UTF-8")
	errTrailing   = errors.New("something follows the JSON object")
	errDeep       = errors.New("its JSON is nested too deeply")
	errEscapedKey = errors.New("one of its keys has an escape")
	errDuplicate  = errors.New("a key stands twice")
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
		fields = append(fields, field{})
		f := &fields[len(fields)-1]
		if escaped, err := s.key(f); err != nil {
			return fields, err
		} else if escaped {
			return fields, errEscapedKey
		}
		key := f.keyIn(s.text)
		bit := uint64(1) << (hash(key) & 63)
		if seen&bit != 0 && s.contains(fields[start:len(fields)-1], key) {
			return fields, fmt.Errorf("%w: %s", errDuplicate, key)
		}
		seen |= bit
		if err := s.value(f); err != nil {
			return fields, err
		}
		if done, err := s.next('}'); done || err != nil {
			return fields, err
		}
	}
}

func hash[text string | []byte](key text) int {
	if len(key) == 0 {
		return 0
	}
	return len(key) + 7*int(key[0]) + 31*int(key[len(key)/2]) + 3*int(key[len(key)-1])
}

func (s *scanner) contains(fields []field, key []byte) bool {
	for i := range fields {
		if bytes.Equal(fields[i].keyIn(s.text), key) {
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

// key reads the key of a member and its colon, and reports whether it has escapes.
func (s *scanner) key(f *field) (escaped bool, err error) {
	if s.at == len(s.text) {
		return false, errEnd
	}
	if s.text[s.at] != '"' {
		return false, s.unexpected()
	}
	f.key = uint32(s.at + 1)
	escaped, err = s.str()
	if err != nil {
		return false, err
	}
	f.keyEnd = uint32(s.at - 1)
	s.space()
	if s.at == len(s.text) {
		return false, errEnd
	}
	if s.text[s.at] != ':' {
		return false, s.unexpected()
	}
	s.at++
	s.space()
	return escaped, nil
}

func (s *scanner) value(f *field) (err error) {
	if s.at == len(s.text) {
		return errEnd
	}
	f.value, f.escaped = uint32(s.at), false
	switch c := s.text[s.at]; {
	case c == '"':
		f.value++
		f.kind = stringKind
		f.escaped, err = s.str()
		f.valueEnd = uint32(s.at - 1)
		return err
	case c == '-' || isDigit(c):
		f.kind, err = s.number()
	case c == 't':
		f.kind, err = boolKind, s.word("true")
	case c == 'f':
		f.kind, err = boolKind, s.word("false")
	case c == 'n':
		f.kind, err = nullKind, s.word("null")
	case c == '{':
		f.kind, err = objectKind, s.nested(s.skipObject)
	case c == '[':
		f.kind, err = listKind, s.nested(s.skipArray)
	default:
		return s.unexpected()
	}
	f.valueEnd = uint32(s.at)
	return err
}

func (s *scanner) word(text string) error {
	if !bytes.HasPrefix(s.text[s.at:], []byte(text)) {
		return s.unexpected()
	}
	s.at += len(text)
	return nil
}

// nested skips an object or an array.
func (s *scanner) nested(skip func() error) error {
	s.at++
	s.depth++
	if s.depth > maxDepth {
		return errDeep
	}
	err := skip()
	s.depth--
	return err
}

func (s *scanner) skipArray() error {
	if s.opens(']') {
		return nil
	}
	var element field
	for {
		if err := s.value(&element); err != nil {
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
	var member field
	for {
		if _, err := s.key(&member); err != nil {
			return err
		}
		if err := s.value(&member); err != nil {
			return err
		}
		if done, err := s.next('}'); done || err != nil {
			return err
		}
	}
}

// number reads a number as RFC 8259, section 6, has it.
func (s *scanner) number() (kind, error) {
	start := s.at
	if s.text[s.at] == '-' {
		s.at++
	}
	switch {
	case s.at < len(s.text) && s.text[s.at] == '0':
		s.at++
	case !s.digits():
		return 0, s.unexpected()
	}
	whole := true
	if s.at < len(s.text) && s.text[s.at] == '.' {
		s.at++
		whole = false
		if !s.digits() {
			return 0, s.unexpected()
		}
	}
	if s.at < len(s.text) && s.text[s.at]|0x20 == 'e' {
		s.at++
		whole = false
		if s.at < len(s.text) && (s.text[s.at] == '+' || s.text[s.at] == '-') {
			s.at++
		}
		if !s.digits() {
			return 0, s.unexpected()
		}
	}
	if whole && fits(s.text[start:s.at]) {
		return intKind, nil
	}
	return floatKind, nil
}

// fits reports whether an int64 or a uint64 holds the integer.
func fits(digits []byte) bool {
	if len(digits) < len("9223372036854775807") {
		return true
	}
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

// str reads a string whose opening quote is next, and reports whether it has escapes.
func (s *scanner) str() (escaped bool, err error) {
	s.at++
	for {
		s.at += plain(s.text[s.at:])
		if s.at >= len(s.text) {
			return false, errEnd
		}
		switch s.text[s.at] {
		case '"':
			s.at++
			return escaped, nil
		case '\\':
			escaped = true
			if err := s.escape(); err != nil {
				return false, err
			}
		default:
			return false, s.unexpected()
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
