package httpapi

import (
	"container/list"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"runtime"
	"time"

	"sseserver/broker"
	"sseserver/internal/logs"
)

// body is the body of a request, as the handlers see it: while it is read it
// counts in the intake. What they leave of it is discarded after the answer.
type body struct {
	io.ReadCloser
	exchange *exchange
	unwanted bool  // it is discarded
	endless  bool  // it may take as long as it likes
	end      error // why no more can be read: io.EOF if that was all

	// The intake's, under its lock.
	sender  *sender
	charged int64
	place   *list.Element // nil: it cannot be refused, or was
	refused chan struct{} // closed when it is; nil before the first read
}

// hasBody says whether a body comes with r.
func hasBody(r *http.Request) bool { return r.Body != nil && r.Body != http.NoBody }

// withBody returns r with its body being that of x, if it has one.
func (x *exchange) withBody(r *http.Request) *http.Request {
	if !hasBody(r) {
		return r
	}
	x.body = body{ReadCloser: r.Body, exchange: x}
	wrapped := *r // net/http looks at the body of its own
	wrapped.Body = &x.body
	return &wrapped
}

func (b *body) Read(p []byte) (int, error) {
	if b.refused == nil {
		b.intake().enter(b)
	}
	n, err := b.ReadCloser.Read(p)
	b.end = err
	return n, err
}

func (b *body) intake() *intake { return b.exchange.server.intake }

// refuse wakes up who reads b, or waits to make something of it. The intake calls
// it, before leave.
func (b *body) refuse() {
	close(b.refused)
	_ = http.NewResponseController(b.exchange.ResponseWriter).SetReadDeadline(time.Unix(1, 0))
}

// isRefused says whether the intake has refused b.
func (b *body) isRefused() bool {
	select {
	case <-b.refused:
		return true
	default:
		return false
	}
}

// goOn lets the rest of b be read when a read of it was made to return: that was not
// its end, but over HTTP/2.
func (b *body) goOn() {
	if b.exchange.request.ProtoMajor == 1 && errors.Is(b.end, os.ErrDeadlineExceeded) {
		b.end = nil
	}
}

// leave ends the count of b, if it ever began.
func (b *body) leave() {
	if b.refused != nil {
		b.intake().leave(b)
	}
}

// firstRoom is enough for most bodies.
const firstRoom = 4 << 10

// readAtOnce is how much of a body is read before streams that are due go first: two
// hundred large ones, all there already, would take half a second of one core.
const readAtOnce = 64 << 10

// readBody returns the whole body of r, which may have limit bytes, or a *problem.
// The room for it grows as it comes.
func (x *exchange) readBody(r *http.Request, limit int64) ([]byte, error) {
	if r.ContentLength > limit {
		return nil, messageTooLarge(limit)
	}
	most := limit + 1 // one more, for what is too much, or to see the end
	if r.ContentLength >= 0 {
		most = r.ContentLength + 1
	}
	content := make([]byte, 0, min(firstRoom, most))
	for {
		if len(content) == cap(content) {
			room := min(2*int64(cap(content)), most)
			if !x.server.intake.charge(&x.body, room-int64(cap(content))) {
				return nil, x.refusal()
			}
			content = append(make([]byte, 0, room), content...)
		}
		n, err := r.Body.Read(content[len(content):min(cap(content), len(content)+readAtOnce)])
		runtime.Gosched()
		content = content[:len(content)+n]
		switch {
		case int64(len(content)) > limit:
			return nil, messageTooLarge(limit)
		case err == io.EOF:
			return content, nil
		case err != nil:
			return nil, x.unreadable(err)
		}
	}
}

// readToParse returns the whole body of r, which may have limit bytes, when it may
// be parsed, which ends with done. Its error is one for problemOf.
func (x *exchange) readToParse(r *http.Request, limit int64) (content []byte, done func(), err error) {
	content, err = x.readBody(r, limit)
	if err != nil {
		return nil, nil, err
	}
	done, err = x.awaitParser(len(content))
	return content, done, err
}

// unreadable returns the *problem that a read of the body has failed with err.
func (x *exchange) unreadable(err error) error {
	switch {
	case x.body.isRefused():
		return x.refusal()
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &problem{
			Status: http.StatusRequestTimeout, Code: logs.CodeRequestTimeout, Title: "Request timeout",
			Detail: "the body did not arrive within " + readTimeout.String(),
		}
	default:
		return invalidJSON("the body ended early")
	}
}

