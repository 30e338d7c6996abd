package httpapi

import (
	"container/list"
	"net"
	"net/http"
	"sync"
)

// waiting holds the connections without a request under way, new and idle ones,
// in the order in which they began to wait. Whoever connects and says nothing
// must not use up the connections that the others need, so that the one that
// waits longest is closed where they become scarce. A client has to expect that
// of an idle connection at any time, and sends its request again (RFC 9112 §9.5).
//
// Any goroutine may call its methods at any time.
type waiting struct {
	mu    sync.Mutex
	conns list.List // of waiter, the one that waits longest first
	at    map[net.Conn]*list.Element
}

type waiter struct {
	net.Conn
	silent bool // it has not had a request yet
}

// note is told of each new state of a connection.
func (w *waiting) note(conn net.Conn, state http.ConnState) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if element, ok := w.at[conn]; ok {
		w.conns.Remove(element)
		delete(w.at, conn)
	}
	if state == http.StateNew || state == http.StateIdle {
		if w.at == nil {
			w.at = make(map[net.Conn]*list.Element)
		}
		w.at[conn] = w.conns.PushBack(waiter{conn, state == http.StateNew})
	}
}

// closeBeyond closes the connection that waits longest, if more than room do.
// It does so under the lock: note is told that a request has come before that is
// answered, and nothing is closed that a stream may have taken over by then.
func (w *waiting) closeBeyond(room int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.conns.Len() <= room {
		return
	}
	longest := w.conns.Remove(w.conns.Front()).(waiter)
	delete(w.at, longest.Conn)
	_ = longest.Close() // which net/http then notices
}

// closeSilent closes those on which nothing was said yet, which Shutdown of
// http.Server would give some seconds. The end of the others is up to that.
func (w *waiting) closeSilent() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, element := range w.at {
		if waiter := element.Value.(waiter); waiter.silent {
			_ = waiter.Close()
		}
	}
}
