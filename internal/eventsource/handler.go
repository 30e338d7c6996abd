package eventsource

import (
	"errors"
	"time"

	"sseserver/internal/eventstream"
)

// Handler is told what happens to one source, in one call at a time. It may
// block where the source's reading may wait for it; with Transport.Poll it must
// not.
type Handler interface {
	// Open reports that the response was accepted as an event stream.
	Open(Opened)

	// Event reports one event; it is valid only during the call. at is when the
	// read returned that delivered the event's closing blank line. ErrReconnect
	// drops the connection, which is opened again after the reconnection time;
	// any other error ends the source with ReasonStopped. Events that came in
	// the same read, after the one that returned an error, are not reported.
	Event(e eventstream.Event, at time.Time) error

	// Comment reports a comment line without its colon, valid only during the call.
	Comment(text []byte, at time.Time)

	// ReadDone is called after each read, when its events have been reported.
	// The next read begins after the time returned: zero for at once, Stall for
	// never.
	ReadDone(Read) time.Duration

	// Closed reports the end of one connection, or that there was none.
	Closed(Closed)
}

// ErrReconnect is what Handler.Event returns to drop the connection and resume.
var ErrReconnect = errors.New("eventsource: handler asked to reconnect")

// Stall, returned by Handler.ReadDone, stops the reading while the connection
// stays open, until the context of Run ends.
const Stall time.Duration = -1

// Opened are the steps to an accepted response.
type Opened struct {
	Started   time.Time // the attempt began
	Requested time.Time // the connection was there and the request went out; where many share one, not before its turn
	Head      time.Time // the read that completed the response head returned
	Resumed   bool      // the request carried a Last-Event-ID
	Plan      string    // X-Stream-Plan of the response: what a server of this project does wrong on purpose
}

// Read is one read of the connection.
type Read struct {
	At      time.Time
	Bytes   int // as read: over plain HTTP/1.1 with the chunk framing, else of the body alone
	Payload int // of the body alone
	Events  int // dispatched by this read
}

// Closed is the end of one connection attempt.
type Closed struct {
	At    time.Time
	Err   *Error        // never nil
	Final bool          // no attempt follows; Run is about to return
	Wait  time.Duration // how long until the next attempt, where there is one
}
