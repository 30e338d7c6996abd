package broker

import (
	"maps"
	"strings"
	"time"
)

// The steps that live messages have beside those of all.

// open stores a live message that begins with so many bytes.
func open(name string, size int, evicted ...string) step {
	return func(w *world) {
		message := newLive(idOf(name), strings.Repeat("x", size), w.now)
		want := w.removals(RemovedByCapacity, evicted)
		got, err := w.state.submit(w.now, w.client, message)
		if err != nil {
			w.t.Errorf("open %s: %v", name, err)
		}
		w.wantRemovals("open "+name, got, want)
		w.messages[name] = message
		w.used()
	}
}

// refuseOpen wants an error, and everything as it was before.
func refuseOpen(name string, size int, want error) step {
	return func(w *world) {
		before := pictureOf(w.state)
		if _, err := w.state.submit(w.now, w.client, newLive(idOf(name), strings.Repeat("x", size), w.now)); err != want {
			w.t.Errorf("open %s: %v, want %v", name, err, want)
		}
		if after := pictureOf(w.state); after != before {
			w.t.Errorf("a refused open left %s\nof %s", after, before)
		}
	}
}

// becoming is what a producer makes of a message.
type becoming func(m *Message, now time.Time) (*Message, error)

func grown(size int) becoming {
	return func(m *Message, _ time.Time) (*Message, error) {
		return m.append(AtEnd, strings.Repeat("x", size), 1<<20, nil)
	}
}

func completed() becoming {
	return func(m *Message, now time.Time) (*Message, error) { return m.complete(AtEnd, now) }
}

func failing() becoming {
	return func(m *Message, now time.Time) (*Message, error) { return m.fail("a reason", now) }
}

func working(percent int, activity string) becoming {
	return func(m *Message, _ time.Time) (*Message, error) { return m.progress(percent, activity) }
}

// alter lets a producer change a message, for which others are evicted. Those
// streams are told of it that run on this message, and no others.
func alter(name string, become becoming, evicted ...string) step {
	return func(w *world) {
		before := w.messages[name]
		after, err := become(before, w.now)
		if err != nil {
			w.t.Fatalf("change %s: %v", name, err)
		}
		want := w.removals(RemovedByCapacity, evicted)
		told := w.told(name)
		got, err := w.state.change(w.now, before, after)
		if err != nil {
			w.t.Errorf("change %s: %v", name, err)
		}
		w.wantRemovals("change "+name, got, want)
		w.wantTold("change "+name, told)
		w.messages[name] = after
		w.used()
	}
}

// refuseChange wants an error, everything as it was before, and nobody told.
func refuseChange(name string, become becoming, want error) step {
	return func(w *world) {
		after, err := become(w.messages[name], w.now)
		if err != nil {
			w.t.Fatalf("change %s: %v", name, err)
		}
		w.refuse(name, w.messages[name], after, want)
	}
}

// refuseStale lets a producer change what a message was when it was opened, as one
// does whose message has failed meanwhile.
func refuseStale(name string, want error) step {
	return func(w *world) {
		was := newLive(idOf(name), "", w.now)
		after, _ := was.append(AtEnd, "x", 1, nil)
		w.refuse(name, was, after, want)
	}
}

func (w *world) refuse(name string, before, after *Message, want error) {
	picture, told := pictureOf(w.state), w.told("")
	removals, err := w.state.change(w.now, before, after)
	if err != want || len(removals) > 0 {
		w.t.Errorf("change %s: %v %v, want %v", name, removals, err, want)
	}
	if now := pictureOf(w.state); now != picture {
		w.t.Errorf("a refused change left %s\nof %s", now, picture)
	}
	w.wantTold("a refused change of "+name, told)
}

// fall wants exactly these messages to fail now, in this order, because nobody
// has heard of their producers.
func fall(names ...string) step {
	return func(w *world) {
		told := w.told(names...)
		failed := w.state.failSilent(w.now)
		if len(failed) != len(names) {
			w.t.Fatalf("%d messages failed, want %q", len(failed), names)
		}
		for i, name := range names {
			was, is := w.messages[name], failed[i]
			if is.ID != was.ID || is.State != StateFailed || is.Reason != ReasonProducerGone || !is.EndedAt.Equal(w.now) ||
				is.Text.String() != was.Text.String() || is.Percent != was.Percent || was.State != StateOpen {
				w.t.Errorf("%s has failed as %+v\nit was %+v", name, is, was)
			}
			w.messages[name] = is
		}
		w.wantTold("failure", told)
	}
}

// told is how often each stream should have been told after a change of these
// messages.
func (w *world) told(changed ...string) map[string]int {
	told := make(map[string]int)
	for name, o := range w.streams {
		told[name] = o.told
	}
	for _, message := range changed {
		for _, name := range w.running(message) {
			told[name]++
		}
	}
	return told
}

func (w *world) wantTold(what string, want map[string]int) {
	if got := w.told(); !maps.Equal(got, want) {
		w.t.Errorf("%s: the streams were told %v times, want %v", what, got, want)
	}
}

// producing has messages fail after a silence of their producers.
func producing(l limits, timeout time.Duration) limits {
	l.producerTimeout = timeout
	return l
}

func isOpen(want int) step {
	return func(w *world) {
		if got := w.state.stats().Open; got != want {
			w.t.Errorf("%d messages are open, want %d", got, want)
		}
	}
}
