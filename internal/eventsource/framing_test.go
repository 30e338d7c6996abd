package eventsource

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httputil"
	"strings"
	"testing"
)

// dechunk decodes pieces and returns the data, and whether the body was whole.
func dechunk(pieces ...[]byte) (data []byte, whole bool, err error) {
	body := newBody(framing{chunked: true})
	for _, in := range pieces {
		for len(in) > 0 && !body.done {
			var payload []byte
			if payload, in, err = body.next(in); err != nil {
				return data, false, err
			}
			data = append(data, payload...)
		}
	}
	return data, body.done, nil
}

func TestChunkedErrors(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"\r\n", `chunked coding: '\r' where a chunk size must be`},
		{";a\r\n", `chunked coding: ';' where a chunk size must be`},
		{"-1\r\n", `chunked coding: '-' where a chunk size must be`},
		{"1g\r\n", `chunked coding: 'g' in a chunk size`},
		{"0 0\r\n", `chunked coding: '0' after a chunk size`},
		{"00000000000000001\r\n", "chunked coding: chunk size too large"},
		{"0x1\r\n", `chunked coding: 'x' in a chunk size`},
		{"1\n", `chunked coding: '\n' in a chunk size`},
		{"1;a\nb", "chunked coding: LF without CR"},
		{"1\rb", `chunked coding: 'b' where '\n' must be`},
		{"1\r\nab", `chunked coding: 'b' where '\r' must be`},
		{"1\r\na\rb", `chunked coding: 'b' where '\n' must be`},
		{"1\r\na\r\n\r\n", `chunked coding: '\r' where a chunk size must be`},
		{"10000000000000000\r\n", "chunked coding: chunk size too large"},
		{"0\r\na: b\n", "chunked coding: LF without CR"},
		{"0\r\n\rb", `chunked coding: 'b' where '\n' must be`},
		{"1;" + strings.Repeat("a", 17<<10) + "\r\n", "chunked coding: extensions or trailer too long"},
		{"0\r\n" + strings.Repeat("a:b\r\n", 17<<10), "chunked coding: extensions or trailer too long"},
	} {
		if _, _, err := dechunk([]byte(c.in)); err == nil || err.Error() != c.want {
			t.Errorf("input %.40q: got error %v, want %s", c.in, err, c.want)
		}
	}
}

// Extensions are bounded for each chunk, not for the stream, which may last for
// days.
func TestChunkExtensionsDoNotAddUp(t *testing.T) {
	chunk := []byte("1;" + strings.Repeat("a", 10<<10) + "\r\nx\r\n")
	var in [][]byte
	for range 100 {
		in = append(in, chunk)
	}
	if data, _, err := dechunk(in...); err != nil || len(data) != 100 {
		t.Errorf("got %d bytes, error %v", len(data), err)
	}
}

// FuzzChunked checks that the decoding does not depend on where the input is
// cut, and that what it accepts as a whole body the standard library reads as
// the same bytes. That library bounds lines and overhead more tightly, and
// refuses white space before an extension.
func FuzzChunked(f *testing.F) {
	for _, s := range []string{
		"5\r\nhello\r\n0\r\n\r\n", "1;a=b\r\nx\r\nA \r\n0123456789\r\n000\r\nT: u\r\n\r\nrest", "fffffffffffffff\r\nabc", "0\r\n\r", "7fffffffffffffff\r\n",
		"0 0\r\n0000000000\r\n0\r\n\r\n0", "1 ;a\r\nx\r\n0\r\n\r\n", "00000000000000000\r\n\r\n",
	} {
		f.Add([]byte(s), uint8(1))
	}
	f.Fuzz(func(t *testing.T, in []byte, size uint8) {
		want, whole, wantErr := dechunk(in)
		var pieces [][]byte
		for rest := in; len(rest) > 0; {
			n := min(int(size)+1, len(rest))
			pieces, rest = append(pieces, rest[:n]), rest[n:]
		}
		got, gotWhole, gotErr := dechunk(pieces...)
		if !bytes.Equal(got, want) || gotWhole != whole || (gotErr == nil) != (wantErr == nil) {
			t.Fatalf("input %q cut to %d\n got %q %v %v\nwant %q %v %v", in, size, got, gotWhole, gotErr, want, whole, wantErr)
		}
		if len(in) > 4<<10 || bytes.Contains(in, []byte(" ;")) || bytes.Contains(in, []byte("\t;")) {
			return
		}
		std, err := io.ReadAll(httputil.NewChunkedReader(bytes.NewReader(in)))
		if whole && (err != nil || !bytes.Equal(std, want)) {
			t.Fatalf("input %q\n got %q\nwant %q, error %v", in, want, std, err)
		}
		if wantErr == nil && !bytes.HasPrefix(std, want) && err == nil {
			t.Fatalf("input %q\n got %q\nwant %q", in, want, std)
		}
	})
}

