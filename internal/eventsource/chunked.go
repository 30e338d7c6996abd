package eventsource

import (
	"errors"
	"fmt"
	"math"
)

// chunkReader decodes the chunked transfer coding (RFC 9112, section 7.1) from
// pieces of any size:
//
//	5;name="value"CRLF hello CRLF … 0CRLF trailer: fields CRLF CRLF
//
// Extensions and trailer fields are skipped. Line ends must be CRLF.
type chunkReader struct {
	left    int64 // of the chunk's data
	state   chunkState
	digits  uint8  // of the chunk's size, leading zeros included
	skipped uint16 // bytes of extensions and trailers since the last data
}

type chunkState uint8

const (
	chunkSize      chunkState = iota // in the digits
	chunkPad                         // white space after the digits
	chunkExt                         // after ';', before CR
	chunkSizeLF                      // after the CR of the size line
	chunkData                        //
	chunkDataCR                      // after the data
	chunkDataLF                      //
	trailerStart                     // at the start of a line
	trailerLine                      // inside one
	trailerLineLF                    //
	trailerFinalLF                   // after the CR of the empty line
	chunkedDone                      //
)

// maxSkipped bounds, in bytes, the extensions of a chunk, and the trailer.
const maxSkipped = 16 << 10

func (c *chunkReader) done() bool { return c.state == chunkedDone }

// next consumes framing up to the first data and returns that, or nothing if in
// has none.
func (c *chunkReader) next(in []byte) (data, rest []byte, err error) {
	for i := 0; i < len(in); i++ {
		if c.state == chunkData {
			n := int(min(c.left, int64(len(in)-i)))
			if c.left -= int64(n); c.left == 0 {
				c.state = chunkDataCR
			}
			c.skipped = 0
			return in[i : i+n], in[i+n:], nil
		}
		if err := c.step(in[i]); err != nil {
			return nil, nil, err
		}
		if c.state == chunkedDone {
			return nil, in[i+1:], nil
		}
	}
	return nil, nil, nil
}

// step consumes one byte of framing.
func (c *chunkReader) step(b byte) error {
	switch c.state {
	case chunkSize:
		return c.size(b)
	case chunkPad:
		if c.endSize(b) {
			return nil
		}
		return fmt.Errorf("chunked coding: %q after a chunk size", b)
	case chunkExt:
		return c.skip(b, chunkSizeLF)
	case chunkSizeLF:
		if c.left == 0 {
			return c.expect(b, '\n', trailerStart)
		}
		return c.expect(b, '\n', chunkData)
	case chunkDataCR:
		return c.expect(b, '\r', chunkDataLF)
	case chunkDataLF:
		c.digits = 0
		return c.expect(b, '\n', chunkSize)
	case trailerStart:
		if b == '\r' {
			c.state = trailerFinalLF
			return nil
		}
		c.state = trailerLine
		return c.skip(b, trailerLineLF)
	case trailerLine:
		return c.skip(b, trailerLineLF)
	case trailerLineLF:
		return c.expect(b, '\n', trailerStart)
	case trailerFinalLF:
		return c.expect(b, '\n', chunkedDone)
	}
	return errors.New("chunked coding: data after its end")
}

// maxDigits of a chunk's size, leading zeros included, is what the standard
// library takes as well.
const maxDigits = 16

func (c *chunkReader) size(b byte) error {
	digit, ok := hexDigit(b)
	switch {
	case ok && (c.left > math.MaxInt64>>4 || c.digits == maxDigits):
		return errors.New("chunked coding: chunk size too large")
	case ok:
		c.left = c.left<<4 | digit
		c.digits++
		return nil
	case c.digits == 0:
		return fmt.Errorf("chunked coding: %q where a chunk size must be", b)
	case c.endSize(b):
		return nil
	}
	return fmt.Errorf("chunked coding: %q in a chunk size", b)
}

// endSize reports whether b ends the digits of a size, and goes on to what it
// begins. White space is there because some servers pad the size, and because
// RFC 9112 wants it read before an extension.
func (c *chunkReader) endSize(b byte) bool {
	switch b {
	case '\r':
		c.state = chunkSizeLF
	case ';':
		c.state = chunkExt
	case ' ', '\t':
		c.state = chunkPad
	default:
		return false
	}
	return true
}

// skip passes over a line until CR, which leads to the next state.
func (c *chunkReader) skip(b byte, next chunkState) error {
	if b == '\r' {
		c.state = next
		return nil
	}
	if b == '\n' {
		return errors.New("chunked coding: LF without CR")
	}
	if c.skipped++; c.skipped > maxSkipped {
		return errors.New("chunked coding: extensions or trailer too long")
	}
	return nil
}

func (c *chunkReader) expect(b, want byte, next chunkState) error {
	if b != want {
		return fmt.Errorf("chunked coding: %q where %q must be", b, want)
	}
	c.state = next
	return nil
}

func hexDigit(b byte) (int64, bool) {
	switch {
	case '0' <= b && b <= '9':
		return int64(b - '0'), true
	case 'a' <= b && b <= 'f':
		return int64(b - 'a' + 10), true
	case 'A' <= b && b <= 'F':
		return int64(b - 'A' + 10), true
	}
	return 0, false
}
