package httpapi

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"time"
)

// http2Transport writes to a stream of an HTTP/2 connection, through net/http.
type http2Transport struct {
	w          http.ResponseWriter
	controller *http.ResponseController
	stream     *stream

	// A deadline per write would cost a message to the connection's goroutine
	// each time. Instead, this timer runs while a write does, and puts the
	// deadline into the past when it must end.
	guard   *time.Timer
	writing atomic.Int64 // when the write began, in Unix nanoseconds; 0 between writes
	stalled atomic.Bool  // it was ended for its length
}

func takeHTTP2(x *exchange, st *stream) (transport, error) {
	t := &http2Transport{
		w:          x.ResponseWriter,
		controller: http.NewResponseController(x.ResponseWriter),
		stream:     st,
	}
	// The deadline of http.Server is meant for plain answers.
	if err := t.controller.SetWriteDeadline(time.Time{}); err != nil {
		return nil, fmt.Errorf("httpapi: write deadline: %w", err)
	}
	t.guard = time.AfterFunc(time.Hour, t.look)
	t.guard.Stop()
	return t, nil
}

func (t *http2Transport) begin(_ http.Header, first *buffer) error {
	t.w.WriteHeader(http.StatusOK)
	return t.write(first)
}

func (t *http2Transport) write(frames *buffer) error {
	t.writing.Store(time.Now().UnixNano())
	t.guard.Reset(t.slice(0))
	_, err := t.w.Write(frames.frames())
	if err == nil {
		err = t.controller.Flush()
	}
	t.writing.Store(0)
	t.guard.Stop()
	if t.stalled.Load() {
		return errStalled
	}
	return err
}

// look is called by guard while a write blocks: each second, as on HTTP/1, so
// that a stream which is no longer wanted does not hold up anything.
func (t *http2Transport) look() {
	began := t.writing.Load()
	if began == 0 {
		return // the write has just ended
	}
	waited := time.Duration(time.Now().UnixNano() - began)
	t.stalled.Store(waited >= t.stream.server.config.WriteTimeout)
	if t.stalled.Load() || t.stream.subscription.Canceled() {
		_ = t.controller.SetWriteDeadline(time.Unix(1, 0))
		return
	}
	t.guard.Reset(t.slice(waited))
}

// slice returns how long to wait for a write that has waited so long already.
func (t *http2Transport) slice(waited time.Duration) time.Duration {
	return min(blockedSlice, t.stream.server.config.WriteTimeout-waited)
}

// close only writes: net/http sends END_STREAM when the handler returns.
func (t *http2Transport) close(last *buffer) error {
	if last.size() == 0 {
		return nil
	}
	return t.write(last)
}

// abort makes net/http reset the stream, which it does for this panic.
func (t *http2Transport) abort() { panic(http.ErrAbortHandler) }
