// Package record writes the records of messages as they are stored, and reads them.
// Its functions are pure.
package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"sseserver/broker"
)

// A record is stored as a line of JSON, and behind it the text of its chunks:
//
//	{"v":1,"o":"5ac0…","b":17,"s":1790000000000000,"n":[6,5]}
//	Hello world
//
// There the lengths of the chunks are in bytes. What is zero is left out.
type line struct {
	Format      int                  `json:"v"`
	Origin      Origin               `json:"o"`
	Before      uint64               `json:"b,omitempty"` // version of the record before it
	SubmittedAt int64                `json:"s"`           // microseconds since 1970
	Live        bool                 `json:"l,omitempty"`
	Lengths     []int                `json:"n,omitempty"`
	Continues   bool                 `json:"c,omitempty"`
	Unfinished  bool                 `json:"u,omitempty"`
	Percent     *int                 `json:"p,omitempty"`
	Activity    string               `json:"a,omitempty"`
	State       broker.State         `json:"e,omitempty"` // how the message has ended
	Reason      string               `json:"r,omitempty"`
	Gone        broker.RemovalReason `json:"g,omitempty"`
}

// format is what a line begins with. A node refuses what a newer one has written in
// another way, instead of guessing.
const format = 1

// Room is what a record with its headers takes at most: 256 KiB of text, chunk
// lengths that take twice as much if each is a letter, and the rest.
const Room = 3*256<<10 + 32<<10

// Origin tells the records that different calls of Add have made from each other.
type Origin string

// Stored is a record as it is in the engine.
type Stored struct {
	broker.Record
	Origin Origin
}

// Errors of a record that was not written by this program, or by a newer one.
var (
	errNoLine = errors.New("it does not begin with a line of ours")
	errLength = errors.New("its chunks are not as long as its text")
	errUTF8   = errors.New("its text is not UTF-8")
)

// Encode returns what is stored of a record: all but its stamp.
func Encode(r Stored) ([]byte, error) {
	l := line{
		Format:      format,
		Origin:      r.Origin,
		Before:      r.Before,
		SubmittedAt: r.SubmittedAt.UnixMicro(),
		Live:        r.Live,
		Continues:   r.Continues,
		Unfinished:  r.Unfinished,
		Percent:     r.Percent,
		Activity:    r.Activity,
		State:       r.State,
		Reason:      r.Reason,
		Gone:        r.Gone,
	}
	size := 0
	for _, chunk := range r.Chunks {
		l.Lengths = append(l.Lengths, len(chunk))
		size += len(chunk)
	}
	head, err := json.Marshal(l)
	if err != nil {
		return nil, err
	}
	data := append(slices.Grow(head, 1+size), '\n')
	for _, chunk := range r.Chunks {
		data = append(data, chunk...)
	}
	return data, nil
}

// Decode reads what Encode has written. The chunks share one copy of the text.
func Decode(stamp broker.Stamp, data []byte) (Stored, error) {
	head, text, found := bytes.Cut(data, []byte("\n"))
	var l line
	if !found || json.Unmarshal(head, &l) != nil {
		return Stored{}, unreadable(stamp, errNoLine)
	}
	if l.Format != format {
		return Stored{}, unreadable(stamp, fmt.Errorf("it has the format %d", l.Format))
	}
	chunks, err := cut(string(text), l.Lengths)
	if err != nil {
		return Stored{}, unreadable(stamp, err)
	}
	return Stored{Origin: l.Origin, Record: broker.Record{
		Stamp:       stamp,
		Before:      l.Before,
		SubmittedAt: time.UnixMicro(l.SubmittedAt),
		Live:        l.Live,
		Chunks:      chunks,
		Continues:   l.Continues,
		Unfinished:  l.Unfinished,
		Percent:     l.Percent,
		Activity:    l.Activity,
		State:       l.State,
		Reason:      l.Reason,
		Gone:        l.Gone,
	}}, nil
}

// cut cuts a text into chunks of these lengths.
func cut(text string, lengths []int) ([]string, error) {
	var chunks []string
	for _, length := range lengths {
		if length < 0 || length > len(text) {
			return nil, errLength
		}
		chunk := text[:length]
		if !utf8.ValidString(chunk) {
			return nil, errUTF8
		}
		chunks, text = append(chunks, chunk), text[length:]
	}
	if text != "" {
		return nil, errLength
	}
	return chunks, nil
}

// unreadable tells of a record without telling what is in it.
func unreadable(stamp broker.Stamp, reason error) error {
	return fmt.Errorf("%w: the record %d cannot be read: %w", broker.ErrStoreUnavailable, stamp.Version, reason)
}
