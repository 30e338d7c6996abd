package track

import (
	"bytes"
	"encoding/json"
	"errors"
	"unicode/utf8"
)

// Fields is what the data of an event says, as far as the checks need it. The
// byte slices lie in the data that was parsed, or in memory of their own where
// a string had to be unescaped.
type Fields struct {
	MessageID, Chunk, SHA256 []byte
	Position, Total, From    int64
	Completed, Resumed       bool

	has presence
}

// presence tells an absent field from a zero one.
type presence uint8

const (
	hasPosition presence = 1 << iota
	hasTotal
	hasFrom
	hasChunk
	hasCompleted
)

var errNotAnObject = errors.New("not a JSON object of the known form")

// Parse reads a JSON object. A flat object without escapes is scanned in place
// and costs no allocation; anything else goes through encoding/json, so both
// accept the same objects. Values of the wrong type are errors, keys that are
// not known are ignored.
func (f *Fields) Parse(data []byte) error {
	*f = Fields{}
	if f.scan(data) {
		return nil
	}
	*f = Fields{}
	return f.decode(data)
}

// scan is the short way. It says false for whatever it does not want to judge.
func (f *Fields) scan(data []byte) bool {
	s := scanner{rest: data}
	if !s.take('{') {
		return false
	}
	for {
		key, ok := s.text()
		if !ok || !s.take(':') || !f.value(&s, key) {
			return false
		}
		if s.take('}') {
			return len(s.rest) == 0
		}
		if !s.take(',') {
			return false
		}
	}
}

func (f *Fields) value(s *scanner, key []byte) (ok bool) {
	switch string(key) {
	case "messageId":
		f.MessageID, ok = s.text()
	case "chunk":
		f.Chunk, ok = s.text()
		f.has |= hasChunk
	case "sha256":
		f.SHA256, ok = s.text()
	case "position":
		f.Position, ok = s.number()
		f.has |= hasPosition
	case "total":
		if ok = s.null(); ok { // of a live message that is not complete
			return true
		}
		f.Total, ok = s.number()
		f.has |= hasTotal
	case "from":
		f.From, ok = s.number()
		f.has |= hasFrom
	case "completed":
		f.Completed, ok = s.truth()
		f.has |= hasCompleted
	case "resumed":
		f.Resumed, ok = s.truth()
	}
	return ok // an unknown key is left to the long way
}

// scanner walks over JSON that has no space between its tokens.
type scanner struct{ rest []byte }

func (s *scanner) take(c byte) bool {
	if len(s.rest) == 0 || s.rest[0] != c {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

// text takes a string that has no escape and no broken character in it.
func (s *scanner) text() ([]byte, bool) {
	if !s.take('"') {
		return nil, false
	}
	end := bytes.IndexByte(s.rest, '"')
	if end < 0 {
		return nil, false
	}
	text, ascii := s.rest[:end], true
	for _, c := range text {
		if c == '\\' || c < ' ' {
			return nil, false
		}
		ascii = ascii && c < utf8.RuneSelf
	}
	s.rest = s.rest[end+1:]
	return text, ascii || utf8.Valid(text)
}

// number takes a natural number short enough never to overflow.
func (s *scanner) number() (n int64, ok bool) {
	i := 0
	for i < len(s.rest) && s.rest[i]-'0' <= 9 {
		n = n*10 + int64(s.rest[i]-'0')
		i++
	}
	if i == 0 || i > 18 || i > 1 && s.rest[0] == '0' {
		return 0, false
	}
	s.rest = s.rest[i:]
	return n, true
}

func (s *scanner) null() bool {
	rest, found := bytes.CutPrefix(s.rest, []byte("null"))
	s.rest = rest
	return found
}

func (s *scanner) truth() (value, ok bool) {
	if rest, found := bytes.CutPrefix(s.rest, []byte("true")); found {
		s.rest = rest
		return true, true
	}
	if rest, found := bytes.CutPrefix(s.rest, []byte("false")); found {
		s.rest = rest
		return false, true
	}
	return false, false
}

// decode is the long way.
func (f *Fields) decode(data []byte) error {
	var object struct {
		MessageID *string `json:"messageId"`
		Chunk     *string `json:"chunk"`
		SHA256    *string `json:"sha256"`
		Position  *int64  `json:"position"`
		Total     *int64  `json:"total"`
		From      *int64  `json:"from"`
		Completed *bool   `json:"completed"`
		Resumed   *bool   `json:"resumed"`
	}
	if len(bytes.TrimLeft(data, " \t\r\n")) == 0 || bytes.TrimLeft(data, " \t\r\n")[0] != '{' {
		return errNotAnObject
	}
	if err := json.Unmarshal(data, &object); err != nil {
		return errNotAnObject
	}
	setText(&f.MessageID, object.MessageID)
	setText(&f.SHA256, object.SHA256)
	if setText(&f.Chunk, object.Chunk) {
		f.has |= hasChunk
	}
	if set(&f.Position, object.Position) {
		f.has |= hasPosition
	}
	if set(&f.Total, object.Total) {
		f.has |= hasTotal
	}
	if set(&f.From, object.From) {
		f.has |= hasFrom
	}
	if set(&f.Completed, object.Completed) {
		f.has |= hasCompleted
	}
	set(&f.Resumed, object.Resumed)
	return nil
}

func set[T any](to *T, from *T) bool {
	if from != nil {
		*to = *from
	}
	return from != nil
}

func setText(to *[]byte, from *string) bool {
	if from != nil {
		*to = []byte(*from)
	}
	return from != nil
}
