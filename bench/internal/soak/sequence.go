package soak

import "fmt"

// sequence checks that seq counts the lines from 1. A log without any is one of
// a server that does not number its lines.
type sequence struct {
	lines   int
	last    uint64
	missing uint64 // numbers that were skipped
	dropped uint64 // lines that the server says it dropped
}

// next checks a line's number.
func (s *sequence) next(e *entry) (Problem, bool) {
	s.lines++
	if e.Event == "log.entries_dropped" {
		s.dropped += e.Count
	}
	switch {
	case e.Seq == nil && s.last == 0:
		return Problem{}, true
	case e.Seq == nil:
		return e.problem("a line without seq, after seq %d", s.last), false
	case *e.Seq <= s.last || s.last == 0 && s.lines > 1:
		return e.problem("seq %d after %d, in line %d of the log", *e.Seq, s.last, s.lines), false
	}
	s.missing += *e.Seq - s.last - 1
	s.last = *e.Seq
	return Problem{}, true
}

// explained says whether all that is missing was dropped, by the server's word.
func (s *sequence) explained() (Problem, bool) {
	if s.missing <= s.dropped {
		return Problem{}, true
	}
	return Problem{Why: fmt.Sprintf("seq skips %d numbers, and log.entries_dropped tells of %d lines", s.missing, s.dropped)}, false
}
