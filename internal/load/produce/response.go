package produce

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// response is an answer over HTTP/1.1.
type response struct {
	status int
	body   []byte        // in the buffer that it was read into
	wait   time.Duration // of Retry-After
	kept   bool          // the connection can carry another request
}

// maxAnswer bounds what is read of an answer.
const maxAnswer = 64 << 10

// readResponse reads an answer, as a rule in one read. What is less plain than
// the answers of this project's server, net/http reads.
func readResponse(from net.Conn, buf *[]byte) (response, error) {
	in := (*buf)[:0]
	defer func() { *buf = in[:0] }()
	for {
		in = slices.Grow(in, 512)
		n, err := from.Read(in[len(in):cap(in)])
		if n == 0 && err != nil {
			return response{}, fmt.Errorf("no answer: %w", err)
		}
		in = in[:len(in)+n]
		end := bytes.Index(in, []byte("\r\n\r\n"))
		switch {
		case end < 0 && len(in) > maxAnswer:
			return response{}, errors.New("the head of the answer is too long")
		case end < 0:
			continue
		}
		r, length := plainHead(in[:end])
		if length < 0 || length > maxAnswer {
			return readAnyResponse(io.MultiReader(bytes.NewReader(in), from))
		}
		body := end + len("\r\n\r\n")
		for len(in) < body+length {
			in = slices.Grow(in, body+length-len(in))
			n, err := from.Read(in[len(in):cap(in)])
			if n == 0 && err != nil {
				return response{}, fmt.Errorf("the answer broke off: %w", err)
			}
			in = in[:len(in)+n]
		}
		r.body = in[body : body+length]
		r.kept = r.kept && len(in) == body+length
		return r, nil
	}
}

// plainHead reads a head that says how long the body is. For any other the
// length is negative.
func plainHead(head []byte) (r response, length int) {
	line, fields, _ := bytes.Cut(head, []byte("\r\n"))
	status, err := strconv.Atoi(string(line[min(len(line), len("HTTP/1.1 ")):min(len(line), len("HTTP/1.1 200"))]))
	if err != nil || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) || status < http.StatusOK || status == http.StatusNoContent {
		return response{}, -1
	}
	r, length = response{status: status, kept: true}, -1
	for len(fields) > 0 {
		var field []byte
		field, fields, _ = bytes.Cut(fields, []byte("\r\n"))
		name, value, _ := bytes.Cut(field, []byte(":"))
		switch value = bytes.TrimSpace(value); {
		case bytes.EqualFold(name, []byte("Content-Length")):
			if length, err = strconv.Atoi(string(value)); err != nil {
				return response{}, -1
			}
		case bytes.EqualFold(name, []byte("Retry-After")):
			r.wait = RetryAfter(string(value))
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			return response{}, -1
		case bytes.EqualFold(name, []byte("Connection")) && !bytes.EqualFold(value, []byte("keep-alive")):
			r.kept = false
		}
	}
	return r, length
}

// readAnyResponse reads an answer of any form. The connection is of no further
// use.
func readAnyResponse(from io.Reader) (response, error) {
	in := bufio.NewReader(from)
	for {
		resp, err := http.ReadResponse(in, &http.Request{Method: http.MethodPost})
		if err != nil {
			return response{}, err
		}
		if resp.StatusCode < http.StatusOK { // informational (RFC 9110, section 15.2)
			continue
		}
		body, err := readAll(nil, resp.Body)
		return response{status: resp.StatusCode, body: body, wait: RetryAfter(resp.Header.Get("Retry-After"))}, err
	}
}

// readAll adds a body to b, up to maxAnswer bytes of it.
func readAll(b []byte, from io.Reader) ([]byte, error) {
	out := bytes.NewBuffer(b)
	_, err := out.ReadFrom(io.LimitReader(from, maxAnswer))
	return out.Bytes(), err
}
