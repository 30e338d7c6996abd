package httpapi

import (
	"net/http"
	"runtime"
	"time"
)

// splitting is a transport that writes a few bytes at a time.
type splitting struct {
	transport
	stream *stream
	size   int
	until  time.Time // when a stream that has ended writes no more; zero if it has not
}

func (t *splitting) begin(header http.Header, first *buffer) error {
	piece := newBuffer()
	defer piece.free()
	size := min(t.size, first.size())
	piece.bytes = append(piece.bytes, first.frames()[:size]...)
	if err := t.transport.begin(header, piece); err != nil {
		return err
	}
	return t.writeFrom(first, size)
}

func (t *splitting) write(frames *buffer) error { return t.writeFrom(frames, 0) }

// writeFrom writes what is behind the first bytes of frames.
func (t *splitting) writeFrom(frames *buffer, first int) error {
	piece := newBuffer()
	defer piece.free()
	for rest := frames.frames()[first:]; len(rest) > 0; {
		size := min(t.size, len(rest))
		piece.empty()
		piece.bytes = append(piece.bytes, rest[:size]...)
		rest = rest[size:]
		if err := t.transport.write(piece); err != nil {
			return err
		}
		runtime.Gosched() // streams that are due go first
		if err := t.overdue(); err != nil {
			return err
		}
	}
	return nil
}

// overdue returns the cause of the end of a stream that was to end a second ago. A
// long chunk takes many seconds, none of whose writes blocks.
func (t *splitting) overdue() error {
	err := t.stream.blocked(0)
	switch {
	case err == nil:
		return nil
	case t.until.IsZero():
		t.until = time.Now().Add(blockedSlice)
	case time.Now().After(t.until):
		return err
	}
	return nil
}

func (t *splitting) end(last *buffer) error {
	if err := t.write(last); err != nil {
		return err
	}
	last.empty()
	return t.transport.end(last)
}
