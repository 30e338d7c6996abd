package verify

import (
	"sseserver/internal/logs"
	"sseserver/internal/logs/check"
	"sseserver/internal/logs/reading"
)

// checkLine checks a line by itself.
func (v *Verifier) checkLine(r *run, l *reading.Line) {
	if l.Event == nil {
		v.wrong("the event %q is not declared", l.Name)
		return
	}
	if l.Logger == "" {
		v.wrong("the field logger is missing")
	}
	shape := v.shapeOf(l)
	v.checkHead(l, shape)
	older := r.older || l.Event == logs.ServerStarting && !l.Has("catalogue")
	if !older { // another version's lines may have other fields
		for _, problem := range shape.problems {
			v.wrong("%s", problem)
		}
	}
	for i := range shape.fields {
		v.checkField(&shape.fields[i], l)
	}
}

func (v *Verifier) checkHead(l *reading.Line, shape *shape) {
	if l.Message == l.Event.Message && l.Level == l.Event.Levels[0] && l.Event != logs.StreamClosed {
		return
	}
	for _, problem := range shape.rules.Head(l.Level, l.Message, l.Str("reason")) {
		v.wrong("%s", problem)
	}
}

// checkField checks the type and the words of a field.
func (v *Verifier) checkField(f *shapeField, l *reading.Line) {
	value := l.At(f.at)
	kind := value.Kind()
	if kind == logs.Int {
		kind = check.Whole
	}
	if kind != f.declared.Kind {
		if problem := check.Kind(f.declared, kind); problem != "" {
			v.wrong("%s", problem)
			return
		}
	}
	if kind == logs.List {
		if _, ok := value.List(); !ok {
			v.wrong("the field %s is no array of strings", f.declared.Key)
		}
	}
	if f.declared.Values != nil {
		if problem := check.Value(f.declared, value.Is, value.String); problem != "" {
			v.wrong("%s", problem)
		}
	}
}

// shape is what there is to check of lines with the same keys.
type shape struct {
	rules    *check.Event
	fields   []shapeField // that are declared
	problems []string     // that all such lines have
}

// shapeField is a field, where it is in the line.
type shapeField struct {
	at       int
	declared *logs.Field
}

// maxKept bounds the shapes that are kept; there are some dozens.
const maxKept = 10_000

func (v *Verifier) shapeOf(l *reading.Line) *shape {
	key := l.Shape()
	if known := v.shapes[key]; known != nil {
		return known
	}
	s := &shape{rules: check.Of(l.Event)}
	var seen check.Seen
	for i, key := range key.Keys() {
		if reading.IsCommon(key) {
			continue
		}
		declared, bit := s.rules.Field(key)
		if declared == nil {
			s.problems = append(s.problems, check.Undeclared(key))
			continue
		}
		seen |= bit
		s.fields = append(s.fields, shapeField{i, declared})
	}
	s.problems = append(s.problems, s.rules.Missing(seen)...)
	if v.shapes == nil || len(v.shapes) >= maxKept {
		v.shapes = make(map[*reading.Shape]*shape)
	}
	v.shapes[key] = s
	return s
}
