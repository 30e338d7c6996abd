package verify

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"sseserver/internal/logs"
	"sseserver/internal/logs/reading"
)

// counts counts lines by event and reason, as server.shutdown_completed does, and adds
// up their numbers.
type counts map[*logs.Event]words

// words are the counts of one event, by their words.
type words map[string]*int64

// count is what is counted: lines of an event with a reason, or one of its numbers.
// Its word is "" for lines of an event that has none.
type count struct {
	event *logs.Event
	word  string
}

func (c count) String() string { return strings.TrimSuffix(c.event.Name+" "+c.word, " ") }

// counted are the events that are counted, with the numbers of theirs that are added
// up: "stream.closed chunks".
var counted = map[*logs.Event][]string{
	logs.MessageSubmitted: {"bytes", "total"},
	logs.MessageCompleted: {"bytes", "chunks", "total"},
	logs.MessageFailed:    {"bytes", "chunks"},
	logs.MessageRejected:  nil,
	logs.MessageDeleted:   nil,
	logs.MessageEvicted:   nil,
	logs.StreamOpened:     {"first_position"},
	logs.StreamRejected:   nil,
	logs.StreamClosed:     {"chunks", "bytes", "last_position", "total", "faults"},
}

func (c counts) add(l *reading.Line) {
	numbers, ok := counted[l.Event]
	if !ok {
		return
	}
	words := c.of(l.Event)
	for _, key := range numbers {
		if n, ok := l.Int(key); ok {
			*words.sum(key) += n
		}
	}
	if l.Event == logs.MessageCompleted || l.Event == logs.MessageFailed {
		return // whose lines are not counted, and whose reasons are of their producers
	}
	reason := l.Text("reason")
	if n := words[string(reason)]; n != nil {
		*n++
	} else {
		words[string(reason)] = new(int64(1))
	}
}

func (c counts) of(event *logs.Event) words {
	if c[event] == nil {
		c[event] = make(words)
	}
	return c[event]
}

func (w words) sum(word string) *int64 {
	if w[word] == nil {
		w[word] = new(int64)
	}
	return w[word]
}

func isCounted(event *logs.Event) bool {
	_, ok := counted[event]
	return ok
}

// isSum reports whether it is not lines that are counted.
func (c count) isSum() bool { return slices.Contains(counted[c.event], c.word) }

// completed checks the last line of a process.
func (r *run) completed(l *reading.Line) {
	if !r.stopping {
		r.lacks("there is no server.shutdown_started before it")
	}
	stored := int64(len(r.messages))
	r.end(true)
	r.done = true
	if r.older {
		return
	}
	var told map[string]int64
	if object, ok := l.Get("counts"); !ok || !object.Object(&told) {
		r.wrong("counts is no object of integers")
		return
	}
	r.compare(told)
	if want, _ := l.Int("messages_stored"); want != stored && !r.shared {
		r.lacks("%d messages are stored, but of those that were submitted %d were not removed", want, stored)
	}
}

// compare checks the lines of a process against what it has counted itself.
func (r *run) compare(told map[string]int64) {
	all := make(map[count]int64) // as told
	for name, n := range told {
		event, word, _ := strings.Cut(name, " ")
		of := count{logs.Named(event), word}
		if !isCounted(of.event) {
			r.wrong("counts has %q, which is no event that is counted", name)
			continue
		}
		all[of] = n
	}
	for event, words := range r.counts {
		for word := range words {
			all[count{event, word}] += 0 // if it is not told
		}
	}
	names := slices.SortedFunc(maps.Keys(all), func(a, b count) int { return strings.Compare(a.String(), b.String()) })
	for _, of := range names {
		level := of.event.Levels[0]
		if of.event == logs.StreamClosed {
			level = logs.CloseLevel(of.word)
		}
		if r.sees(level) {
			r.compareOne(of, all[of])
		}
	}
}

// compareOne compares one count with the lines. Those that are missing may have been
// of it; refusals may have been summed.
func (r *run) compareOne(of count, told int64) {
	lines := *r.counts.of(of.event).sum(of.word)
	missing := r.dropped + r.holes
	if of.event == logs.MessageRejected || of.event == logs.StreamRejected {
		missing += r.summed
	}
	switch {
	case told == lines:
	case of.isSum():
		r.lacks("it counts %d of %v, but that of the lines is %d", told, of, lines)
	case told > lines && (uint64(told-lines) <= missing || r.begun != 1):
		r.unsure++
	default:
		r.wrong("it counts %d of %v, and there are %d lines", told, of, lines)
	}
}

// end is told that no more of the run comes, after server.shutdown_completed or
// without it, and lets go of what is known of it.
func (r *run) end(completed bool) {
	if completed {
		for d := r.due.first(); d != nil; d = r.due.first() {
			r.settle(d)
			r.due.pop()
		}
		r.stillOpen()
	}
	r.left = len(r.streams)
	r.over = true
	r.streams, r.messages, r.requests, r.ends = nil, nil, nil, nil
	r.gone, r.lost, r.due = recent{}, recentIDs{}, queue[due]{}
}

// stillOpen reports the streams that a server has left open that ended in order.
func (r *run) stillOpen() {
	if r.forced {
		return
	}
	open := slices.SortedFunc(maps.Values(r.streams), func(a, b *stream) int { return cmp.Compare(a.at.number, b.at.number) })
	for _, s := range open {
		if r.whole() {
			r.say(s.at, nil, "there is no stream.closed of its stream %v, and the server has ended", s.id)
		} else {
			r.unsure++
		}
	}
}
