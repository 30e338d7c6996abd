package reading

import (
	"iter"
	"slices"
)

// Fields are the fields that not every line has, in their order.
func (l *Line) Fields() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		for i := range l.fields {
			key := keyText(l.fields[i].keyIn(l.Raw))
			if !IsCommon(key) && !yield(key, l.fields[i].in(l.Raw)) {
				return
			}
		}
	}
}

// Clone returns a line that shares nothing with this one.
func (l *Line) Clone() Line {
	clone := *l
	clone.Raw = slices.Clone(l.Raw)
	clone.fields, clone.shapes = slices.Clone(l.fields), nil
	return clone
}
