package actors

import "unsafe"

// More tells a streamer that its source, which said Wait, has a text or has
// ended.
func (s *Streamer) More() {
	if len(s.mailbox) == 0 {
		notify(s.mailbox, more)
	}
}

// Bytes is the size of what an index keeps beside itself.
func (x *Index) Bytes() int { return cap(x.checkpoints) * int(unsafe.Sizeof(checkpoint{})) }
