package httpapi

import (
	"errors"
	"io"
	"time"
	"unicode/utf8"
)

// longestPiece is how much of a text that arrives becomes one chunk, at most.
const longestPiece = 64 << 10

// restWithin is how long a short body may pause until what there is of it is a
// piece of its own: longer than it takes to get what was sent at once.
const restWithin = 10 * time.Millisecond

// arrival cuts a text body into pieces as it arrives: each is what one read brought,
// but for a beginning of a code point, which waits for its end. A short body, which
// says that it is no longer than one piece, is one piece if it does not pause: the
// first read of net/http brings only what has come together with the head.
//
// One goroutine uses it. For the rest of a short body, a goroutine of its own reads:
// a deadline for that would be the last of an HTTP/2 body, or of a connection.
type arrival struct {
	// Immutable.
	body io.Reader
	grow func(int64) bool // asks for that many more bytes of room
	most int              // bytes of room

	left       int // bytes that a short body still has to send; of others, 0 or less
	room       []byte
	start, end int  // in room, of what has been read and is in no piece yet
	full       bool // the last read has filled the room
	ended      error
	reading    chan arrived // what the goroutine's read brought; nil without one
}

// arrived is what one read has brought.
type arrived struct {
	n   int
	err error
}

// errNotText ends an arrival before the first byte that no UTF-8 text has there.
var errNotText = errors.New("httpapi: not UTF-8")

// errNoRoom ends an arrival that may not have as much room as it needs.
var errNoRoom = errors.New("httpapi: no room for the body")

// newArrival returns the arrival of a body of so many bytes; -1 if it does not say.
func newArrival(body io.Reader, length int64, grow func(int64) bool) *arrival {
	a := &arrival{body: body, grow: grow, most: longestPiece}
	if length >= 0 && length <= longestPiece {
		a.left, a.most = int(length), int(length)+1 // one more, to see the end
	}
	a.room = make([]byte, min(firstRoom, a.most))
	return a
}

// next returns the next piece of the text: some whole code points, which are the
// caller's until the next call. After the last one its error tells how the body has
// ended: io.EOF if that was all, errNotText, errNoRoom, or what a read failed with.
func (a *arrival) next() (piece []byte, err error) {
	for {
		a.fill()
		if piece = a.cut(); len(piece) > 0 {
			return piece, nil
		}
		if a.ended != nil {
			return nil, a.ended
		}
	}
}

// stop ends the read that is under way, which wake makes return, and says whether
// there was one.
func (a *arrival) stop(wake func()) (woken bool) {
	if a.reading == nil {
		return false
	}
	wake()
	a.took(<-a.reading)
	return true
}

// fill waits until there is more.
func (a *arrival) fill() {
	switch {
	case a.ended != nil:
		return
	case a.reading != nil: // since it has paused
		a.took(<-a.reading)
	case a.prepare():
		n, err := a.body.Read(a.room[a.end:])
		a.took(arrived{n, err})
	}
	if a.left > 0 && a.ended == nil {
		a.gather()
	}
}

// gather reads the rest of the body as long as it does not pause. The end of an
// HTTP/2 body may come later than all of it.
func (a *arrival) gather() {
	pause := time.NewTimer(restWithin)
	defer pause.Stop()
	for a.left > 0 && a.ended == nil && a.readAside() {
		select {
		case more := <-a.reading:
			a.took(more)
			pause.Reset(restWithin)
		case <-pause.C:
			return
		}
	}
}

// readAside lets a goroutine read, which ends with its read. It says false if none
// may be begun.
func (a *arrival) readAside() bool {
	if !a.prepare() {
		return false
	}
	reading, room := make(chan arrived, 1), a.room[a.end:] // it has room for the one, so that the goroutine ends
	go func() {
		n, err := a.body.Read(room)
		reading <- arrived{n, err}
	}()
	a.reading = reading
	return true
}

// took accounts for what a read has brought.
func (a *arrival) took(more arrived) {
	a.reading = nil
	a.end += more.n
	a.left -= more.n
	a.full = a.end == len(a.room)
	a.ended = more.err
}

// prepare makes room for a read and says whether there may be one.
func (a *arrival) prepare() bool {
	a.end = copy(a.room, a.room[a.start:a.end])
	a.start = 0
	return !a.full || len(a.room) == a.most || a.enlarge()
}

// enlarge doubles the room. Most bodies never fill the first one.
func (a *arrival) enlarge() bool {
	size := min(2*len(a.room), a.most)
	if !a.grow(int64(size - len(a.room))) {
		a.ended = errNoRoom
		return false
	}
	a.room = append(make([]byte, 0, size), a.room[:a.end]...)[:size]
	return true
}

// cut takes the whole code points off what was read. If something else follows
// them, that is the end.
func (a *arrival) cut() []byte {
	rest := a.room[a.start:a.end]
	whole, valid := wholeText(rest)
	if !valid || a.ended == io.EOF && whole < len(rest) {
		a.ended = errNotText
	}
	a.start += whole
	if !valid {
		a.end = a.start
	}
	return rest[:whole]
}

// wholeText returns how many bytes of p are whole code points, and whether what
// follows them may still become one.
func wholeText(p []byte) (whole int, valid bool) {
	tail := len(p) - partLength(p)
	if utf8.Valid(p[:tail]) {
		return tail, true
	}
	for {
		_, size := utf8.DecodeRune(p[whole:])
		if size == 1 && p[whole] >= utf8.RuneSelf {
			return whole, false
		}
		whole += size
	}
}

// partLength returns how many bytes at the end of p begin a code point without its
// end.
func partLength(p []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(p); n++ {
		if utf8.RuneStart(p[len(p)-n]) {
			if utf8.FullRune(p[len(p)-n:]) {
				return 0
			}
			return n
		}
	}
	return 0
}
