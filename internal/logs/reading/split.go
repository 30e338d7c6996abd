package reading

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// maxLine is the longest line that is read, in bytes without the end of the
// line. Ours have at most 4 KiB; what is longer is no line of ours.
const maxLine = 1 << 20

// splitter cuts a stream into lines, in bounded memory.
type splitter struct {
	r      *bufio.Reader
	long   []byte // a line that is longer than the buffer
	number int    // of the last line, from 1
	bytes  int64  // read so far
}

// bufferSize is what stays in the cache of a core; nearly every line is shorter.
const bufferSize = 64 << 10

func newSplitter(r io.Reader) *splitter {
	return &splitter{r: bufio.NewReaderSize(r, bufferSize)}
}

// piece is what a line of the stream is.
type piece struct {
	text []byte // without the end of the line; valid until the next call
	nuls bool   // NUL bytes stood before it, and were skipped
	long bool   // it is too long, and was skipped
}

// next returns the next line, and io.EOF after the last.
func (s *splitter) next() (piece, error) {
	p := piece{nuls: s.skipNULs()}
	text, err := s.r.ReadSlice('\n')
	s.bytes += int64(len(text))
	if errors.Is(err, bufio.ErrBufferFull) {
		text, err = s.rest(text)
	}
	if err != nil && (len(text) == 0 && !p.nuls || !errors.Is(err, io.EOF)) {
		return piece{}, err
	}
	s.number++
	p.text = bytes.TrimSuffix(bytes.TrimSuffix(text, []byte("\n")), []byte("\r"))
	if p.long = len(p.text) > maxLine; p.long {
		p.text = p.text[:maxLine]
	}
	return p, nil
}

// rest returns a line whose beginning filled the buffer, or as much of it as shows
// that it is too long.
func (s *splitter) rest(begin []byte) ([]byte, error) {
	s.long = append(s.long[:0], begin...)
	for {
		text, err := s.r.ReadSlice('\n')
		s.bytes += int64(len(text))
		if len(s.long) <= maxLine+len("\r\n") { // else nothing more is kept of it
			s.long = append(s.long, text...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return s.long, err
		}
	}
}

// skipNULs skips NUL bytes, of which a crash can leave more than a line may have,
// and whole lines of the next process behind them. It reports whether there are any.
func (s *splitter) skipNULs() bool {
	any := false
	for {
		if next, err := s.r.Peek(1); err != nil || next[0] != 0 {
			return any // an error comes again
		}
		any = true
		buffered, _ := s.r.Peek(s.r.Buffered()) // what is there already
		n, _ := s.r.Discard(len(buffered) - len(bytes.TrimLeft(buffered, "\x00")))
		s.bytes += int64(n)
	}
}
