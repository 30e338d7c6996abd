package eventsource

// body removes the framing of a response body from the bytes as they are read.
type body struct {
	kind   bodyKind
	left   int64 // bytes until the end, where the length is known
	chunks chunkReader
	done   bool // the body is complete
}

type bodyKind uint8

const (
	untilClose bodyKind = iota
	counted
	chunked
)

func newBody(f framing) body {
	switch {
	case f.chunked:
		return body{kind: chunked}
	case f.length >= 0:
		return body{kind: counted, left: f.length, done: f.length == 0}
	}
	return body{kind: untilClose}
}

// endsWithConnection tells whether the end of the connection is the regular end
// of the body.
func (b *body) endsWithConnection() bool { return b.kind == untilClose }

// next splits off the first piece of payload, which may be empty, and what
// follows it. It must not be called when the body is done.
func (b *body) next(in []byte) (payload, rest []byte, err error) {
	switch b.kind {
	case chunked:
		payload, rest, err = b.chunks.next(in)
		b.done = b.chunks.done()
		return payload, rest, err
	case counted:
		n := int(min(b.left, int64(len(in))))
		b.left -= int64(n)
		b.done = b.left == 0
		return in[:n], in[n:], nil
	}
	return in, nil, nil
}
