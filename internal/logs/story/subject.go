package story

import (
	"iter"
	"slices"
	"strings"

	"sseserver/internal/logs/reading"
)

// idKinds are the kinds of ids, and the one that a line has of each.
var idKinds = []struct {
	kind string
	of   func(*reading.Line) string
}{
	{"message", messageOf},
	{"stream", func(l *reading.Line) string { return l.Str("stream_id") }},
	{"request", func(l *reading.Line) string { return l.Str("request_id") }},
	{"trace", func(l *reading.Line) string { return l.Str("trace_id") }},
}

// shortest is how many digits of an id have to be given.
const shortest = 8

// mostRelated is how many streams, messages and requests of one subject are followed.
const mostRelated = 10_000

// subject is what an id stands for, and what belongs to it.
type subject struct {
	id, kind string
	others   []string // the ids that it might be as well
	streams  set
	messages set
	requests set
	paths    set // requests that have the message in their path alone
}

type set map[string]bool

func (s set) add(id string) {
	if id != "" && len(s) < mostRelated {
		s[id] = true
	}
}

// find looks for what an id, or the beginning of one, stands for. What it returns has
// an empty kind if no line has it.
func find(id string, lines iter.Seq[*reading.Line]) *subject {
	s := &subject{id: id, streams: set{}, messages: set{}, requests: set{}, paths: set{}}
	if len(id) < shortest {
		return s
	}
	for line := range lines {
		if s.isIn(line, id) {
			s.streams.add(line.Str("stream_id"))
			s.messages.add(messageOf(line))
			s.requests.add(line.Str("request_id"))
			if !line.Has("message_id") {
				s.paths.add(line.Str("request_id"))
			}
		}
	}
	s.narrow()
	return s
}

// isIn says whether the line has the id, and notes as what.
func (s *subject) isIn(line *reading.Line, id string) (found bool) {
	for _, k := range idKinds {
		full := k.of(line)
		if len(full) < len(id) || !strings.EqualFold(full[:len(id)], id) {
			continue
		}
		found = true
		switch {
		case s.kind == "":
			s.id, s.kind = full, k.kind
		case s.id == full:
		case !slices.Contains(s.others, full) && len(s.others) < 5:
			s.others = append(s.others, full)
		}
	}
	return found
}

// narrow leaves of what belongs to the subject that which it is about.
func (s *subject) narrow() {
	switch s.kind {
	case "message":
		s.messages, s.streams, s.requests = set{s.id: true}, nil, s.paths
	case "stream":
		s.streams = set{s.id: true}
	}
}

// has says whether a line belongs to the story, or may do so: what has its ids, and
// what happens to its messages.
func (s *subject) has(line *reading.Line) bool {
	message := line.Str("message_id")
	return message != "" && s.messages[message] || s.asks(line)
}

// asks says whether a line is of a request that the subject is, or was part of.
func (s *subject) asks(line *reading.Line) bool {
	if s.kind == "trace" && line.Str("trace_id") == s.id {
		return true
	}
	request := line.Str("request_id")
	return request != "" && s.requests[request]
}

// nearest finds the known id that is most like one that no line has.
type nearest struct {
	id    string
	found string
	away  int
}

// typo is how many digits of an id may be wrong, missing, or too many.
const typo = 2

func (n *nearest) look(line *reading.Line) {
	for _, k := range idKinds {
		known := k.of(line)
		if known == "" || known == n.found {
			continue
		}
		if len(n.id) < len(known)-typo {
			known = known[:min(len(known), len(n.id))]
		}
		if away := distance(n.id, known, typo); away <= typo && (n.found == "" || away < n.away) {
			n.found, n.away = k.of(line), away
		}
	}
}

// distance is how many letters have to be changed, left out, put in or swapped to make a
// into b, or more than most.
// https://en.wikipedia.org/wiki/Damerau%E2%80%93Levenshtein_distance
func distance(a, b string, most int) int {
	if len(a)-len(b) > most || len(b)-len(a) > most {
		return most + 1
	}
	// What is the same at both ends does not count, and most texts are not alike.
	for a != "" && b != "" && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for a != "" && b != "" && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	switch {
	case a == "" || b == "":
		return len(a) + len(b)
	case most == 0:
		return 1
	}
	away := min(distance(a[1:], b, most-1), distance(a, b[1:], most-1), distance(a[1:], b[1:], most-1)) + 1
	if len(a) > 1 && len(b) > 1 && a[0] == b[1] && a[1] == b[0] {
		away = min(away, distance(a[2:], b[2:], most-1)+1)
	}
	return away
}
