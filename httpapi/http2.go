package httpapi

import (
	"errors"
	"net/http"
	"time"

	"sseserver/broker"
	"sseserver/internal/h2c"

	"golang.org/x/net/http2"
)

// serveHTTP2 takes a connection over that begins as one of HTTP/2, which
// net/http does not speak here.
func (s *Server) serveHTTP2(w http.ResponseWriter) {
	conn, read, err := h2c.Hijack(w)
	if err != nil {
		return // it is net/http's still, which closes it
	}
	go s.http2.Serve(conn, read) // ends with the connection; Shutdown waits for it
}

// http2Transport writes to a stream of an HTTP/2 connection that was taken over
// from its handler.
type http2Transport struct {
	stream *stream
	body   *h2c.Stream
}

func takeHTTP2(x *exchange, st *stream) (transport, error) {
	body, err := h2c.TakeOver(x.ResponseWriter, st.gone)
	return &http2Transport{st, body}, err
}

// gone is called when the client ends its stream of HTTP/2, or does not read
// any of them.
func (st *stream) gone(cause error) {
	if errors.Is(cause, h2c.ErrStalled) {
		st.subscription.Cancel(broker.ErrTooSlow)
	} else {
		st.subscription.Cancel(broker.ErrClientGone)
	}
}

func (t *http2Transport) begin(header http.Header, first *buffer) error {
	header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	if err := t.body.WriteHead(http.StatusOK, header); err != nil {
		return stalled(err)
	}
	return t.stream.write(first)
}

func (t *http2Transport) tryWrite(frames *buffer) (rest []byte, err error) {
	p := frames.frames()
	n, err := t.body.TryWrite(p)
	return p[n:], stalled(err)
}

func (t *http2Transport) writeBy(rest []byte, by time.Time) (int, error) {
	n, err := t.body.WriteBy(rest, by)
	return n, stalled(err)
}

// stalled makes a write that failed because its whole connection has stalled one
// that has stalled itself.
func stalled(err error) error {
	if errors.Is(err, h2c.ErrStalled) {
		return errStalled
	}
	return err
}

func (t *http2Transport) close(last *buffer) error {
	if last.size() > 0 {
		if err := t.stream.write(last); err != nil {
			return err
		}
	}
	return stalled(t.body.Close())
}

func (t *http2Transport) abort() { t.body.Reset(http2.ErrCodeInternal) }
