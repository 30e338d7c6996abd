package broker

import "iter"

// list is a doubly linked list of values that have their place in it as a field
// of their own, so that to move one allocates nothing. It is empty at first.
type list[T any] struct {
	first, last *place[T]
	len         int
}

// place is where a value stands in the one list it is in, if any.
type place[T any] struct {
	list       *list[T] // nil outside of all lists
	prev, next *place[T]
	value      *T
}

// pushBack appends value, whose place p is. It must not be in a list.
func (l *list[T]) pushBack(p *place[T], value *T) {
	*p = place[T]{list: l, prev: l.last, value: value}
	if l.last != nil {
		l.last.next = p
	} else {
		l.first = p
	}
	l.last = p
	l.len++
}

// remove takes the value out of the list it is in, if any.
func (p *place[T]) remove() {
	l := p.list
	if l == nil {
		return
	}
	if p.prev != nil {
		p.prev.next = p.next
	} else {
		l.first = p.next
	}
	if p.next != nil {
		p.next.prev = p.prev
	} else {
		l.last = p.prev
	}
	l.len--
	*p = place[T]{}
}

// all yields the values from the first to the last. The list must not change
// meanwhile.
func (l *list[T]) all() iter.Seq[*T] {
	return func(yield func(*T) bool) {
		for p := l.first; p != nil && yield(p.value); p = p.next {
		}
	}
}
