package broker

import "errors"

// Errors that the methods of Broker return. Compare with errors.Is.
var (
	ErrNotFound       = errors.New("broker: no such message")
	ErrStoreFull      = errors.New("broker: store is full, evicting every idle message would not make room")
	ErrTooManyStreams = errors.New("broker: too many streams")
	ErrClientBytes    = errors.New("broker: this client has stored as much as it may")
	ErrClientStreams  = errors.New("broker: this client has as many streams as it may")
	ErrShuttingDown   = errors.New("broker: shutting down")

	ErrMessageClosed    = errors.New("broker: the message is complete or has failed")
	ErrMessageTooLarge  = errors.New("broker: the message would be too large")
	ErrPositionMismatch = errors.New("broker: the message has more or fewer chunks")
	ErrPercentTooLow    = errors.New("broker: the job was further before")
)

// Causes of a stream that ended before its message was complete, as told by
// Subscription.Err.
var (
	ErrClientGone = errors.New("broker: client gone")
	ErrTooSlow    = errors.New("broker: client too slow")
	ErrDeleted    = errors.New("broker: message deleted")
	ErrEvicted    = errors.New("broker: message evicted")
	ErrClosed     = errors.New("broker: closed") // also: the broker was asked after its end

	ErrClosedByAdmin = errors.New("broker: an operator has ended the stream")
)

// Causes of the end of a tail.
var (
	errReleased = errors.New("broker: nothing needs the copy to be followed any more")
	errRemoved  = errors.New("broker: there is no such copy any more")
	errUndone   = errors.New("broker: the store has lost what the copy was made of")
)
