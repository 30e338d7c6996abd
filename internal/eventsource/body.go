package eventsource

// body removes the framing of a response body from the bytes as they are read.
type body struct {
	left   int64 // bytes until the end where the length is known
	length bool
	chunks *chunkReader // nil unless the body is chunked

	// endsWithConnection: the end of the connection is the regular end of the body.
	endsWithConnection bool

	// done: the body is complete.
	done bool
}

func newBody(f framing) body {
	switch {
	case f.chunked:
		return body{chunks: new(chunkReader)}
	case f.length >= 0:
		return body{length: true, left: f.length, done: f.length == 0}
	}
	return body{endsWithConnection: true}
}

// next splits off the first piece of payload, which may be empty, and what follows it. It must not
// be called when the body is done.
func (b *body) next(in []byte) (payload, rest []byte, err error) {
	switch {
	case b.chunks != nil:
		payload, rest, err = b.chunks.next(in)
		b.done = b.chunks.done()
		return payload, rest, err
	case b.length:
		n := int(min(b.left, int64(len(in))))
		b.left -= int64(n)
		b.done = b.left == 0
		return in[:n], in[n:], nil
	}
	return in, nil, nil
}
