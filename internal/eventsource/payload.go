package eventsource

import (
	"bytes"
	"io"
)

// payload reads a response body without its framing, for those who pull.
type payload struct {
	from   io.Reader
	body   body
	framed []byte // read, and not looked at yet
	data   []byte // without framing, to be given out next
	buf    [ownBuffer]byte
}

// payload reads the body from its beginning, of which it keeps a copy.
func (r *response) payload() *payload {
	return &payload{from: r.from, body: newBody(r.framing), framed: bytes.Clone(r.ahead)}
}

// Read returns io.EOF at the end of the body only, and io.ErrUnexpectedEOF if
// the connection ends before it.
func (p *payload) Read(b []byte) (int, error) {
	for len(p.data) == 0 {
		if err := p.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(b, p.data)
	p.data = p.data[n:]
	return n, nil
}

func (p *payload) fill() (err error) {
	if p.body.done {
		return io.EOF
	}
	if len(p.framed) == 0 {
		var n int
		if n, err = p.from.Read(p.buf[:]); n == 0 {
			if err == io.EOF && !p.body.endsWithConnection() {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
		p.framed = p.buf[:n]
	}
	if p.data, p.framed, err = p.body.next(p.framed); err != nil {
		return malformed{err}
	}
	return nil
}

// malformed is an error of what the server sent, not of the connection.
type malformed struct{ error }

func (m malformed) Unwrap() error { return m.error }
