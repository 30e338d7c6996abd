package broker

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

// world is a state together with what a test knows of it: its messages and
// streams by name, and the time.
type world struct {
	t        *testing.T
	state    *state
	now      time.Time
	client   netip.Prefix // who does the next steps
	messages map[string]*Message
	streams  map[string]*opened
}

// opened is a stream that was opened. It may have ended since.
type opened struct {
	*stream
	message string
	cause   error // with which it was canceled first
	told    int   // how often it was told that its message has changed
	ended   bool
}

// cancel keeps the first cause, like a context.
func (o *opened) cancel(cause error) { o.cause = cmp.Or(o.cause, cause) }

// A step does one thing to a world and checks the answer. A second passes after
// each that uses a message, and none in the others.
type step func(w *world)

func play(t *testing.T, limits limits, steps []step) {
	w := &world{
		t:        t,
		state:    newState(limits),
		now:      time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC),
		messages: make(map[string]*Message),
		streams:  make(map[string]*opened),
	}
	for i, step := range steps {
		step(w)
		checkInvariants(t, w.state)
		if t.Failed() {
			t.Fatalf("at step %d", i)
		}
	}
}

// used lets the second pass.
func (w *world) used() { w.now = w.now.Add(time.Second) }

// idOf is the id of the message with this name.
func idOf(name string) (id MessageID) {
	copy(id[:], name)
	return id
}

// submit stores a message of so many bytes, for which others are evicted.
func submit(name string, size int, evicted ...string) step {
	return func(w *world) {
		message := newMessage(idOf(name), strings.Repeat("x", size), w.now)
		want := w.removals(RemovedByCapacity, evicted)
		got, err := w.state.submit(w.now, w.client, message)
		if err != nil {
			w.t.Errorf("submit %s: %v", name, err)
		}
		w.wantRemovals("submit "+name, got, want)
		w.messages[name] = message
		w.used()
	}
}

// refuseSubmit wants an error, and everything as it was before.
func refuseSubmit(name string, size int, want error) step {
	return func(w *world) {
		before := pictureOf(w.state)
		removals, err := w.state.submit(w.now, w.client, newMessage(idOf(name), strings.Repeat("x", size), w.now))
		if err != want || len(removals) > 0 {
			w.t.Errorf("submit %s: %v %v, want %v", name, removals, err, want)
		}
		if after := pictureOf(w.state); after != before {
			w.t.Errorf("a refused submit left %s\nof %s", after, before)
		}
	}
}

func lookup(name string) step {
	return func(w *world) {
		want := Status{Message: w.messages[name], ActiveStreams: len(w.running(name))}
		if want.Message.State != StateOpen {
			want.ExpiresAt = w.now.Add(w.state.messages.limits.ttl)
		}
		if got, err := w.state.lookup(w.now, idOf(name)); err != nil || got != want {
			w.t.Errorf("lookup %s: %+v %v\nwant %+v", name, got, err, want)
		}
		w.used()
	}
}

// missing wants that nothing can be done with a message, as it is not there.
func missing(name string) step {
	return func(w *world) {
		if status, err := w.state.lookup(w.now, idOf(name)); err != ErrNotFound {
			w.t.Errorf("lookup %s: %+v %v, want %v", name, status, err, ErrNotFound)
		}
		if removal, found := w.state.delete(w.now, idOf(name)); found {
			w.t.Errorf("delete %s: %+v, want nothing found", name, removal)
		}
		refuseSubscribe(name, ErrNotFound)(w)
	}
}

func subscribe(stream, message string, kind Kind) step {
	return func(w *world) {
		o := &opened{message: message}
		var err error
		o.stream, _, err = w.state.subscribe(w.now, w.client, idOf(message), kind, o.cancel)
		if err != nil {
			w.t.Errorf("subscribe to %s: %v", message, err)
		}
		if w.messages[message].State == StateOpen { // as the loop does
			o.tell = func() { o.told++ }
		}
		w.streams[stream] = o
		w.used()
	}
}

