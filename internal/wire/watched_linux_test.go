//go:build linux && !portable

package wire

// Watched returns how many connections the watch knows.
func (w *Watch) Watched() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.left)
}