// refusal is why the intake refuses a body of x.
func (x *exchange) refusal() error {
	if x.server.intake.hasEnded() {
		return broker.ErrShuttingDown
	}
	return busy()
}

// smallBody is what can be parsed, split and stored at once: that takes less than
// a tenth of a millisecond.
const smallBody = 16 << 10

// parsers is how many larger bodies may be in work at a time: as many as leave
// every other core to the streams. Where what is made of them waits for a store, they
// are at work for a small part of that time, so there may be more.
func (c Config) parsers() int {
	parsers := max(1, runtime.GOMAXPROCS(0)/2)
	if c.StoreAvailable != nil {
		parsers *= 8
	}
	return parsers
}

// awaitParser returns when a body of that size, which has come, may be parsed. It
// fails with a *problem, or the cause of the request's context.
func (x *exchange) awaitParser(size int) (done func(), err error) {
	done, err = x.takeParser(x.request.Context(), size)
	if err == nil && x.body.refused != nil && !x.server.intake.settle(&x.body) {
		done()
		return nil, x.refusal()
	}
	return done, err
}

// takeParser returns when something may be made of so much text, which ends with done.
// It fails with a *problem, or the cause of ctx.
func (x *exchange) takeParser(ctx context.Context, size int) (done func(), err error) {
	if size <= smallBody {
		return func() {}, nil
	}
	parsing := x.server.parsing
	select {
	case parsing <- struct{}{}:
		return func() { <-parsing }, nil
	case <-x.body.refused:
		return nil, x.refusal()
	case <-ctx.Done():
		if x.body.isRefused() { // which net/http takes for a client that left
			return nil, x.refusal()
		}
		return nil, context.Cause(ctx)
	}
}

// maxDiscarded is how much of a body that nobody wants is read, for the sake of
// the answer.
const maxDiscarded = 20 << 20

// leaveBody is called before the answer. Before it sends that, net/http would read
// up to 256 KiB of a body that is not wanted, and after it nothing: discardBody is to
// read it, after the answer. HTTP/2 lets it do so without being asked.
func (x *exchange) leaveBody() {
	b := &x.body
	if b.ReadCloser == nil || b.end == io.EOF || x.request.ProtoMajor != 1 {
		return
	}
	_ = http.NewResponseController(x.ResponseWriter).EnableFullDuplex()
	if b.end != nil || x.request.ContentLength > maxDiscarded {
		x.Header().Set("Connection", "close") // nobody will find its end
	}
}

// discardBody reads what the handler has left of the body, after the answer. Many
// clients and most proxies send all of it before they read; if the connection
// were closed meanwhile, the reset would take the answer from them (RFC 9112
// §9.6). It has no more time than a body that is wanted, or from now on as much as
// that if it has taken as long as it likes, and counts as one.
func (x *exchange) discardBody() {
	b := &x.body
	if b.ReadCloser == nil || b.end != nil && !b.isRefused() {
		return
	}
	control := http.NewResponseController(x.ResponseWriter)
	err := control.Flush()
	over := x.start.Add(readTimeout)
	if b.endless {
		over = time.Now().Add(readTimeout)
	}
	_ = control.SetReadDeadline(over) // which a refusal has moved
	if err == nil {
		b.refused, b.unwanted = nil, true // it begins to count anew
		err = x.discard(control, over)
		b.leave()
	}
	if err != nil && err != io.EOF && x.request.ProtoMajor == 1 {
		panic(http.ErrAbortHandler) // net/http would take the rest for the next request
	}
}

// maxSilence is how long a client of HTTP/2 may send nothing of a body that is
// discarded: longer than it takes to open its window anew. discardedAtOnce is how
// much it has to send in that time.
const (
	maxSilence      = 250 * time.Millisecond
	discardedAtOnce = 64 << 10
)

// discard reads the body up to its end, or to what is too much or too late. Over
// HTTP/2 the answer ends when the handler does, and some clients send no more once
// they see an error, but wait for that end.
func (x *exchange) discard(control *http.ResponseController, over time.Time) error {
	if x.request.ProtoMajor == 1 {
		_, err := io.CopyN(io.Discard, &x.body, maxDiscarded)
		return err
	}
	for range maxDiscarded / discardedAtOnce {
		if silent := time.Now().Add(x.server.silence); silent.Before(over) {
			_ = control.SetReadDeadline(silent)
		}
		if _, err := io.CopyN(io.Discard, &x.body, discardedAtOnce); err != nil {
			return err
		}
	}
	return nil
}
