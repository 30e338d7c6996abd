package eventsource

import (
	"compress/flate"
	"compress/gzip"
	"errors"
	"strings"
)

// gunzip reads a body with the content coding gzip (RFC 9110, section 8.4.1.3).
// What its server has flushed it gives without waiting for more: the decoder
// hands out all that it has when it comes to the end of a block, and a flush
// ends one.
//
// A decoder needs about 45 KiB, most of it for the last 32 KiB of text, to
// which the next may refer.
type gunzip struct {
	from *payload
	to   *gzip.Reader // nil before its header has come
	buf  []byte
}

func (g *gunzip) each(take func(b []byte) bool) error {
	for {
		n, err := g.read()
		if n > 0 && !take(g.buf[:n]) {
			return nil
		}
		if err != nil {
			return undecoded(err)
		}
	}
}

func (g *gunzip) read() (int, error) {
	if g.to == nil {
		var err error
		if g.to, err = gzip.NewReader(g.from); err != nil {
			return 0, err
		}
	}
	return g.to.Read(g.buf)
}

// undecoded tells data that is no gzip from a connection that failed.
func undecoded(err error) error {
	_, corrupt := errors.AsType[flate.CorruptInputError](err)
	if corrupt || errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) {
		return malformed{err}
	}
	return err
}

// gzipped tells whether the body is to be decoded.
func (h *head) gzipped() bool {
	return strings.EqualFold(h.contentEncoding, "gzip") || strings.EqualFold(h.contentEncoding, "x-gzip")
}
