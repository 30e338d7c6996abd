package h2c

import (
	"bytes"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/net/http/httpguts"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// headEncoder encodes heads one by one, for any connection: it keeps no dynamic
// table (RFC 7541 §4.2), which would cost some KiB for each connection, to save
// some dozen bytes for each stream.
type headEncoder struct {
	block bytes.Buffer
	hpack *hpack.Encoder
}

var headEncoders = sync.Pool{New: func() any {
	e := new(headEncoder)
	e.hpack = hpack.NewEncoder(&e.block)
	return e
}}

// encode returns the header block, which is valid until the next call.
func (e *headEncoder) encode(status int, header http.Header) []byte {
	e.block.Reset()
	e.hpack.SetMaxDynamicTableSize(0) // is told in each block, as it may be the first on its connection
	e.field(":status", strconv.Itoa(status))
	for _, name := range slices.Sorted(maps.Keys(header)) {
		if !httpguts.ValidHeaderFieldName(name) || slices.Contains(connectionFields, name) {
			continue
		}
		for _, value := range header[name] {
			if httpguts.ValidHeaderFieldValue(value) {
				e.field(strings.ToLower(name), value) // RFC 9113 §8.2.1
			}
		}
	}
	return e.block.Bytes()
}

func (e *headEncoder) field(name, value string) {
	_ = e.hpack.WriteField(hpack.HeaderField{Name: name, Value: value}) // a bytes.Buffer takes everything
}

// writeHead sends a head, and with it the whole response if it ends there.
func (s *Stream) writeHead(status int, header http.Header, ends bool) error {
	e := headEncoders.Get().(*headEncoder)
	defer headEncoders.Put(e)
	block := e.encode(status, header)

	c := s.conn
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := s.usable(); err != nil {
		return err
	}
	first := block[:min(len(block), maxFrame)]
	block = block[len(first):]
	_ = c.framer.WriteHeaders(http2.HeadersFrameParam{
		StreamID: s.id, BlockFragment: first, EndStream: ends, EndHeaders: len(block) == 0,
	})
	for len(block) > 0 { // RFC 9113 §6.10
		next := block[:min(len(block), maxFrame)]
		block = block[len(next):]
		_ = c.framer.WriteContinuation(s.id, len(block) == 0, next)
	}
	if ends {
		s.complete()
	}
	return nil
}
