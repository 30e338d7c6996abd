package reading

import (
	"unicode/utf8"

	"sseserver/internal/logs"

	"go.uber.org/zap/zapcore"
)

// stretch is the text of a line between two values. Lines of one event are alike but
// for their values, so the stretches of those so far are kept as a tree:
//
//	{"seq": ─ ,"level":"info","time": ┬ ,"logger":"httpapi","msg":"request","event":"http.request","request_id": ─ …
//	                                  └ ,"logger":"httpapi","msg":"stream closed","event":"stream.closed","stream_id": ─ …
//
// A line that takes a way through the tree needs to be scanned in its values only: what
// there is to know of its keys was found out when the way was laid.
type stretch struct {
	text string
	// fields are those in the text, and the one whose value follows; the places in it
	// count from where the text begins.
	fields []field
	next   []*stretch // the most frequent first
	end    *ending    // of a stretch that no value follows
}

// ending is what lines that took the same way have in common.
type ending struct {
	level         zapcore.Level
	logger        string
	message, name string
	event         *logs.Event
	shape         *Shape
	seq, time     int // index of the field; that of seq is -1 if there is none
}

// Bounds of what is kept: our own logger has some hundred stretches.
const (
	maxStretches = 2000
	maxBranches  = 64
	maxStretch   = 1 << 10 // bytes
)

// again reads the line if it is like one before, and reports whether it is. Whatever is
// special about a line is left to parse.
func (p *parser) again() bool {
	l := &p.line
	if !utf8.Valid(l.Raw) {
		return false
	}
	l.fields = l.fields[:0]
	s := scanner{text: l.Raw, depth: 1}
	for ways := p.ways; ; {
		way := s.follow(ways)
		if way == nil {
			return false
		}
		start := uint32(s.at)
		s.at += len(way.text)
		for _, f := range way.fields {
			f.key, f.keyEnd, f.value, f.valueEnd = f.key+start, f.keyEnd+start, f.value+start, f.valueEnd+start
			l.fields = append(l.fields, f)
		}
		if way.end != nil {
			return s.at == len(l.Raw) && p.finish(way.end)
		}
		if s.value(&l.fields[len(l.fields)-1]) != nil {
			return false
		}
		ways = way.next
	}
}

// follow returns the stretch that is next in the line, nil if none of them is.
func (s *scanner) follow(ways []*stretch) *stretch {
	rest := s.text[s.at:]
	for i, way := range ways {
		if len(rest) >= len(way.text) && string(rest[:len(way.text)]) == way.text {
			if i > 0 {
				ways[i], ways[i-1] = ways[i-1], way
			}
			return way
		}
	}
	return nil
}

// finish reads what differs between such lines, and all have.
func (p *parser) finish(end *ending) bool {
	l := &p.line
	var err error
	l.Seq = 0
	if end.seq >= 0 {
		if l.Seq, err = parseSeq(l.At(end.seq)); err != nil {
			return false
		}
	}
	if l.Time, err = p.parseTime(l.At(end.time)); err != nil {
		return false
	}
	l.Level, l.Logger, l.Message, l.Name, l.Event, l.shape = end.level, end.logger, end.message, end.name, end.event, end.shape
	return true
}

// remember lays the way of the line that was parsed.
func (p *parser) remember() {
	l := &p.line
	end := &ending{level: l.Level, logger: l.Logger, message: l.Message, name: l.Name, event: l.Event, shape: l.Shape(), seq: -1}
	ways, start, first := &p.ways, 0, 0
	for i, f := range l.fields {
		switch string(f.keyIn(l.Raw)) {
		case logs.LevelKey, logs.LoggerKey, logs.MessageKey, logs.EventKey:
			continue // part of the stretch
		case logs.SeqKey:
			end.seq = i
		case logs.TimeKey:
			end.time = i
		}
		quotes := 0
		if f.kind == stringKind {
			quotes = 1
		}
		way := p.way(ways, start, int(f.value)-quotes, first, i+1)
		if way == nil {
			return
		}
		ways, start, first = &way.next, int(f.valueEnd)+quotes, i+1
	}
	if way := p.way(ways, start, len(l.Raw), first, len(l.fields)); way != nil {
		way.end = end
	}
}

// way returns the stretch of the line that is between two places, with those of its
// fields, of these ways or one of them from now on; nil if there are too many.
func (p *parser) way(ways *[]*stretch, start, end, first, last int) *stretch {
	text := p.line.Raw[start:end]
	for _, way := range *ways {
		if way.text == string(text) {
			return way
		}
	}
	if p.stretches == maxStretches || len(*ways) == maxBranches || len(text) > maxStretch {
		return nil
	}
	p.stretches++
	way := &stretch{text: string(text)}
	for _, f := range p.line.fields[first:last] {
		from := uint32(start)
		f.key, f.keyEnd, f.value, f.valueEnd = f.key-from, f.keyEnd-from, f.value-from, f.valueEnd-from
		way.fields = append(way.fields, f)
	}
	*ways = append(*ways, way)
	return way
}
