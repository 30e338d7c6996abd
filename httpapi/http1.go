package httpapi

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"sseserver/broker"
)

// http1Transport writes to a connection that was taken over from net/http, so
// that a stream costs no more than it needs. The body is sent in the chunked
// coding (RFC 9112 §7.1), one chunk a write; to an HTTP/1.0 client as it is,
// ended by the end of the connection.
type http1Transport struct {
	stream  *stream
	conn    net.Conn
	socket  socket
	chunked bool
	watched watchToken
}

func takeHTTP1(x *exchange, st *stream) (transport, error) {
	conn, _, err := http.NewResponseController(x.ResponseWriter).Hijack()
	if err != nil {
		return nil, fmt.Errorf("httpapi: taking over the connection: %w", err)
	}
	t := &http1Transport{
		stream:  st,
		conn:    conn,
		socket:  socketOf(conn),
		chunked: x.request.ProtoAtLeast(1, 1),
	}
	t.watched = st.server.watch.add(conn, func() { st.subscription.Cancel(broker.ErrClientGone) })
	return t, nil
}

func (t *http1Transport) begin(header http.Header, first *buffer) error {
	// net/http does not get the connection back, so it is of no use after this.
	header.Set("Connection", "close")
	header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	if t.chunked {
		header.Set("Transfer-Encoding", "chunked")
	}
	var head bytes.Buffer
	head.WriteString("HTTP/1.1 200 OK\r\n")
	_ = header.Write(&head) // a bytes.Buffer takes everything
	head.WriteString("\r\n")
	head.Write(t.encode(first))
	return t.send(head.Bytes())
}

func (t *http1Transport) tryWrite(frames *buffer) (rest []byte, err error) {
	p := t.encode(frames)
	n, err := t.socket.tryWrite(p)
	return p[n:], err
}

// close sends the last frames and the final chunk, and closes the connection.
func (t *http1Transport) close(last *buffer) error {
	body := last.frames()
	if t.chunked {
		if last.size() > 0 { // an empty chunk would be the final one
			body = t.encode(last)
		}
		body = append(body, "0\r\n\r\n"...)
	}
	if err := t.send(body); err != nil {
		return err
	}
	t.linger()
	t.shut()
	return nil
}

// lingerTimeout bounds how long a finished connection waits for its client.
const lingerTimeout = time.Second

// linger lets the client close first. A close with anything unread, say a next
// request, would reset the connection and could take the last frames with it
// (RFC 9112 §9.6).
func (t *http1Transport) linger() {
	half, ok := t.conn.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil {
		return
	}
	if t.conn.SetReadDeadline(time.Now().Add(lingerTimeout)) == nil {
		_, _ = io.Copy(io.Discard, t.conn)
	}
}

// abort closes the connection without the final chunk. What the client did not
// read by now is dropped, so that it does not hold kernel memory.
func (t *http1Transport) abort() {
	if tcp, ok := t.conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	t.shut()
}

// shut closes the connection, on which the watch must have ended by then.
func (t *http1Transport) shut() {
	t.stream.server.watch.remove(t.watched)
	_ = t.conn.Close()
	t.stream.server.conns.Add(-1)
}

// encode returns the frames as one chunk, in place: its size goes into the
// headroom before them. Without the chunked coding it returns just the frames.
func (t *http1Transport) encode(frames *buffer) []byte {
	if !t.chunked {
		return frames.frames()
	}
	size := frames.size()
	frames.bytes = append(frames.bytes, "\r\n"...)
	start := headroom - 2
	copy(frames.bytes[start:], "\r\n")
	for ; size > 0; size >>= 4 {
		start--
		frames.bytes[start] = "0123456789abcdef"[size&0xF]
	}
	return frames.bytes[start:]
}

// send writes p, and waits for room if it has to.
func (t *http1Transport) send(p []byte) error {
	n, err := t.socket.tryWrite(p)
	if err != nil || n == len(p) {
		return err
	}
	return t.stream.sendSlowly(p[n:])
}

// writeBy sets a deadline, which costs more than the rest of the way to the
// kernel. Mostly tryWrite has found room for all.
func (t *http1Transport) writeBy(rest []byte, by time.Time) (int, error) {
	if err := t.conn.SetWriteDeadline(by); err != nil {
		return 0, err
	}
	return t.conn.Write(rest)
}
