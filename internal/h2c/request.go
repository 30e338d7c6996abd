package h2c

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"
	"golang.org/x/net/http2"
)

// onHeaders begins a stream, or ends the body of one with trailers.
func (c *conn) onHeaders(frame *http2.MetaHeadersFrame) error {
	id := frame.StreamID
	c.mu.Lock()
	known, lastID, goingAway := c.streams[id], c.lastID, c.goingAway
	c.mu.Unlock()
	switch {
	case id%2 == 0: // RFC 9113 §5.1.1
		return http2.ConnectionError(http2.ErrCodeProtocol)
	case known != nil:
		return c.onTrailers(known, frame)
	case id <= lastID && len(frame.PseudoFields()) == 0: // trailers that crossed the end of their stream
		return http2.StreamError{StreamID: id, Code: http2.ErrCodeStreamClosed}
	case id == lastID: // RFC 9113 §5.1: it is closed
		return http2.ConnectionError(http2.ErrCodeStreamClosed)
	case goingAway:
		return nil // as goAway told
	case id < lastID: // RFC 9113 §5.1.1
		return http2.ConnectionError(http2.ErrCodeProtocol)
	}
	if err := selfDependent(id, frame.Priority); err != nil {
		return err
	}
	r, err := requestOf(frame)
	if err != nil {
		return http2.StreamError{StreamID: id, Code: http2.ErrCodeProtocol, Cause: err}
	}
	return c.begun(frame, r)
}

// onTrailers ends a body (RFC 9113 §8.1). What trailers say is not for any
// handler here.
func (c *conn) onTrailers(s *Stream, frame *http2.MetaHeadersFrame) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case s.state == halfClosedRemote:
		return http2.StreamError{StreamID: s.id, Code: http2.ErrCodeStreamClosed}
	case s.state == closed: // meanwhile, by its handler
		return nil
	case !frame.StreamEnded(), len(frame.PseudoFields()) > 0:
		return http2.StreamError{StreamID: s.id, Code: http2.ErrCodeProtocol}
	}
	reader := s.owner.body
	s.ended()
	if reader == nil {
		return nil
	}
	return reader.receive(nil, 0, true)
}

// begun begins the stream of r, and lets the handler answer.
func (c *conn) begun(frame *http2.MetaHeadersFrame, r *http.Request) error {
	now := time.Now()
	ctx, cancel := context.WithCancel(context.Background())
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.goingAway {
		cancel()
		return nil
	}
	c.lastID = frame.StreamID
	// A stream that was reset makes room for another, its handler not before it
	// returns: so resetting does not make a client more than its share.
	if limit := c.server.config.MaxStreams; uint32(len(c.streams)) >= limit || c.handlers >= limit {
		cancel()
		return http2.StreamError{StreamID: frame.StreamID, Code: http2.ErrCodeRefusedStream}
	}
	s := &Stream{conn: c, id: frame.StreamID, window: c.sending.initial}
	b := &body{
		stream: s, cancel: cancel, by: now.Add(c.server.config.ReadTimeout),
		declared: r.ContentLength, receiving: newReceiving(), arrived: make(chan struct{}, 1),
		continues: httpguts.HeaderValuesContainsToken(r.Header["Expect"], "100-continue"),
	}
	s.owner.body = b
	r.Body = b
	if frame.StreamEnded() {
		s.state = halfClosedRemote
		b.err = io.EOF
		r.Body = http.NoBody
		r.ContentLength = 0
	}
	if len(c.streams) == 0 {
		_ = c.socket.SetReadDeadline(time.Time{})
		c.server.config.ConnState(c.socket, http.StateActive)
	}
	c.streams[s.id] = s
	c.handlers++
	r.RemoteAddr = c.remote
	handler := c.server.config.Handler
	if frame.Truncated {
		handler = http.HandlerFunc(headerTooLarge)
	}
	w := newResponse(s, r, now.Add(c.server.config.AnswerTimeout))
	c.handling.Add(1)
	go c.answer(handler, w, r.WithContext(ctx), cancel)
	return nil
}

