package actors

import "time"

// Chunk is one piece of a stream, in order. Concatenating the Text of all
// chunks of a message gives the message back, byte for byte. A chunk without
// text is a heartbeat: it only says that the stream is alive.
//
//	Chunk{Position: 2, Text: "l", Due: 100 * time.Millisecond}
//
// A Chunk is a finished value: neither side writes to it after it was sent.
type Chunk struct {
	Text     string        // a substring of the message, not a copy; "" is a heartbeat
	Position int           // counts from 0 for text, from 1 for progress; of a heartbeat, that of the next chunk
	Due      time.Duration // when the schedule wants it sent, from the start of the stream
	More     bool          // something follows at once: the next chunk, or the end
}
