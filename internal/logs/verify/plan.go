package verify

import (
	"fmt"

	"sseserver/internal/fault"
	"sseserver/internal/logs/reading"
)

// plan is what goes wrong in a stream, as its stream.opened says. Most streams have
// none, so a nil *plan leaves everything as it is.
type plan struct {
	text  string
	of    *fault.Stream
	lines map[happened]bool // of stream.fault so far
}

// happened is one fault of a stream.
type happened struct {
	kind     fault.Kind
	position int
}

// maxFaultLines is how many faults of a stream have a line each.
const maxFaultLines = 100

// openPlan reads the plan of a stream.
func (r *run) openPlan(l *reading.Line, s *stream) {
	hasPlan, hasSeed := l.Has("plan"), l.Has("seed")
	if hasPlan != hasSeed {
		r.wrong("a plan and its seed come together")
	}
	if !hasPlan {
		return
	}
	text := l.Str("plan")
	parsed, err := fault.Parse(text)
	if err != nil {
		r.wrong("its plan %q is none", text)
	}
	seed, _ := l.Get("seed")
	s.plan = &plan{text: text, of: parsed.Of(seed.Uint(), s.first, s.first > s.base), lines: make(map[happened]bool)}
}

// faulty follows a line of stream.fault.
func (r *run) faulty(l *reading.Line, s *stream) {
	name := l.Str("fault")
	kind, ok := kinds[name]
	at, _ := l.Int("position")
	position := int(at)
	switch {
	case s.plan == nil:
		r.wrong("its stream has no plan")
		return
	case !ok: // which is said of the line
		return
	case !s.plan.has(s, kind, position):
		r.wrong("the plan %q has no %s at position %d", s.plan.text, name, position)
	case s.plan.lines[happened{kind, position}]:
		r.wrong("%s has happened at position %d before", name, position)
	}
	s.plan.lines[happened{kind, position}] = true
}

var kinds = func() map[string]fault.Kind {
	kinds := make(map[string]fault.Kind)
	for kind := range fault.Kinds {
		kinds[fault.Kinds[kind].Name] = fault.Kind(kind)
	}
	return kinds
}()

// has reports whether the plan has such a fault at a position of the stream.
func (p *plan) has(s *stream, kind fault.Kind, position int) bool {
	if !fault.Kinds[kind].At {
		return position == s.first && p.of.Whole().Has(kind)
	}
	if s.jumps {
		return position >= s.first && p.of.At(s.first-1, position).Has(kind)
	}
	return position >= s.first && p.at(s, position).Has(kind)
}

// at is what happens to the chunk of a position that follows the one before.
func (p *plan) at(s *stream, position int) fault.Set {
	before := position - 1
	if position == s.first {
		before = -1
	}
	return p.of.At(before, position)
}

// planned checks the number of faults at the end of a stream.
func (r *run) planned(l *reading.Line, s *stream) {
	n, ok := l.Int("faults")
	switch {
	case ok != (s.plan != nil):
		r.wrong("faults are counted if there is a plan, and only then")
	case s.plan == nil:
	case min(int(n), maxFaultLines) != len(s.plan.lines):
		r.lacks("%d faults have happened, and %d have a line", n, len(s.plan.lines))
	}
}

// moves reports whether chunks may be missing, come twice, or in another order.
func (p *plan) moves() bool {
	return p != nil && (p.of.Can(fault.Drop) || p.of.Can(fault.Double) || p.of.Can(fault.Swap))
}

// hides reports whether the stream ends without an event that says so.
func (p *plan) hides() bool { return p != nil && p.of.Whole().Has(fault.NoDone) }

// canEnd reports whether the plan can end a stream.
func (p *plan) canEnd() bool {
	return p != nil && (p.of.Can(fault.Cut) || p.of.Can(fault.Truncate) || p.of.Can(fault.End))
}

// expected returns how many chunks the stream has written at least and at most that
// has written those up to a position.
func (p *plan) expected(s *stream, last int, finished bool) (least, most int) {
	all := last - s.first + 1
	if !p.moves() {
		return all, all
	}
	most = 0
	for position := s.first; position <= last; position++ {
		happens := p.at(s, position)
		switch {
		case happens.Has(fault.Drop):
		case happens.Has(fault.Double):
			most += 2
		default:
			most++
		}
	}
	if finished {
		return most, most
	}
	// A chunk may be held back for the one behind it, or have been sent once of twice.
	return max(most-2, 0), most
}

// remain reports whether something of a stream has not been sent, which has written
// all up to a position: of what the plan leaves out nothing remains.
func (p *plan) remain(s *stream, last int) bool {
	switch {
	case s.total < 0:
		return false
	case s.jumps: // it may have gone right to its last position
		return last < s.end()-1 && !(p != nil && p.of.At(max(last, s.first-1), s.end()-1).Has(fault.Drop))
	}
	for position := last + 1; position < s.end(); position++ {
		if p == nil || !p.at(s, position).Has(fault.Drop) {
			return true
		}
	}
	return false
}

// between writes a range of numbers.
func between(least, most int) string {
	if least == most {
		return fmt.Sprint(least)
	}
	return fmt.Sprintf("%d to %d", least, most)
}