func refuseSubscribe(message string, want error) step {
	return func(w *world) {
		before := pictureOf(w.state)
		if _, _, err := w.state.subscribe(w.now, w.client, idOf(message), Characters, nil); err != want {
			w.t.Errorf("subscribe to %s: %v, want %v", message, err, want)
		}
		if after := pictureOf(w.state); after != before {
			w.t.Errorf("a refused subscribe left %s\nof %s", after, before)
		}
	}
}

// end reports that a stream has ended, which was canceled with cause before;
// nil means that nobody has canceled it.
func end(stream string, cause error) step {
	return func(w *world) {
		o := w.streams[stream]
		if o.cause != cause {
			w.t.Errorf("%s was canceled with %v, want %v", stream, o.cause, cause)
		}
		w.state.ended(w.now, o.stream)
		o.ended = true
		w.used()
	}
}

// remove deletes a message at a client's request.
func remove(name string) step {
	return func(w *world) {
		want := w.removals(RemovedByRequest, []string{name})
		got, found := w.state.delete(w.now, idOf(name))
		if !found {
			w.t.Errorf("delete %s: not found", name)
		}
		w.wantRemovals("delete "+name, []Removal{got}, want)
	}
}

// expire wants exactly these messages to expire now, in this order.
func expire(names ...string) step {
	return func(w *world) {
		want := w.removals(RemovedByTTL, names)
		w.wantRemovals("expire", w.state.expire(w.now), want)
	}
}

// never is when the next message of an empty store expires.
const never = time.Duration(-1)

// nextExpiry wants the next message to expire so much later.
func nextExpiry(want time.Duration) step {
	return func(w *world) {
		got, ok := w.state.messages.nextExpiry(w.now)
		if !ok {
			got = never
		}
		if got != want {
			w.t.Errorf("the next message expires in %v, want %v", got, want)
		}
	}
}

func endAll(cause error, want int) step {
	return func(w *world) {
		if got := w.state.streams.endAll(cause); got != want {
			w.t.Errorf("ended %d streams, want %d", got, want)
		}
	}
}

func drain() step { return func(w *world) { w.state.draining = true } }

// as lets the client with this address do the next steps.
func as(client string) step {
	return func(w *world) { w.client = netip.MustParsePrefix(client + "/32") }
}

// known wants so many clients to be known.
func known(want int) step {
	return func(w *world) {
		if got := len(w.state.messages.clients.shares); got != want {
			w.t.Errorf("%d clients are known, want %d", got, want)
		}
	}
}

func wait(d time.Duration) step { return func(w *world) { w.now = w.now.Add(d) } }

// holds wants these counts.
func holds(messages int, bytes int64, characters, progress int) step {
	return func(w *world) {
		got := w.state.stats()
		if got.Messages != messages || got.Bytes != bytes || len(got.Streams) != len(Kinds) ||
			got.Streams[Characters] != characters || got.Streams[Progress] != progress {
			w.t.Errorf("the state holds %+v, want %d messages, %d bytes, %d and %d streams",
				got, messages, bytes, characters, progress)
		}
		if got := w.state.streams.active(); got != characters+progress {
			w.t.Errorf("%d streams are active, want %d", got, characters+progress)
		}
	}
}

// running names the streams of a message that have not ended.
func (w *world) running(message string) []string {
	var names []string
	for name, o := range w.streams {
		if o.message == message && !o.ended {
			names = append(names, name)
		}
	}
	return names
}

// removals is what the state should tell of messages that leave now.
func (w *world) removals(reason RemovalReason, names []string) []Removal {
	var removals []Removal
	for _, name := range names {
		removals = append(removals, Removal{
			MessageID:     idOf(name),
			Reason:        reason,
			Age:           w.now.Sub(w.messages[name].SubmittedAt),
			ActiveStreams: len(w.running(name)),
		})
	}
	return removals
}

func (w *world) wantRemovals(what string, got, want []Removal) {
	if !slices.Equal(got, want) {
		w.t.Errorf("%s removed %+v\nwant %+v", what, got, want)
	}
}