// FuzzHead checks the head parser against the standard library: what both
// accept they understand alike, but for the white space after a value, which is
// none of it (RFC 9110 §5.5). That library leaves it where a line that is folded
// ends with an empty one.
func FuzzHead(f *testing.F) {
	for _, s := range []string{
		"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n",
		"HTTP/1.0 302 \nLocation:\t/x \nContent-Length: 5\n\n", "HTTP/1.1 200\r\nA: b\r\n c\r\n\r\n", "\r\n\r\n", "\n", "HTTP/1.1 204 X\r\n\r\n",
		"HTTP/1.1 302 X\r\nLocation: /x\r\n \r\n\r\n", "HTTP/1.1 302 X\nLocation:\n\t\n \n\n", "HTTP/1.1 200 X \r\nContent-Length: 5\r\n \t\r\n\r\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		end := headEnd(in)
		if end < 0 {
			return
		}
		got, err := parseHead(in[:end])
		if err != nil {
			return
		}
		std, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(in)), nil)
		if err != nil {
			return
		}
		defer std.Body.Close()
		if got.status != std.StatusCode {
			t.Errorf("input %q: got status %d, want %d", in, got.status, std.StatusCode)
		}
		if values := std.Header.Values("Location"); len(values) > 0 && got.location != strings.TrimRight(values[len(values)-1], " \t") {
			t.Errorf("input %q: got location %q, want %q", in, got.location, values)
		}
		if got.framing.length >= 0 && got.status != 204 && got.framing.length != std.ContentLength {
			t.Errorf("input %q: got length %d, want %d", in, got.framing.length, std.ContentLength)
		}
		if isChunked := len(std.TransferEncoding) > 0; got.framing.chunked != isChunked && got.status >= 200 && got.status != 204 && got.status != 304 && std.ProtoMinor == 1 {
			t.Errorf("input %q: got chunked %v, want %v", in, got.framing.chunked, isChunked)
		}
	})
}

func TestHeadEnd(t *testing.T) {
	for in, want := range map[string]int{
		"": -1, "HTTP/1.1 200 OK\r\n": -1, "a\r\n\r": -1, "a\r\n\r\nb": 5, "a\n\nb": 3, "a\n\r\nb": 4, "a\r\n\nb": 4, "\r\n": -1, "\n\n": 2,
	} {
		if got := headEnd([]byte(in)); got != want {
			t.Errorf("input %q: got %d, want %d", in, got, want)
		}
	}
}

func TestReasons(t *testing.T) {
	seen := map[string]bool{}
	for r := ReasonConnectFailed; r <= ReasonCancelled; r++ {
		if s := r.String(); s == "" || strings.HasPrefix(s, "reason(") || seen[s] {
			t.Errorf("reason %d: got %q", r, s)
		}
		seen[r.String()] = true
	}
	if got := Reason(200).String(); got != "reason(200)" {
		t.Errorf("got %q", got)
	}
	err := error(fail(ReasonTruncated, io.ErrUnexpectedEOF))
	if !errors.Is(err, io.ErrUnexpectedEOF) || err.Error() != "eventsource: truncated: unexpected EOF" {
		t.Errorf("got %q", err)
	}
	if got := fail(ReasonEnded, nil).Error(); got != "eventsource: ended" {
		t.Errorf("got %q", got)
	}
}
