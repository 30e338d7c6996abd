package enginetest

import (
	"bufio"
	"bytes"
	"io"
	"strconv"
	"strings"
)

// frame is one unit of the protocol between clients and engines
// (https://docs.nats.io/reference/reference-protocols/nats-protocol).
type frame struct {
	bytes          []byte // all of it
	subject, reply string // of a message
}

// readFrame reads the next frame: a line, which some kinds of messages follow.
//
//	PUB subject [reply] size     HPUB subject [reply] header-size size
//	MSG subject id [reply] size  HMSG subject id [reply] header-size size
func readFrame(r *bufio.Reader) (frame, error) {
	line, err := r.ReadBytes('\n')
	if err != nil {
		return frame{}, err
	}
	fields := strings.Fields(string(line))
	before, behind, ok := 0, 0, false // fields before the reply, and behind it
	if len(fields) > 0 {
		before, behind, ok = shape(fields[0])
	}
	if !ok || len(fields) < before+behind {
		return frame{bytes: line}, nil
	}
	f := frame{subject: fields[1]}
	if len(fields) > before+behind {
		f.reply = fields[before]
	}
	size, err := strconv.Atoi(fields[len(fields)-1])
	if err != nil {
		return frame{}, err
	}
	body := make([]byte, size+len("\r\n"))
	if _, err := io.ReadFull(r, body); err != nil {
		return frame{}, err
	}
	f.bytes = bytes.Join([][]byte{line, body}, nil)
	return f, nil
}

// shape returns how many fields a kind of message has before the reply, and behind.
func shape(kind string) (before, behind int, ok bool) {
	switch strings.ToUpper(kind) {
	case "PUB":
		return 2, 1, true
	case "HPUB":
		return 2, 2, true
	case "MSG":
		return 3, 1, true
	case "HMSG":
		return 3, 2, true
	default:
		return 0, 0, false
	}
}
