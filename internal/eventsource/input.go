package eventsource

import "io"

// input is where the bytes of a response come from.
type input interface {
	// each hands the bytes of one read after another to take, which must not
	// keep them, until take returns false. Then it returns nil, else the error
	// that ended the reading. take may be called on another goroutine, but not
	// after each has returned.
	each(take func(b []byte) bool) error
}

// maxRead is the most that one read takes, in bytes.
const maxRead = 16 << 10

// ownBuffer is, in bytes, what each reader has that cannot wait without a buffer.
const ownBuffer = 512

func clamp(limit, most int) int {
	if limit <= 0 || limit > most {
		return most
	}
	return limit
}

// reader reads with a buffer of its own.
type reader struct {
	r   io.Reader
	buf []byte
}

func (r *reader) each(take func(b []byte) bool) error {
	for {
		n, err := r.r.Read(r.buf)
		if n > 0 && !take(r.buf[:n]) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
