package httpapi_test

import (
	"bytes"
	"io"
	"net"
	"testing"

	"sseserver/httpapi/ssetest"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// rawHTTP2 is an HTTP/2 client that does only what it is told, frame by frame,
// where that of net/http reads all it can.
type rawHTTP2 struct {
	*http2.Framer
	t    *testing.T
	conn net.Conn
}

// dialHTTP2 connects with prior knowledge (RFC 9113 §3.3). Each stream may send
// window bytes before it is told that it may send more.
func dialHTTP2(t *testing.T, server *ssetest.Server, window uint32) *rawHTTP2 {
	t.Helper()
	conn := server.Dial()
	c := &rawHTTP2{http2.NewFramer(conn, conn), t, conn}
	c.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	_, err := io.WriteString(conn, http2.ClientPreface)
	c.must(err)
	c.must(c.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: window}))
	return c
}

func (c *rawHTTP2) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// get sends a GET on a stream, whose number is odd and not used before.
func (c *rawHTTP2) get(stream uint32, path string) {
	c.t.Helper()
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	for _, field := range [][2]string{{":method", "GET"}, {":scheme", "http"}, {":authority", "a"}, {":path", path}} {
		c.must(encoder.WriteField(hpack.HeaderField{Name: field[0], Value: field[1]}))
	}
	c.must(c.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: block.Bytes(), EndStream: true, EndHeaders: true}))
}

// end reads what comes, acknowledging what must be, until one of the streams
// ends. It returns which, what it was sent, and the code with which it was
// reset: ErrCodeNo where it ended properly.
func (c *rawHTTP2) end() (stream uint32, body string, code http2.ErrCode) {
	c.t.Helper()
	bodies := make(map[uint32]string)
	for {
		frame, err := c.ReadFrame()
		c.must(err)
		stream = frame.Header().StreamID
		switch frame := frame.(type) {
		case *http2.SettingsFrame:
			if !frame.IsAck() {
				c.must(c.WriteSettingsAck())
			}
		case *http2.PingFrame:
			if !frame.IsAck() {
				c.must(c.WritePing(true, frame.Data))
			}
		case *http2.DataFrame:
			bodies[stream] += string(frame.Data())
			if frame.StreamEnded() {
				return stream, bodies[stream], http2.ErrCodeNo
			}
		case *http2.RSTStreamFrame:
			return stream, bodies[stream], frame.ErrCode
		}
	}
}
