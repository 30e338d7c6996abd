//go:build !linux

package httpapi

import (
	"context"
	"net"
	"sync"
)

// watch notices clients that leave. Without epoll, a goroutine for each
// connection reads.
type watch struct{ readers sync.WaitGroup }

type watchToken uint64

func newWatch() (*watch, error) { return &watch{}, nil }

func (w *watch) add(conn net.Conn, gone func()) watchToken {
	w.readers.Go(func() { watchByReading(conn, gone) })
	return 0
}

func (w *watch) remove(watchToken) {}

func (w *watch) run(ctx context.Context) error {
	<-ctx.Done()
	w.readers.Wait()
	return nil
}
