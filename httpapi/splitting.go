package httpapi

import (
	"net/http"
	"runtime"
)

// splitting is a transport that writes a few bytes at a time.
type splitting struct {
	transport
	size int
}

func (t splitting) begin(header http.Header, first *buffer) error {
	piece := newBuffer()
	defer piece.free()
	size := min(t.size, first.size())
	piece.bytes = append(piece.bytes, first.frames()[:size]...)
	if err := t.transport.begin(header, piece); err != nil {
		return err
	}
	return t.writeFrom(first, size)
}

func (t splitting) write(frames *buffer) error { return t.writeFrom(frames, 0) }

// writeFrom writes what is behind the first bytes of frames.
func (t splitting) writeFrom(frames *buffer, first int) error {
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
	}
	return nil
}

func (t splitting) end(last *buffer) error {
	if err := t.write(last); err != nil {
		return err
	}
	last.empty()
	return t.transport.end(last)
}
