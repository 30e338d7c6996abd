//go:build linux && !portable

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

// A poller reads many connections on one goroutine: an epoll instance of its
// own, whose descriptor the Go runtime watches in turn. Against a goroutine for
// each reader that saves, for each event, the switch of goroutines and, mostly,
// the second read that finds nothing: epoll, edge-triggered, tells of what
// comes after a read, and of an end that came before it. And the goroutine in
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

// join finds a poller, in turn, and starts it if it does not run. leave must
// follow.
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

// leave ends the poller with its last user. It must not be called by the poller
// itself.
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

// turn serves one batch of connections that are ready, and returns false, to be
// called again when the runtime hears of more. It does not go on for as long as
// there are some: only when its goroutines wait does the runtime look what the
// network has for others, so those would come late.
func (p *poller) turn(fd uintptr) bool {
	n := p.wait(fd)
	p.mu.Lock()
	for i, e := range p.events[:n] {
		p.ready[i] = p.armed[e.Fd]
	}
	p.mu.Unlock()
	if n == len(p.events) { // there may be more, of which the runtime has heard already
		n--
		p.ready[n].again() // now: of a connection that this turn ends, it could not be told
	}
	for i, c := range p.ready[:n] {
		c.readable(p.buf[:c.limit], p.events[i].Events)
	}
	clear(p.ready[:])
	return false
}

// wait gets events, none if there are none now.
func (p *poller) wait(fd uintptr) int {
	for {
		n, _, errno := syscall.RawSyscall6(unix.SYS_EPOLL_PWAIT, fd, uintptr(unsafe.Pointer(&p.events)), uintptr(len(p.events)), 0, 0, 0)
		switch errno {
		case 0:
			return int(n)
		case unix.EINTR:
		default:
			return 0
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

// poll takes the connection over: away from the runtime's own poller, which
// would be woken for each event, too. It returns nil if that cannot be.
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

// readable reads once, and has the poller come again if that was perhaps not
// all: the read has filled buf, or the events, as epoll_ctl(2) has them, say
// that there is more to see than data.
func (c *polled) readable(buf []byte, events uint32) {
	n, err := readNow(c.fd, buf)
	switch {
	case err == syscall.EAGAIN:
	case err == syscall.EINTR:
		c.again()
	case err != nil:
		c.disarm(os.NewSyscallError("read", err))
	case n == 0:
		c.disarm(io.EOF)
	case !c.take(buf[:n]):
		c.disarm(nil)
	case n == len(buf) || events != unix.EPOLLIN:
		c.again()
	}
}

// again has epoll look at the connection anew, and tell if it is ready.
func (c *polled) again() { _ = c.poller.control(unix.EPOLL_CTL_MOD, c.fd) } // cannot fail for what is in it

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

// hangUp closes the descriptor. The poller does not have it then: its number
// may be another connection's at once.
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
	const events = unix.EPOLLIN | unix.EPOLLPRI | unix.EPOLLRDHUP | unix.EPOLLET // a read stops short at urgent data
	return unix.EpollCtl(p.fd, op, fd, &unix.EpollEvent{Events: events, Fd: int32(fd)})
}
