package httpapi

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

// watch notices clients that leave, on connections on which nobody reads. One
// goroutine waits on one epoll instance for all of them; a reading goroutine
// for each would cost more memory than all else that a stream needs.
type watch struct {
	epoll   *os.File
	raw     syscall.RawConn
	readers sync.WaitGroup // for connections without a file descriptor

	mu   sync.Mutex
	last watchToken
	gone map[watchToken]func()
}

// watchToken names a watched connection. It is never used again, as a file
// descriptor would be, so a late notice cannot hit the wrong stream. 0 is none.
type watchToken uint64

func newWatch() (*watch, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err == nil {
		err = unix.SetNonblock(fd, true) // os.NewFile then gives it to the poller
	}
	if err != nil {
		return nil, fmt.Errorf("httpapi: disconnect watch: %w", err)
	}
	w := &watch{epoll: os.NewFile(uintptr(fd), "epoll"), gone: make(map[watchToken]func())}
	w.raw, err = w.epoll.SyscallConn()
	return w, err
}

// add calls gone, once, when the client of conn closes or resets it. That may
// be at once, from another goroutine. The caller removes the token before it
// closes conn.
func (w *watch) add(conn net.Conn, gone func()) watchToken {
	socket, ok := conn.(syscall.Conn)
	if !ok {
		w.readers.Go(func() { watchByReading(conn, gone) })
		return 0
	}
	w.mu.Lock()
	w.last++
	token := w.last
	w.gone[token] = gone
	w.mu.Unlock()

	// A half-closed connection counts as left, as it does in net/http.
	event := unix.EpollEvent{Events: unix.EPOLLRDHUP | unix.EPOLLONESHOT, Fd: int32(token), Pad: int32(token >> 32)}
	err := control(socket, func(fd int) error {
		return control(w.epoll, func(epoll int) error {
			return unix.EpollCtl(epoll, unix.EPOLL_CTL_ADD, fd, &event)
		})
	})
	if err != nil { // conn is closed already, or it cannot be told when it will be
		w.notify(token)
	}
	return token
}

// remove forgets a connection. Its gone may be running at this moment, but will
// not be called later.
func (w *watch) remove(token watchToken) {
	w.mu.Lock()
	delete(w.gone, token)
	w.mu.Unlock()
}

func (w *watch) notify(token watchToken) {
	w.mu.Lock()
	gone := w.gone[token]
	delete(w.gone, token)
	w.mu.Unlock()
	if gone != nil {
		gone()
	}
}

// run notices until ctx ends, and then waits for the readers. It is called once.
func (w *watch) run(ctx context.Context) error {
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
			return fmt.Errorf("httpapi: disconnect watch: %w", err)
		}
		for _, event := range events[:n] {
			w.notify(watchToken(uint32(event.Fd)) | watchToken(uint32(event.Pad))<<32)
		}
	}
}

// wait returns how many events there are, after at least one has come. The
// epoll descriptor is itself in the runtime's poller, so no thread is held.
func (w *watch) wait(events []unix.EpollEvent) (n int, err error) {
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
