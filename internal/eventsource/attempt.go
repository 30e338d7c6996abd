package eventsource

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// attempt is one connection, from connecting to its end. While a stream is open this and the
// connection itself are all that it holds of the heap.
type attempt struct {
	// Owned by the goroutine in Run.
	in          input
	body        body
	readTimeout time.Duration
	watchdog    *time.Timer // nil without a read timeout
	unwatch     func() bool // ends the watch on the context of Run

	mu     sync.Mutex
	closer io.Closer // ends what is under way: the connecting, then the connection
	cause  error     // why this side ended it, nil if it did not
}

// Causes for which this side ends an attempt.
var (
	errCancelled   = errors.New("the client was cancelled")
	errReadTimeout = errors.New("nothing came for too long")
	errRestart     = errors.New("asked to reconnect at once")
	errOver        = errors.New("attempt is over")
)

// newAttempt begins an attempt, which ends with ctx, or when nothing comes for readTimeout.
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

// end makes whatever is under way fail. Only the first cause counts. Safe from any goroutine.
func (a *attempt) end(cause error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.cause != nil {
		return
	}
	a.cause = cause
	if a.closer != nil {
		_ = a.closer.Close() // it is to be gone; how it takes that does not matter
	}
}

// use makes c what end closes. It returns false, with c closed, if the attempt has ended already.
func (a *attempt) use(c io.Closer) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.closer = c
	if a.cause != nil {
		_ = c.Close()
		return false
	}
	return true
}

// drop closes what is in use; the attempt goes on with another.
func (a *attempt) drop() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.cause == nil {
		_ = a.closer.Close()
		a.closer = nil
	}
}

// finish frees all that the attempt holds.
func (a *attempt) finish() {
	a.unwatch()
	if a.watchdog != nil {
		a.watchdog.Stop()
	}
	a.end(errOver)
}

// failed says why something failed: this side's own cause, of which err is only the effect, or
// else the reason given.
func (a *attempt) failed(reason Reason, err error) *Error {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch a.cause {
	case nil:
		return fail(reason, err)
	case errReadTimeout:
		return fail(ReasonReadTimeout, a.cause)
	case errRestart:
		return fail(ReasonDropped, a.cause)
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
	return a.failed(ReasonTruncated, err)
}

// closerFunc lets a cancel function be what an attempt closes.
type closerFunc func()

func (f closerFunc) Close() error { f(); return nil }
