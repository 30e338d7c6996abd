//go:build !linux || portable

package wire

// Watched returns 0: each connection has a goroutine, which goleak would find.
func (w *Watch) Watched() int { return 0 }
