package httpapi

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"sseserver/broker"
	"sseserver/internal/wire"
)

// takenOver is the transport of HTTP/1.1 without TLS: a connection that was taken
// over from net/http, so that a stream costs no more than it needs. The body is
// sent in the chunked coding (RFC 9112 §7.1), one chunk a write.
type takenOver struct {
	stream *stream
	conn   wire.Conn
}

// takeOver takes the connection of x over, for a stream that is canceled when the
// client leaves.
func (t *takenOver) takeOver(x *exchange, st *stream) (err error) {
	t.stream = st
	cancel := st.cancel
	t.conn, err = st.server.watch.TakeOver(x.ResponseWriter, func() { cancel(broker.ErrClientGone) })
	if err != nil {
		return fmt.Errorf("httpapi: taking over the connection: %w", err)
	}
	return nil
}

func (t *takenOver) begin(header http.Header, first *buffer) error {
	// net/http does not get the connection back, so it is of no use after this. But
	// Node's fetch takes a reset for the end of what says so, though it is chunked:
	// https://github.com/nodejs/undici/pull/5273
	if !t.stream.faults.canReset() {
		header.Set("Connection", "close")
	}
	header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	header.Set("Transfer-Encoding", "chunked")
	var head bytes.Buffer
	head.WriteString("HTTP/1.1 200 OK\r\n")
	_ = header.Write(&head) // a bytes.Buffer takes everything
	head.WriteString("\r\n")
	head.Write(encodeChunk(first))
	return t.send(head.Bytes())
}

// enough is what fits into one write with whatever the next chunk becomes.
func (t *takenOver) enough() int { return maxHeld - maxFrame }

func (t *takenOver) write(frames *buffer) error { return t.send(encodeChunk(frames)) }

// end sends the last frames and the final chunk.
func (t *takenOver) end(last *buffer) error {
	var body []byte
	if last.size() > 0 { // an empty chunk would be the final one
		body = encodeChunk(last)
	}
	return t.send(append(body, "0\r\n\r\n"...))
}

func (t *takenOver) unsent() (int, bool) { return t.conn.Unsent() }

func (t *takenOver) silence() time.Duration { return t.conn.Silence() }

func (t *takenOver) gaveUp() bool { return t.conn.GaveUp() }

func (t *takenOver) close() {
	t.conn.Close()
	t.stream.server.conns.takenOverClosed()
}

func (t *takenOver) abort() {
	t.conn.Abort()
	t.stream.server.conns.takenOverClosed()
}

// encodeChunk returns the frames as one chunk, in place: its size goes into the
// headroom before them.
func encodeChunk(frames *buffer) []byte {
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

// send writes p. Mostly there is room for it, and this is all.
func (t *takenOver) send(p []byte) error {
	n, err := t.conn.TryWrite(p)
	if err != nil || n == len(p) {
		return err
	}
	return t.sendSlowly(p[n:])
}

// sendSlowly waits for room, in slices, between which the stream is asked.
func (t *takenOver) sendSlowly(rest []byte) error {
	moved := time.Now()
	for {
		now := time.Now()
		n, err := t.conn.WriteBy(rest, t.stream.nextLook(now, moved))
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
		rest = rest[n:]
		if n > 0 {
			moved = time.Now()
		}
		if err := t.stream.blocked(time.Since(moved)); err != nil {
			return err
		}
	}
}
