//go:build !linux || portable

package wire

import (
	"context"
	"net"
	"sync"
)

// Watch notices clients that leave. Without epoll, a goroutine for each
// connection reads.
type Watch struct{ readers sync.WaitGroup }

// NewWatch returns a watch that has not been started. It cannot fail here.
func NewWatch() (*Watch, error) { return &Watch{}, nil }

func (w *Watch) add(conn net.Conn, left func()) token {
	w.readers.Go(func() { watchByReading(conn, left) })
	return 0
}

func (w *Watch) remove(token) {}

// Run waits until ctx ends, and then for the readers.
func (w *Watch) Run(ctx context.Context) error {
	<-ctx.Done()
	w.readers.Wait()
	return nil
}
