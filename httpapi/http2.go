package httpapi

import (
	"fmt"
	"net/http"
	"time"
)

// http2Transport writes to a stream of an HTTP/2 connection, through net/http.
type http2Transport struct {
	w          http.ResponseWriter
	controller *http.ResponseController
	timeout    time.Duration
	stall      *time.Timer // runs while a write does; fails the write if it fires
}

func takeHTTP2(x *exchange, st *stream) (transport, error) {
	t := &http2Transport{
		w:          x.ResponseWriter,
		controller: http.NewResponseController(x.ResponseWriter),
		timeout:    st.server.config.WriteTimeout,
	}
	// The deadline of http.Server is meant for plain answers.
	if err := t.controller.SetWriteDeadline(time.Time{}); err != nil {
		return nil, fmt.Errorf("httpapi: write deadline: %w", err)
	}
	// A deadline per write would cost a message to the connection's goroutine
	// each time. This timer is our own until it fires, and then puts the
	// deadline into the past.
	t.stall = time.AfterFunc(t.timeout, func() { _ = t.controller.SetWriteDeadline(time.Unix(1, 0)) })
	t.stall.Stop()
	return t, nil
}

func (t *http2Transport) begin(_ http.Header, first *buffer) error {
	t.w.WriteHeader(http.StatusOK)
	return t.write(first)
}

func (t *http2Transport) write(frames *buffer) error {
	t.stall.Reset(t.timeout)
	_, err := t.w.Write(frames.frames())
	if err == nil {
		err = t.controller.Flush()
	}
	if inTime := t.stall.Stop(); !inTime {
		return errStalled
	}
	return err
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
