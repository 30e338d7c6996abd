package eventsource

import "time"

// A server that ends each connection at once and asks for no wait would keep
// its clients, and this machine, busy with nothing but connecting. The text
// allows a longer wait then (section 9.2.3, "Optionally, wait some more"). A few
// that are shorter, with the wait after them, than shortLived may be chance.
// After each one more in a row the wait is firstBackoff at least, twice as long
// each time, up to the default reconnection time.
const (
	shortLived   = time.Second
	fewShort     = 4
	firstBackoff = 10 * time.Millisecond
)

// backoff counts the latest connections, and attempts to make one, that did not
// last.
type backoff uint8

// after is the least wait after one that lasted so long, with the wait that the
// server asked for.
func (b *backoff) after(lasted time.Duration) (wait time.Duration) {
	if lasted >= shortLived {
		*b = 0
		return 0
	}
	if *b >= fewShort {
		wait = min(firstBackoff<<(*b-fewShort), defaultReconnectionTime)
	}
	if wait < defaultReconnectionTime {
		*b++
	}
	return wait
}
