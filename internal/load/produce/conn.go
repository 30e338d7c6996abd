package produce

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// buffers hold a request, or an answer, while it is on its way.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 1<<10); return &b }}

// conn is an HTTP/1.1 connection.
type conn struct {
	net.Conn
	stop func() bool // that it is closed with its context
	used time.Time   // when it last was; zero if never
}

func (c *conn) close() {
	c.stop()
	_ = c.Close()
}

// connect makes the connection, which ends with ctx.
func (m *Message) connect(ctx context.Context) (*conn, error) {
	made, err := m.server.Dial(ctx)
	if err != nil {
		return nil, err
	}
	return &conn{Conn: made, stop: context.AfterFunc(ctx, func() { _ = made.Close() })}, nil
}

// idleTime is how long a connection may be idle until it is looked at before the
// next request: many servers close what is idle for a few seconds.
const idleTime = time.Second

// isClosed tells whether the server has closed the connection meanwhile.
func (c *conn) isClosed() bool {
	if c.used.IsZero() || time.Since(c.used) < idleTime {
		return false
	}
	_ = c.SetReadDeadline(time.Now().Add(idleTime / 10_000)) // for one look
	_, err := c.Read(make([]byte, 1))
	return !errors.Is(err, os.ErrDeadlineExceeded)
}

// exchange makes a request on the connection, or on a new one. The answer lies
// in the buffer.
func (m *Message) exchange(ctx context.Context, target string, body []byte, answer *[]byte) (response, error) {
	if m.conn != nil && m.conn.isClosed() {
		m.Close()
	}
	if m.conn == nil {
		made, err := m.connect(ctx)
		if err != nil {
			return response{}, err
		}
		m.conn = made
	}
	r, err := m.onConn(target, body, answer)
	if err != nil || !r.kept {
		m.Close()
	}
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return r, err
}

func (m *Message) onConn(target string, body []byte, answer *[]byte) (response, error) {
	now := time.Now()
	m.conn.used = now
	_ = m.conn.SetDeadline(now.Add(m.server.Patience))
	out := buffers.Get().(*[]byte)
	defer buffers.Put(out)
	*out = m.request((*out)[:0], target, body)
	if _, err := m.conn.Write(*out); err != nil {
		return response{}, err
	}
	return readResponse(m.conn, answer)
}

// request adds a POST to b. A body is JSON.
func (m *Message) request(b []byte, target string, body []byte) []byte {
	b = m.begin(b, target)
	if len(body) > 0 {
		b = append(b, "Content-Type: application/json\r\n"...)
	}
	b = append(b, "Content-Length: "...)
	b = strconv.AppendInt(b, int64(len(body)), 10)
	b = append(b, "\r\n\r\n"...)
	return append(b, body...)
}

// begin adds the request line, and the fields that all requests have.
func (m *Message) begin(b []byte, target string) []byte {
	b = append(b, "POST "...)
	b = append(b, m.path...)
	b = append(b, target...)
	b = append(b, " HTTP/1.1\r\n"...)
	return append(b, m.head...)
}

// head is the fields that all requests have.
func (s *Server) head() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Host: %s\r\n", s.host())
	_ = s.Header.WriteSubset(&b, ownFields) // a Builder takes all
	return b.String()
}

// ownFields are those that follow from the request.
var ownFields = map[string]bool{"Host": true, "Content-Type": true, "Content-Length": true, "Transfer-Encoding": true, "Connection": true}

func (s *Server) host() string {
	if h := s.Header.Get("Host"); h != "" {
		return h
	}
	return s.URL.Host
}

// exchangeShared makes a request with the server's client.
func (m *Message) exchangeShared(ctx context.Context, target string, body []byte, answer *[]byte) (response, error) {
	ctx, cancel := context.WithTimeout(ctx, m.server.Patience)
	defer cancel()
	var content io.Reader
	if len(body) > 0 {
		content = strings.NewReader(string(body)) // a copy, as net/http may read on after its answer
	}
	req, err := m.server.newRequest(ctx, m.path+target, "application/json", content)
	if err != nil {
		return response{}, err
	}
	return m.server.do(req, answer)
}

func (s *Server) newRequest(ctx context.Context, target, contentType string, body io.Reader) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL.Scheme+"://"+s.URL.Host+target, body)
	if err != nil {
		return nil, err
	}
	for name, values := range s.Header {
		if !ownFields[name] {
			req.Header[name] = values
		}
	}
	req.Host = s.host()
	if body != nil {
		req.Header["Content-Type"] = []string{contentType}
	}
	return req, nil
}

func (s *Server) do(req *http.Request, answer *[]byte) (response, error) {
	resp, err := s.Client.Do(req)
	if err != nil {
		return response{}, err
	}
	defer resp.Body.Close()
	*answer, err = readAll((*answer)[:0], resp.Body)
	return response{status: resp.StatusCode, body: *answer, wait: RetryAfter(resp.Header.Get("Retry-After"))}, err
}
