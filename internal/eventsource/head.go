package eventsource

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// head is what of a response head matters here.
type head struct {
	status          int
	contentType     string
	contentEncoding string
	location        string
	plan            string
	framing         framing
}

// framing is how the length of a body is told (RFC 9112, section 6).
type framing struct {
	length  int64 // Content-Length, unknownLength if there is none
	chunked bool
}

const unknownLength = -1

// headEnd is the length of the response head that b begins with, the empty line
// included, or -1 if it is not whole. A lone LF counts as a line end (RFC 9112,
// section 2.2).
func headEnd(b []byte) int {
	for i := 0; ; {
		n := bytes.IndexByte(b[i:], '\n')
		if n < 0 {
			return -1
		}
		if line := b[i : i+n]; i > 0 && (len(line) == 0 || string(line) == "\r") {
			return i + n + 1
		}
		i += n + 1
	}
}

// parseHead reads a whole response head.
func parseHead(b []byte) (head, error) {
	h := head{framing: framing{length: unknownLength}}
	line, rest := cutLine(b)
	status, err := parseStatusLine(line)
	if err != nil {
		return h, err
	}
	h.status = status
	for {
		line, rest = cutLine(rest)
		if len(line) == 0 {
			return h, h.check()
		}
		for len(rest) > 0 && (rest[0] == ' ' || rest[0] == '\t') { // obs-fold, section 5.2
			var more []byte
			more, rest = cutLine(rest)
			line = append(append(bytes.Clone(line), ' '), bytes.Trim(more, " \t")...)
		}
		name, value, found := strings.Cut(string(line), ":")
		if !found || name == "" || strings.ContainsAny(name, " \t") {
			return h, fmt.Errorf("header line %s", quote(line))
		}
		if err := h.set(name, strings.Trim(value, " \t")); err != nil { // RFC 9110, section 5.5
			return h, err
		}
	}
}

func cutLine(b []byte) (line, rest []byte) {
	line, rest, _ = bytes.Cut(b, []byte{'\n'})
	return bytes.TrimSuffix(line, []byte{'\r'}), rest
}

// parseStatusLine reads "HTTP/1.1 200 OK" (section 4); the reason phrase may be
// absent.
func parseStatusLine(line []byte) (int, error) {
	version, rest, _ := bytes.Cut(line, []byte{' '})
	code, _, _ := bytes.Cut(rest, []byte{' '})
	if v := string(version); v != "HTTP/1.1" && v != "HTTP/1.0" {
		return 0, fmt.Errorf("not an HTTP/1 response: %s", quote(line))
	}
	status, err := strconv.ParseUint(string(code), 10, 16)
	if err != nil || len(code) != 3 || status < 100 {
		return 0, fmt.Errorf("status line %s", quote(line))
	}
	return int(status), nil
}

func (h *head) set(name, value string) error {
	switch strings.ToLower(name) {
	case "content-type":
		h.contentType = value
	case "content-encoding":
		h.contentEncoding = value
	case "location":
		h.location = value
	case "x-stream-plan":
		h.plan = value
	case "content-length":
		n, err := strconv.ParseUint(value, 10, 63)
		if err != nil || h.framing.length >= 0 && h.framing.length != int64(n) {
			return fmt.Errorf("content length %q", value)
		}
		h.framing.length = int64(n)
	case "transfer-encoding":
		if !strings.EqualFold(value, "chunked") {
			return fmt.Errorf("transfer coding %q", value)
		}
		if h.framing.chunked {
			return errors.New("chunked twice")
		}
		h.framing.chunked = true
	}
	return nil
}

// check settles the framing: a transfer coding overrides a length, and some
// statuses have no body (section 6.3).
func (h *head) check() error {
	switch {
	case h.status == 101:
		return errors.New("the server switched protocols, unasked")
	case h.status < 200 || h.status == 204 || h.status == 304:
		h.framing = framing{}
	case h.framing.chunked:
		h.framing.length = unknownLength
	}
	return nil
}

// quote shows the beginning of what a server sent.
func quote(b []byte) string {
	if len(b) > 64 {
		return strconv.Quote(string(b[:64])) + "…"
	}
	return strconv.Quote(string(b))
}
