package actors

import "unsafe"

// Bytes is the size of what an index keeps beside itself.
func (x *Index) Bytes() int { return cap(x.checkpoints) * int(unsafe.Sizeof(checkpoint{})) }
