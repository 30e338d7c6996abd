package reading

import "sseserver/internal/logs"

// Shape is the keys of a line, in their order. Most lines of an event have one of a
// few shapes, and lines of one shape share it: what there is to say of their keys
// needs to be found out only once. It is never changed.
type Shape struct {
	keys  []string
	slots []int32 // one more than the index of a key, by the hash of the key; 0 is free
}

// Keys are all keys, those that every line has included. They must not be changed.
func (s *Shape) Keys() []string { return s.keys }

// shapes are those of the lines so far. One parser has them.
type shapes map[*logs.Event][]*Shape

// maxShapes is how many of an event are kept. A stream may have been resumed, have a
// plan, and belong to a trace; more is not the doing of our logger.
const maxShapes = 64

// Shape is the shape of the line. Of lines of one reading, most of one shape have the
// same.
func (l *Line) Shape() *Shape {
	if l.shape == nil {
		l.shape = l.findShape()
	}
	return l.shape
}

func (l *Line) findShape() *Shape {
	if l.shapes == nil { // a clone
		return l.newShape()
	}
	known := (*l.shapes)[l.Event]
	for i, shape := range known {
		if l.has(shape) {
			if i > 0 { // the most frequent first
				known[i], known[i-1] = known[i-1], known[i]
			}
			return shape
		}
	}
	shape := l.newShape()
	if *l.shapes == nil {
		*l.shapes = make(shapes)
	}
	if len(known) < maxShapes {
		(*l.shapes)[l.Event] = append(known, shape)
	}
	return shape
}

func (l *Line) has(shape *Shape) bool {
	if len(l.fields) != len(shape.keys) {
		return false
	}
	for i, key := range shape.keys {
		if !l.fields[i].isKey(l.Raw, key) {
			return false
		}
	}
	return true
}

func (l *Line) newShape() *Shape {
	s := &Shape{keys: make([]string, len(l.fields))}
	size := 8
	for size < 2*len(l.fields) {
		size *= 2
	}
	s.slots = make([]int32, size)
	for i := range l.fields {
		s.keys[i] = keyText(l.fields[i].keyIn(l.Raw))
		slot := s.slot(s.keys[i])
		s.slots[slot] = int32(i) + 1
	}
	return s
}

// find is the index of a key, -1 if there is none.
func (s *Shape) find(key string) int { return int(s.slots[s.slot(key)]) - 1 }

// slot is the place of a key, or the free one where it would be.
func (s *Shape) slot(key string) int {
	last := len(s.slots) - 1 // its bits are all ones
	slot := hash(key) & last
	for s.slots[slot] != 0 && s.keys[s.slots[slot]-1] != key {
		slot = (slot + 1) & last
	}
	return slot
}

// At is the value of the key at this index of the line's shape.
func (l *Line) At(i int) Value { return l.fields[i].in(l.Raw) }
