package run

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"
)

// visit is one client of the benchmark's own, for what sseload does not do:
// to come and go.
type visit struct{ conn *net.TCPConn }

// open connects, asks for a stream and waits until it has read the given text.
func open(ctx context.Context, stream *url.URL, until string) (*visit, error) {
	dialer := net.Dialer{Timeout: visitTimeout}
	conn, err := dialer.DialContext(ctx, "tcp", stream.Host)
	if err != nil {
		return nil, fmt.Errorf("run: %w", err)
	}
	v := &visit{conn.(*net.TCPConn)}
	if err := v.ask(stream, until); err != nil {
		v.leave()
		return nil, fmt.Errorf("run: %w", err)
	}
	return v, nil
}

const visitTimeout = 10 * time.Second

func (v *visit) ask(stream *url.URL, until string) error {
	if err := v.conn.SetDeadline(time.Now().Add(visitTimeout)); err != nil {
		return err
	}
	_, err := fmt.Fprintf(v.conn, "GET %s HTTP/1.1\r\nHost: %s\r\nAccept: text/event-stream\r\n\r\n", stream.RequestURI(), stream.Host)
	if err != nil {
		return err
	}
	var answer [2048]byte
	for n := 0; n < len(answer); {
		m, err := v.conn.Read(answer[n:])
		if err != nil {
			return err
		}
		n += m
		if !bytes.HasPrefix(answer[:n], []byte("HTTP/1.1 200 ")[:min(n, 13)]) {
			return fmt.Errorf("answer %q", firstLine(answer[:n]))
		}
		if bytes.Contains(answer[:n], []byte(until)) {
			return nil
		}
	}
	return errors.New("no event at the beginning of the answer")
}

func firstLine(text []byte) []byte {
	line, _, _ := bytes.Cut(text, []byte("\r\n"))
	return line
}

// leave goes without a word: the connection is reset.
func (v *visit) leave() {
	_ = v.conn.SetLinger(0)
	_ = v.conn.Close()
}
