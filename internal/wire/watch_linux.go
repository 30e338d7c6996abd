//go:build linux && !portable

package wire

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// Watch notices clients that leave, on connections on which nobody reads. One
// goroutine waits on one epoll instance for all of them; a reading goroutine
// for each would cost more memory than all else that a stream needs.
type Watch struct {
	epoll   *os.File
	raw     syscall.RawConn
	readers sync.WaitGroup // for connections without a file descriptor

	mu   sync.Mutex
	last token
	left map[token]func()
}

// NewWatch returns a watch that has not been started. Its error says what the
// system refused.
func NewWatch() (*Watch, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err == nil {
		err = unix.SetNonblock(fd, true) // os.NewFile then gives it to the poller
	}
	if err != nil {
		return nil, fmt.Errorf("wire: disconnect watch: %w", err)
	}
	w := &Watch{epoll: os.NewFile(uintptr(fd), "epoll"), left: make(map[token]func())}
	w.raw, err = w.epoll.SyscallConn()
	return w, err
}

// add calls left, once, when the client of conn closes or resets it. That may
// be at once, from another goroutine. The caller removes the token before it
// closes conn.
func (w *Watch) add(conn net.Conn, left func()) token {
	socket, ok := conn.(syscall.Conn)
	if !ok {
		w.readers.Go(func() { watchByReading(conn, left) })
		return 0
	}
	w.mu.Lock()
	w.last++
	added := w.last
	w.left[added] = left
	w.mu.Unlock()

	// A half-closed connection counts as left, as it does in net/http.
	event := unix.EpollEvent{Events: unix.EPOLLRDHUP | unix.EPOLLONESHOT, Fd: int32(added), Pad: int32(added >> 32)}
	err := control(socket, func(fd int) error {
		return control(w.epoll, func(epoll int) error {
			return unix.EpollCtl(epoll, unix.EPOLL_CTL_ADD, fd, &event)
		})
	})
	if err != nil { // conn is closed already, or it cannot be told when it will be
		w.notify(added)
	}
	return added
}

// remove forgets a connection. Its left may be running at this moment, but will
// not be called later.
func (w *Watch) remove(watched token) {
	w.mu.Lock()
	delete(w.left, watched)
	w.mu.Unlock()
}

func (w *Watch) notify(watched token) {
	w.mu.Lock()
	left := w.left[watched]
	delete(w.left, watched)
	w.mu.Unlock()
	if left != nil {
		left()
	}
}

// Run notices until ctx ends, and then waits for the readers. It is called once.
func (w *Watch) Run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { w.epoll.Close() })
	defer stop()
	defer w.readers.Wait()
	var events [256]unix.EpollEvent
	for {
		n, err := w.wait(events[:])
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("wire: disconnect watch: %w", err)
		}
		for _, event := range events[:n] {
			w.notify(token(uint32(event.Fd)) | token(uint32(event.Pad))<<32)
		}
	}
}

// wait returns how many events there are, after at least one has come. The
// epoll descriptor is itself in the runtime's poller, so no thread is held.
func (w *Watch) wait(events []unix.EpollEvent) (n int, err error) {
	waitErr := w.raw.Read(func(fd uintptr) bool {
		n, err = unix.EpollWait(int(fd), events, 0)
		return n > 0 || err != nil && !errors.Is(err, unix.EINTR)
	})
	return n, errors.Join(waitErr, err)
}

// control calls f with the file descriptor of c.
func control(c syscall.Conn, f func(fd int) error) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	controlErr := raw.Control(func(fd uintptr) { err = f(int(fd)) })
	return errors.Join(controlErr, err)
}
