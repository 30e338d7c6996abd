package ssetest

import (
	"bytes"
	"io"
	"net"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// RawHTTP2 is an HTTP/2 client that does only what it is told, frame by frame,
// where that of net/http reads all it can. Any error stops the test.
type RawHTTP2 struct {
	t      testing.TB
	framer *http2.Framer
	bodies map[uint32]string // what came on each stream
}

// NewRawHTTP2 begins to speak HTTP/2 on conn with prior knowledge (RFC 9113
// §3.3). Each stream may be sent window bytes before it is told of more.
func NewRawHTTP2(t testing.TB, conn net.Conn, window uint32) *RawHTTP2 {
	t.Helper()
	c := &RawHTTP2{t, http2.NewFramer(conn, conn), make(map[uint32]string)}
	c.framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	_, err := io.WriteString(conn, http2.ClientPreface)
	c.must(err)
	c.must(c.framer.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: window}))
	return c
}

func (c *RawHTTP2) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// Get sends a GET on a stream, whose number is odd and not used before.
func (c *RawHTTP2) Get(stream uint32, path string) {
	c.t.Helper()
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	for _, field := range [][2]string{{":method", "GET"}, {":scheme", "http"}, {":authority", "a"}, {":path", path}} {
		c.must(encoder.WriteField(hpack.HeaderField{Name: field[0], Value: field[1]}))
	}
	c.must(c.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: block.Bytes(), EndStream: true, EndHeaders: true}))
}

// Open lets the stream be sent so many more bytes.
func (c *RawHTTP2) Open(stream, bytes uint32) {
	c.t.Helper()
	c.must(c.framer.WriteWindowUpdate(stream, bytes))
}

// Await reads what comes, acknowledging what must be, until so many bytes came
// on a stream.
func (c *RawHTTP2) Await(stream uint32, bytes int) {
	c.t.Helper()
	for len(c.bodies[stream]) < bytes {
		c.read()
	}
}

// End reads until one of the streams ends. It returns which, what it was sent,
// and the code with which it was reset: ErrCodeNo where it ended properly.
func (c *RawHTTP2) End() (stream uint32, body string, code http2.ErrCode) {
	c.t.Helper()
	for {
		frame := c.read()
		stream = frame.Header().StreamID
		switch frame := frame.(type) {
		case *http2.DataFrame:
			if frame.StreamEnded() {
				return stream, c.bodies[stream], http2.ErrCodeNo
			}
		case *http2.RSTStreamFrame:
			return stream, c.bodies[stream], frame.ErrCode
		}
	}
}

func (c *RawHTTP2) read() http2.Frame {
	c.t.Helper()
	frame, err := c.framer.ReadFrame()
	c.must(err)
	switch frame := frame.(type) {
	case *http2.SettingsFrame:
		if !frame.IsAck() {
			c.must(c.framer.WriteSettingsAck())
		}
	case *http2.PingFrame:
		if !frame.IsAck() {
			c.must(c.framer.WritePing(true, frame.Data))
		}
	case *http2.DataFrame:
		c.bodies[frame.StreamID] += string(frame.Data())
	}
	return frame
}