func headerTooLarge(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, http.StatusText(http.StatusRequestHeaderFieldsTooLarge), http.StatusRequestHeaderFieldsTooLarge)
}

// requestOf returns the request of a header block, whose names and values the
// framer has found well-formed, as net/http makes it. An error tells that it is
// malformed (RFC 9113 §8.1.1).
func requestOf(frame *http2.MetaHeadersFrame) (*http.Request, error) {
	r := &http.Request{
		Method: frame.PseudoValue("method"),
		Proto:  "HTTP/2.0", ProtoMajor: 2,
		Header:        headerOf(frame),
		Host:          frame.PseudoValue("authority"),
		ContentLength: -1,
	}
	if frame.Truncated { // what is left tells enough to refuse it
		r.URL = &url.URL{}
		return r, nil
	}
	if err := checkHeader(r.Header); err != nil {
		return nil, err
	}
	if hosts := r.Header["Host"]; len(hosts) > 0 { // RFC 9113 §8.3.1
		if r.Host == "" {
			r.Host = hosts[0]
		}
		if len(hosts) > 1 || hosts[0] != r.Host {
			return nil, errors.New("h2c: more than one host")
		}
		delete(r.Header, "Host")
	}
	if strings.Contains(r.Host, "@") || !httpguts.ValidHostHeader(r.Host) {
		return nil, errors.New("h2c: malformed authority")
	}
	if lengths := r.Header["Content-Length"]; len(lengths) > 0 { // RFC 9110 §8.6
		length, err := strconv.ParseUint(lengths[0], 10, 63)
		if err != nil || len(lengths) > 1 || length > 0 && frame.StreamEnded() {
			return nil, errors.New("h2c: malformed Content-Length")
		}
		r.ContentLength = int64(length)
	}
	return r, setTarget(r, frame)
}

// headerOf returns the fields but the pseudo ones. A cookie may come in pieces
// (RFC 9113 §8.2.3).
func headerOf(frame *http2.MetaHeadersFrame) http.Header {
	header := make(http.Header, len(frame.RegularFields()))
	for _, field := range frame.RegularFields() {
		name := http.CanonicalHeaderKey(field.Name)
		header[name] = append(header[name], field.Value)
	}
	if cookies := header["Cookie"]; len(cookies) > 1 {
		header["Cookie"] = []string{strings.Join(cookies, "; ")}
	}
	return header
}

// connectionFields are about a connection, as HTTP/2 itself is (RFC 9113 §8.2.2).
var connectionFields = []string{"Connection", "Keep-Alive", "Proxy-Connection", "Transfer-Encoding", "Upgrade"}

func checkHeader(header http.Header) error {
	for _, name := range connectionFields {
		if _, ok := header[name]; ok {
			return errors.New("h2c: connection-specific field " + name)
		}
	}
	if te, ok := header["Te"]; ok && !slices.Equal(te, []string{"trailers"}) {
		return errors.New("h2c: TE other than trailers")
	}
	return nil
}

// setTarget reads the pseudo fields that make the target (RFC 9113 §8.3.1, and
// §8.5 for CONNECT).
func setTarget(r *http.Request, frame *http2.MetaHeadersFrame) (err error) {
	path, scheme := frame.PseudoValue("path"), frame.PseudoValue("scheme")
	fields := len(frame.PseudoFields())
	if r.Method == http.MethodConnect {
		if fields != 2 || r.Host == "" {
			return errors.New("h2c: malformed CONNECT")
		}
		r.RequestURI = r.Host
		r.URL = &url.URL{Host: r.Host}
		return nil
	}
	wellFormed := r.Method != "" && scheme != "" && (strings.HasPrefix(path, "/") || path == "*") &&
		frame.PseudoValue("protocol") == "" // of RFC 8441, which we do not offer
	if !wellFormed {
		return errors.New("h2c: malformed pseudo fields")
	}
	r.RequestURI = path
	r.URL, err = url.ParseRequestURI(path)
	return err
}
