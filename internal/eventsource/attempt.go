package eventsource

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// attempt is one connection, from connecting to its end. While a stream is open
// this and the connection itself are all that it holds of the heap.
type attempt struct {
	// Owned by the goroutine in Run, which lends them to the one that connects
	// or reads for it.
	in          input
	body        body
	readTimeout time.Duration
	watchdog    *time.Timer // nil without a read timeout
	unwatch     func() bool // ends the watch on the context of Run
	leave       func()      // leaves what is shared with other attempts, may be nil

	mu    sync.Mutex
	line  line  // what is under way, nil before and after
	cause error // why this side ended it, nil if it did not
}

// line is what an attempt has under way: the connecting, then the connection.
type line interface {
	// interrupt makes what waits on it fail, now and later. It does not wait,
	// and is called from any goroutine, the one that reads included.
	interrupt()
	// hangUp closes it. It is called once, when nothing waits on it any more.
	hangUp()
}

// Causes for which this side ends an attempt.
var (
	errCancelled   = errors.New("the client was cancelled")
	errReadTimeout = errors.New("nothing came for too long")
	errOver        = errors.New("attempt is over")
)

// newAttempt begins an attempt, which ends with ctx, or when nothing comes for
// readTimeout.
func newAttempt(ctx context.Context, readTimeout time.Duration) *attempt {
	a := &attempt{readTimeout: readTimeout}
	a.unwatch = context.AfterFunc(ctx, func() { a.end(errCancelled) })
	if ctx.Err() != nil {
		a.end(errCancelled) // now, and not when the watch gets to it
	}
	if readTimeout > 0 {
		a.watchdog = time.AfterFunc(readTimeout, func() { a.end(errReadTimeout) })
	}
	return a
}

// alive starts the read timeout anew.
func (a *attempt) alive() {
	if a.watchdog != nil {
		a.watchdog.Reset(a.readTimeout)
	}
}

// end makes whatever is under way fail. Only the first cause counts. Safe from
// any goroutine.
func (a *attempt) end(cause error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.cause != nil {
		return
	}
	a.cause = cause
	if a.line != nil {
		a.line.interrupt()
	}
}

// interrupt makes what is under way fail, without being the cause of the end.
func (a *attempt) interrupt() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.line != nil {
		a.line.interrupt()
	}
}

// use goes on with l, which end interrupts from now on, at once if the attempt
// has ended already.
func (a *attempt) use(l line) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.line = l
	if a.cause != nil {
		l.interrupt()
	}
}

// drop hangs up; the attempt may go on with another line.
func (a *attempt) drop() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.line != nil {
		a.line.hangUp()
		a.line = nil
	}
}

// finish frees all that the attempt holds.
func (a *attempt) finish() {
	a.unwatch()
	if a.watchdog != nil {
		a.watchdog.Stop()
	}
	a.drop()
	a.end(errOver)
	if a.leave != nil {
		a.leave()
	}
}

// failed says why something failed: this side's own cause, of which err is only
// the effect, or else the reason given.
func (a *attempt) failed(reason Reason, err error) *Error {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch a.cause {
	case nil:
		return fail(reason, err)
	case errReadTimeout:
		return fail(ReasonReadTimeout, a.cause)
	}
	return fail(ReasonCancelled, a.cause)
}

// ended tells whether this side has ended the attempt.
func (a *attempt) ended() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.cause != nil
}

// broken says why a read of the body failed.
func (a *attempt) broken(err error) *Error {
	if errors.Is(err, io.EOF) {
		if a.body.endsWithConnection() {
			return a.failed(ReasonEnded, nil)
		}
		err = fmt.Errorf("connection closed inside the response: %w", io.ErrUnexpectedEOF)
	}
	if _, bad := errors.AsType[malformed](err); bad {
		return a.failed(ReasonMalformedHTTP, err)
	}
	return a.failed(ReasonTruncated, err)
}

// dialing is a line that is being made.
type dialing struct{ cancel context.CancelFunc }

func (d dialing) interrupt() { d.cancel() }
func (d dialing) hangUp()    { d.cancel() }

// made is a line of the net package. A Close would wait for a reader, and the
// reader may be the one who interrupts; a deadline in the past does not.
type made struct{ net.Conn }

func (m made) interrupt() { _ = m.SetDeadline(time.Unix(1, 0)) }
func (m made) hangUp()    { _ = m.Close() } // whatever it says, the connection is over
