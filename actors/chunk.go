package actors

import "time"

// Chunk is one piece of a stream, in order. Concatenating the Text of all
// chunks of a message gives the message back, byte for byte.
//
// A Chunk is a finished value: neither side writes to it after it was sent.
type Chunk struct {
	Position int       // counts from 0 for text, from 1 for progress
	Text     string    // never empty; a substring of the message, not a copy
	Due      time.Time // when the schedule wants it sent
}
