package soak

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"
)

// path is a stream of some message, of any kind and pace.
func (h *hand) path() string {
	interval := time.Duration(1+h.rng.IntN(20)) * time.Millisecond
	switch h.rng.IntN(3) {
	case 0:
		return fmt.Sprintf("/progress/%s?interval=%v", h.some(), interval)
	case 1:
		return fmt.Sprintf("/stream/%s?unit=word&interval=%v", h.some(), interval)
	default:
		return fmt.Sprintf("/stream/%s?interval=%v", h.some(), interval)
	}
}

// stream reads for a while, leaves, and mostly comes back for the rest.
func stream(ctx context.Context, h *hand) error {
	path := h.path()
	id, err := h.read(ctx, path, "")
	if err != nil || id == "" || h.rng.IntN(4) == 0 {
		return err
	}
	_, err = h.read(ctx, path, id)
	return err
}

// read reads a stream for up to two seconds, and returns the last id.
func (h *hand) read(ctx context.Context, path, after string) (last string, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(h.rng.IntN(2000))*time.Millisecond)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, h.base()+path, http.NoBody)
	if err != nil {
		return "", err
	}
	request.Header.Set("Accept", "text/event-stream")
	if after != "" {
		request.Header.Set("Last-Event-ID", after)
	}
	response, err := h.clients[h.rng.IntN(len(h.clients))].Do(request)
	if err != nil {
		return "", unless(ctx, err)
	}
	defer response.Body.Close()
	if err := want(path, response.StatusCode, nil, http.StatusOK, http.StatusNoContent, http.StatusNotFound); err != nil {
		return "", err
	}
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 1<<20) // a word may be as long as a message
	for lines.Scan() {
		if id, ok := strings.CutPrefix(lines.Text(), "id: "); ok {
			last = id
		}
	}
	return last, unless(ctx, lines.Err())
}

// unless is the error, unless the client itself has left.
func unless(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// request is that of a stream, by hand.
func (h *hand) request(path string) string {
	return fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", path, h.addr)
}

// reset asks for a stream, and resets the connection: in the middle of the
// request, at once, or after some events.
func reset(_ context.Context, h *hand) error {
	conn, below, err := h.dial()
	if err != nil {
		return err
	}
	defer conn.Close()
	defer func() { _ = below.SetLinger(0) }()
	if err := conn.SetDeadline(time.Now().Add(2 * time.Second)); err != nil {
		return err
	}
	text := h.request(h.path())
	if h.rng.IntN(4) == 0 {
		text = text[:h.rng.IntN(len(text))]
		_, err = io.WriteString(conn, text)
		return err
	}
	if _, err := io.WriteString(conn, text); err != nil {
		return err
	}
	for range h.rng.IntN(4) {
		if _, err := conn.Read(make([]byte, 512)); err != nil {
			return ended(err)
		}
	}
	return nil
}

// ended is nil where a stream ended before its client had enough; its connection
// may be kept.
func ended(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) {
		return nil
	}
	return err
}

// bigWords are events of some KiB, to fill a connection quickly.
var bigWords = `{"message":"` + strings.Repeat(strings.Repeat("w", 8<<10)+" ", 16) + `"}`

// stopReading asks for large events, and never reads. The server gives up within
// two write timeouts or so.
func stopReading(ctx context.Context, h *hand) error {
	id, err := h.submit(ctx, bigWords)
	if err != nil || id == "" {
		return err
	}
	conn, below, err := h.dial()
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := below.SetReadBuffer(4 << 10); err != nil {
		return err
	}
	if _, err := io.WriteString(conn, h.request("/stream/"+id+"?unit=word&interval=1ms")); err != nil {
		return err
	}
	timer := time.NewTimer(3 * writeTimeout)
	defer timer.Stop()
	select {
	case <-timer.C:
		return wantEnd(below)
	case <-ctx.Done():
		return nil
	}
}

// wantEnd reads what there is; then the connection must be at its end. It reads
// below TLS: nobody needs the text.
func wantEnd(conn *net.TCPConn) error {
	if err := conn.SetReadDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, conn)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return errors.New("a stream whose client reads nothing has not ended")
	}
	return ended(err)
}
