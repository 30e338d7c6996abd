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

	room    map[uint32]int // bytes that may be sent, on a stream and, at 0, on all
	initial int            // on a new stream
}

// NewRawHTTP2 begins to speak HTTP/2 on conn with prior knowledge (RFC 9113
// §3.3). Each stream may be sent window bytes before it is told of more.
func NewRawHTTP2(t testing.TB, conn net.Conn, window uint32) *RawHTTP2 {
	t.Helper()
	c := &RawHTTP2{
		t: t, framer: http2.NewFramer(conn, conn), bodies: make(map[uint32]string),
		room: map[uint32]int{0: 65535}, initial: 65535, // RFC 9113 §6.9.2
	}
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
	c.head(stream, true, [][2]string{{":method", "GET"}, {":path", path}})
}

// ends says whether a frame ends its stream.
func ends(frame http2.Frame) bool {
	_, reset := frame.(*http2.RSTStreamFrame)
	data, ok := frame.(*http2.DataFrame)
	return reset || ok && data.StreamEnded()
}

// Post sends a POST on a stream, and all of its body, which the server has to take
// though it may have answered before.
func (c *RawHTTP2) Post(stream uint32, path, contentType string, body []byte) {
	c.t.Helper()
	c.head(stream, false, [][2]string{{":method", "POST"}, {":path", path}, {"content-type", contentType}})
	c.room[stream] = c.initial
	for len(body) > 0 {
		n := min(len(body), c.room[0], c.room[stream], 16<<10)
		if n == 0 {
			if frame := c.read(); ends(frame) && frame.Header().StreamID == stream {
				c.t.Fatalf("%v, with %d bytes not sent yet", frame, len(body))
			}
			continue
		}
		c.must(c.framer.WriteData(stream, n == len(body), body[:n]))
		c.room[0] -= n
		c.room[stream] -= n
		body = body[n:]
	}
}

func (c *RawHTTP2) head(stream uint32, ends bool, fields [][2]string) {
	c.t.Helper()
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	for _, field := range append([][2]string{{":scheme", "http"}, {":authority", "a"}}, fields...) {
		c.must(encoder.WriteField(hpack.HeaderField{Name: field[0], Value: field[1]}))
	}
	c.must(c.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: block.Bytes(), EndStream: ends, EndHeaders: true}))
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
		if initial, ok := frame.Value(http2.SettingInitialWindowSize); ok {
			for stream := range c.room {
				if stream != 0 {
					c.room[stream] += int(initial) - c.initial
				}
			}
			c.initial = int(initial)
		}
		if !frame.IsAck() {
			c.must(c.framer.WriteSettingsAck())
		}
	case *http2.WindowUpdateFrame:
		c.room[frame.StreamID] += int(frame.Increment)
	case *http2.PingFrame:
		if !frame.IsAck() {
			c.must(c.framer.WritePing(true, frame.Data))
		}
	case *http2.DataFrame:
		c.bodies[frame.StreamID] += string(frame.Data())
	}
	return frame
}
