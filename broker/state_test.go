package broker

import (
	"errors"
	"testing"
	"time"
)

// roomy has limits that no scenario reaches.
var roomy = limits{ttl: time.Hour, messages: 1000, bytes: 1000, streams: 1000}

func atMost(messages int, bytes int64, streams int) limits {
	return limits{ttl: time.Hour, messages: messages, bytes: bytes, streams: streams}
}

func perClient(bytes int64, streams int) limits {
	l := roomy
	l.clientBytes, l.clientStreams = bytes, streams
	return l
}

func living(ttl time.Duration) limits {
	l := roomy
	l.ttl = ttl
	return l
}

var errStop = errors.New("stop")

func TestState(t *testing.T) {
	for _, scenario := range []struct {
		name   string
		limits limits
		steps  []step
	}{
		{"a submitted message is found", roomy, []step{
			submit("a", 5), lookup("a"), holds(1, 5, 0, 0), missing("b"),
			submit("b", 7), lookup("a"), lookup("b"), holds(2, 12, 0, 0),
		}},
		{"a client has as many bytes as it may", perClient(10, 0), []step{
			as("192.0.2.1"), submit("a", 6), submit("b", 4), refuseSubmit("c", 1, ErrClientBytes),
			as("192.0.2.2"), submit("c", 10), known(2),
			as("192.0.2.1"), remove("a"), submit("d", 6), refuseSubmit("e", 1, ErrClientBytes),
		}},
		{"a message counts until it is gone", perClient(10, 0), []step{
			as("192.0.2.1"), submit("a", 10), subscribe("s", "a", Characters), refuseSubmit("b", 1, ErrClientBytes),
			wait(time.Hour), expire("a"), known(0), submit("b", 10), end("s", ErrEvicted), known(1),
		}},
		{"nothing is evicted for a client's own limit", perClient(10, 0), []step{
			as("192.0.2.1"), submit("a", 1), refuseSubmit("b", 10, ErrClientBytes), lookup("a"), refuseSubmit("c", 11, ErrClientBytes), known(1),
		}},
		{"a client has as many streams as it may", perClient(0, 2), []step{
			as("192.0.2.1"), submit("a", 1000), known(0), subscribe("s", "a", Characters), subscribe("t", "a", Progress), refuseSubscribe("a", ErrClientStreams),
			as("192.0.2.2"), subscribe("u", "a", Characters), known(2),
			as("192.0.2.1"), end("s", nil), subscribe("v", "a", Characters), end("t", nil), end("v", nil), known(1),
		}},
		{"a stream counts until it has ended", perClient(0, 1), []step{
			as("192.0.2.1"), submit("a", 1), submit("b", 1), subscribe("s", "a", Characters), remove("a"), refuseSubscribe("b", ErrClientStreams),
			end("s", ErrDeleted), known(0), subscribe("t", "b", Characters),
		}},

		{"an empty store", roomy, []step{
			holds(0, 0, 0, 0), missing("a"), expire(), nextExpiry(never), endAll(errStop, 0),
		}},

		{"a deleted message is gone", roomy, []step{
			submit("a", 5), submit("b", 6), remove("a"), missing("a"), lookup("b"), holds(1, 6, 0, 0),
		}},
		{"deletion ends the streams", roomy, []step{
			submit("a", 5), submit("b", 5),
			subscribe("a1", "a", Characters), subscribe("a2", "a", Progress), subscribe("b1", "b", Characters),
			remove("a"), holds(1, 5, 2, 1),
			end("a1", ErrDeleted), holds(1, 5, 1, 1), missing("a"),
			end("a2", ErrDeleted), holds(1, 5, 1, 0), missing("a"),
			end("b1", nil), holds(1, 5, 0, 0), lookup("b"),
		}},

		{"streams are counted by kind", roomy, []step{
			submit("a", 5), subscribe("1", "a", Characters), subscribe("2", "a", Progress), subscribe("3", "a", Progress),
			lookup("a"), holds(1, 5, 1, 2),
			end("2", nil), lookup("a"), holds(1, 5, 1, 1),
			end("1", nil), lookup("a"), holds(1, 5, 0, 1),
			end("3", nil), lookup("a"), holds(1, 5, 0, 0),
		}},
		{"too many streams, of any message and kind", atMost(9, 99, 2), []step{
			submit("a", 5), submit("b", 5),
			subscribe("1", "a", Characters), subscribe("2", "b", Progress), refuseSubscribe("a", ErrTooManyStreams),
			end("2", nil), subscribe("3", "a", Characters), refuseSubscribe("b", ErrTooManyStreams),
		}},
		{"a stream of a removed message counts until it has ended", atMost(9, 99, 1), []step{
			submit("a", 5), submit("b", 5), subscribe("1", "a", Characters), remove("a"),
			refuseSubscribe("b", ErrTooManyStreams), end("1", ErrDeleted), subscribe("2", "b", Characters),
		}},
		{"an unknown message is not found even among too many streams", atMost(9, 99, 1), []step{
			submit("a", 5), subscribe("1", "a", Characters), refuseSubscribe("b", ErrNotFound),
		}},

		{"the oldest leaves for one too many", atMost(2, 99, 9), []step{
			submit("a", 1), submit("b", 1), submit("c", 1, "a"), submit("d", 1, "b"), missing("a"), holds(2, 2, 0, 0),
		}},
		{"a lookup makes a message the newest", atMost(2, 99, 9), []step{
			submit("a", 1), submit("b", 1), lookup("a"), submit("c", 1, "b"),
		}},
		{"so does the end of a stream", atMost(2, 99, 9), []step{
			submit("a", 1), submit("b", 1), subscribe("1", "a", Characters), end("1", nil), submit("c", 1, "b"),
		}},
		{"exactly full is not over the limit", atMost(9, 10, 9), []step{
			submit("a", 4), submit("b", 6), holds(2, 10, 0, 0),
		}},
		{"the oldest leaves for one byte too many", atMost(9, 10, 9), []step{
			submit("a", 4), submit("b", 6), submit("c", 1, "a"), holds(2, 7, 0, 0),
		}},
		{"several leave for a large one, and no more than needed", atMost(9, 10, 9), []step{
			submit("a", 3), submit("b", 3), submit("c", 3), submit("d", 7, "a", "b"), holds(2, 10, 0, 0),
		}},
		{"all leave for one as large as the store", atMost(9, 10, 9), []step{
			submit("a", 3), submit("b", 3), submit("c", 10, "a", "b"), holds(1, 10, 0, 0),
		}},
		{"none leaves for one larger than the store", atMost(9, 10, 9), []step{
			submit("a", 3), refuseSubmit("b", 11, ErrStoreFull), lookup("a"), holds(1, 3, 0, 0),
		}},
		{"a message with a stream stays", atMost(2, 99, 9), []step{
			submit("a", 1), submit("b", 1), subscribe("1", "a", Characters), submit("c", 1, "b"), submit("d", 1, "c"), lookup("a"),
			end("1", nil), submit("e", 1, "d"), submit("f", 1, "a"),
		}},
		{"a message stays until its last stream has ended", atMost(2, 99, 9), []step{
			submit("a", 1), subscribe("1", "a", Characters), subscribe("2", "a", Progress), submit("b", 1), end("2", nil),
			submit("c", 1, "b"), end("1", nil), lookup("c"), submit("d", 1, "a"),
		}},
		{"a store full of messages with streams", atMost(2, 99, 9), []step{
			submit("a", 1), submit("b", 1), subscribe("1", "a", Characters), subscribe("2", "b", Progress),
			refuseSubmit("c", 1, ErrStoreFull), end("1", nil), submit("c", 1, "a"),
		}},
		{"a refused submit evicts not even what it could", atMost(9, 10, 9), []step{
			submit("a", 5), submit("b", 3), subscribe("1", "a", Characters),
			refuseSubmit("c", 6, ErrStoreFull), lookup("b"), submit("c", 5, "b"),
		}},
		{"a deleted message leaves room at once, even while its stream ends", atMost(1, 5, 9), []step{
			submit("a", 5), subscribe("1", "a", Characters), refuseSubmit("b", 5, ErrStoreFull),
			remove("a"), submit("b", 5), end("1", ErrDeleted), lookup("b"), holds(1, 5, 0, 0),
		}},

		{"a message expires at its very time to live", living(time.Minute), []step{
			submit("a", 1), nextExpiry(59 * time.Second), wait(59*time.Second - 1),
			expire(), nextExpiry(1), wait(1), expire("a"), nextExpiry(never), missing("a"), holds(0, 0, 0, 0),
		}},
		{"one that was forgotten is overdue", living(time.Minute), []step{
			submit("a", 1), wait(time.Hour), expire("a"), nextExpiry(never),
		}},
		{"each use gives it another", living(time.Minute), []step{
			submit("a", 1), wait(50 * time.Second),
			lookup("a"), nextExpiry(59 * time.Second), wait(50 * time.Second),
			subscribe("1", "a", Characters), nextExpiry(59 * time.Second), wait(50 * time.Second),
			end("1", nil), nextExpiry(59 * time.Second), wait(59*time.Second - 1),
			expire(), wait(1), expire("a"),
		}},
		{"a failed use gives it none", atMost(9, 99, 1), []step{
			submit("a", 1), submit("b", 1), subscribe("1", "b", Characters),
			refuseSubscribe("a", ErrTooManyStreams), nextExpiry(time.Hour - 3*time.Second),
		}},
		{"expiry ends the streams", living(time.Minute), []step{
			submit("a", 1), subscribe("1", "a", Characters), subscribe("2", "a", Progress), wait(time.Minute),
			expire("a"), holds(0, 0, 1, 1), end("1", ErrEvicted), end("2", ErrEvicted), holds(0, 0, 0, 0), missing("a"),
		}},
		{"messages expire by last use, with and without streams", living(time.Minute), []step{
			submit("a", 1), submit("b", 1), submit("c", 1), submit("d", 1),
			subscribe("1", "c", Characters), subscribe("2", "a", Characters), lookup("b"), lookup("c"),
			nextExpiry(55 * time.Second), // of d
			wait(time.Minute), expire("d", "a", "b", "c"), end("2", ErrEvicted), end("1", ErrEvicted),
		}},
		{"only the due ones expire", living(time.Minute), []step{
			submit("a", 1), wait(10 * time.Second), submit("b", 1), wait(48 * time.Second),
			expire("a"), nextExpiry(11 * time.Second), lookup("b"),
		}},

		{"a draining state takes no work", roomy, []step{
			submit("a", 1), subscribe("1", "a", Characters), drain(),
			refuseSubmit("b", 1, ErrShuttingDown), refuseSubscribe("a", ErrShuttingDown), refuseSubscribe("b", ErrShuttingDown),
			lookup("a"), holds(1, 1, 1, 0), end("1", nil), holds(1, 1, 0, 0), remove("a"),
		}},
		{"a draining state goes on with what it has", living(time.Minute), []step{
			submit("a", 1), submit("b", 1), subscribe("1", "b", Characters), drain(), lookup("a"), wait(2 * time.Minute),
			expire("b", "a"), end("1", ErrEvicted),
		}},
		{"all streams are ended, once", roomy, []step{
			submit("a", 1), submit("b", 1), submit("c", 1),
			subscribe("1", "a", Characters), subscribe("2", "a", Progress), subscribe("3", "b", Characters), subscribe("4", "c", Characters),
			end("3", nil), remove("c"), endAll(errStop, 2), holds(2, 2, 2, 1),
			end("1", errStop), end("2", errStop), end("4", ErrDeleted), holds(2, 2, 0, 0), lookup("a"), endAll(errStop, 0),
		}},
	} {
		t.Run(scenario.name, func(t *testing.T) { play(t, scenario.limits, scenario.steps) })
	}
}
