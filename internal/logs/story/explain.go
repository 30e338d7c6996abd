package story

import (
	"iter"
	"strings"
	"time"

	"sseserver/internal/logs/reading"
)

// Story is what a log tells of a message, a stream, a request or a trace.
type Story struct {
	// ID is the whole id, Kind what it is of: "message", "stream", "request" or
	// "trace"; "" if no line has it.
	ID    string `json:"id"`
	Kind  string `json:"kind"`
	Found bool   `json:"found"`
	// Searched says which lines were read: "12 034 lines of server.log".
	Searched string `json:"searched"`
	// Verdict is one sentence: which side failed, and why.
	Verdict string  `json:"verdict"`
	Side    Side    `json:"side"`
	Lines   []Entry `json:"lines"`
	// Nearest is a known id that looks like one that was not found, Others are those
	// that the beginning of an id may stand for as well.
	Nearest string   `json:"nearest,omitempty"`
	Others  []string `json:"others,omitempty"`
	// First and Last are the times of the lines that were read.
	First time.Time `json:"-"`
	Last  time.Time `json:"-"`
}

// Entry is one line of a story. One without a number, event and level stands for
// what is left out.
type Entry struct {
	Seq     uint64    `json:"seq"`
	Time    time.Time `json:"time"`
	AfterMS float64   `json:"afterMs"` // after the first line of the story
	Level   string    `json:"level"`
	Event   string    `json:"event"`
	Text    string    `json:"text"`
	Stream  string    `json:"streamId"`
}

// Explain tells the story of an id, or of the only one that begins with these 8 or
// more digits, in either case. It reads the lines twice: first it looks for what the id is.
func Explain(id string, lines iter.Seq[*reading.Line]) Story {
	about := find(strings.TrimSpace(id), lines)
	t := newTeller(about)
	for line := range lines {
		t.add(line)
	}
	return t.story()
}
