package eventsource

import (
	"io"
	"net"
	"os"
	"runtime"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A poller reads many connections on one goroutine: an epoll instance of its own, whose descriptor
// the Go runtime watches in turn. Against a goroutine for each reader that saves, for each event,
// the switch of goroutines and the second read that finds nothing: epoll, level-triggered, reports a
// connection again for as long as there is something to read or an end to see. And the goroutine in
// Run, which only waits, keeps the smallest stack.
type poller struct {
	fd    int      // of the epoll instance
	file  *os.File // the same; Fd would make it blocking
	users int      // guarded by pollers.mu

	mu    sync.Mutex
	armed []*polled // by descriptor, nil where none waits

	// Owned by the goroutine in run.
	events [128]unix.EpollEvent
	ready  [128]*polled
	buf    [maxRead]byte
}

// pollers are those of a Transport: as many as can run at once.
type pollers struct {
	mu   sync.Mutex
	all  []*poller
	next int
}

// join finds a poller, in turn, and starts it if it does not run. leave must follow.
func (ps *pollers) join() (*poller, error) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if ps.all == nil {
		ps.all = make([]*poller, runtime.GOMAXPROCS(0))
	}
	ps.next = (ps.next + 1) % len(ps.all)
	p := ps.all[ps.next]
	if p == nil {
		var err error
		if p, err = startPoller(); err != nil {
			return nil, err
		}
		ps.all[ps.next] = p
	}
	p.users++
	return p, nil
}

// leave ends the poller with its last user. It must not be called by the poller itself.
func (ps *pollers) leave(p *poller) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if p.users--; p.users > 0 {
		return
	}
	for i := range ps.all {
		if ps.all[i] == p {
			ps.all[i] = nil
		}
	}
	_ = p.file.Close() // its goroutine returns
}

func startPoller() (*poller, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, err
	}
	if err := unix.SetNonblock(fd, true); err != nil { // else os.NewFile does not have it watched
		_ = unix.Close(fd)
		return nil, err
	}
	p := &poller{fd: fd, file: os.NewFile(uintptr(fd), "epoll")}
	raw, err := p.file.SyscallConn()
	if err != nil {
		_ = p.file.Close()
		return nil, err
	}
	go func() { _ = raw.Read(p.turn) }() // until leave closes the file
	return p, nil
}

// turn serves all connections that are ready. It returns false, to be called again when there are
// some, only after epoll has said that there is none: that alone makes it tell the runtime anew.
func (p *poller) turn(fd uintptr) bool {
	for {
		n, _, errno := syscall.RawSyscall6(unix.SYS_EPOLL_PWAIT, fd, uintptr(unsafe.Pointer(&p.events)), uintptr(len(p.events)), 0, 0, 0)
		if errno == unix.EINTR {
			continue
		}
		if errno != 0 || n == 0 {
			return false
		}
		p.mu.Lock()
		for i, e := range p.events[:n] {
			p.ready[i] = p.armed[e.Fd]
		}
		p.mu.Unlock()
		for i, c := range p.ready[:n] {
			c.readable(p.buf[:c.limit])
			p.ready[i] = nil
		}
	}
}

// polled is a connection that a poller reads.
type polled struct {
	poller *poller
	fd     int
	limit  int        // of one read, in bytes
	done   chan error // room for one: the poller does not wait

	// Of the running each.
	take func([]byte) bool

	mu     sync.Mutex
	closed bool
}

// poll takes the connection over: away from the runtime's own poller, which would be woken for each
// event, too. It returns nil if that cannot be.
func (t *Transport) poll(a *attempt, conn *net.TCPConn) input {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil
	}
	fd := -1
	if err := raw.Control(func(old uintptr) { fd, err = unix.FcntlInt(old, unix.F_DUPFD_CLOEXEC, 0) }); err != nil || fd < 0 {
		return nil
	}
	p, err := t.pollers.join()
	if err != nil {
		_ = unix.Close(fd)
		return nil
	}
	c := &polled{poller: p, fd: fd, limit: clamp(t.MaxReadBytes, maxRead), done: make(chan error, 1)}
	a.drop() // one of two descriptors: the connection stays
	a.use(c)
	a.leave = func() { t.pollers.leave(p) }
	return c
}

// each has the poller call take.
func (c *polled) each(take func(b []byte) bool) error {
	c.take = take
	c.poller.put(c.fd, c)
	if err := c.poller.control(unix.EPOLL_CTL_ADD, c.fd); err != nil {
		c.poller.put(c.fd, nil)
		return os.NewSyscallError("epoll_ctl", err)
	}
	return <-c.done
}

// readable reads once; the poller comes again if that was not all.
func (c *polled) readable(buf []byte) {
	n, err := readNow(c.fd, buf)
	switch {
	case err == syscall.EINTR || err == syscall.EAGAIN:
	case err != nil:
		c.disarm(os.NewSyscallError("read", err))
	case n == 0:
		c.disarm(io.EOF)
	case !c.take(buf[:n]):
		c.disarm(nil)
	}
}

// disarm ends the running each with err.
func (c *polled) disarm(err error) {
	_ = c.poller.control(unix.EPOLL_CTL_DEL, c.fd) // cannot fail for what is in it
	c.poller.put(c.fd, nil)
	c.done <- err
}

// interrupt shuts the connection down, which the poller sees as its end.
func (c *polled) interrupt() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		_ = unix.Shutdown(c.fd, unix.SHUT_RDWR)
	}
}

// hangUp closes the descriptor. The poller does not have it then: its number may be another
// connection's at once.
func (c *polled) hangUp() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	_ = unix.Close(c.fd)
}

func (p *poller) put(fd int, c *polled) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.armed) <= fd {
		p.armed = append(p.armed, nil)
	}
	p.armed[fd] = c
}

func (p *poller) control(op, fd int) error {
	return unix.EpollCtl(p.fd, op, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)})
}
