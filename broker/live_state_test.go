package broker

import (
	"testing"
	"time"
)

// TestLiveState has what live messages do to the store.
func TestLiveState(t *testing.T) {
	patient := func(l limits) limits { return producing(l, 10*time.Hour) }
	for _, scenario := range []struct {
		name   string
		limits limits
		steps  []step
	}{
		{"a message grows and is complete", patient(roomy), []step{
			open("a", 0), holds(1, 0, 0, 0), isOpen(1), lookup("a"),
			alter("a", grown(5)), holds(1, 5, 0, 0), alter("a", grown(7)), holds(1, 12, 0, 0), isOpen(1), lookup("a"),
			alter("a", completed()), holds(1, 12, 0, 0), isOpen(0), lookup("a"), nextExpiry(time.Hour - time.Second),
		}},
		{"what a job does counts, and gives way, and so does why it has failed", patient(roomy), []step{
			open("a", 1), alter("a", working(3, "three")), holds(1, 6, 0, 0), alter("a", working(3, "3")), holds(1, 2, 0, 0),
			alter("a", failing()), holds(1, 10, 0, 0), remove("a"), holds(0, 0, 0, 0),
		}},
		{"streams are told of each change of their own message", patient(roomy), []step{
			open("a", 0), open("b", 0), submit("c", 1),
			subscribe("a1", "a", Characters), subscribe("a2", "a", Progress), subscribe("b1", "b", Characters), subscribe("c1", "c", Characters),
			alter("a", grown(1)), alter("b", grown(1)), alter("a", working(1, "")), end("a1", nil),
			alter("a", grown(1)), alter("a", completed()), alter("b", failing()), holds(3, 12, 2, 1),
		}},
		{"nothing becomes of a message that is gone", patient(roomy), []step{
			open("a", 3), subscribe("1", "a", Characters), remove("a"), missing("a"),
			refuseChange("a", grown(1), ErrNotFound), refuseChange("a", completed(), ErrNotFound),
			holds(0, 0, 1, 0), end("1", ErrDeleted), holds(0, 0, 0, 0),
		}},
		{"nor of one that is not what its producer has seen", patient(roomy), []step{
			open("a", 3), alter("a", failing()), subscribe("1", "a", Characters), refuseStale("a", ErrMessageClosed),
		}},

		{"an open message is not evicted for another", patient(atMost(2, 99, 9)), []step{
			open("a", 1), submit("b", 1), submit("c", 1, "b"), open("d", 1, "c"), refuseSubmit("e", 1, ErrStoreFull), refuseOpen("e", 0, ErrStoreFull),
			alter("a", completed()), submit("e", 1, "a"), alter("d", failing()), submit("f", 1, "e"), submit("g", 1, "d"),
		}},
		{"the oldest leave for what grows, and no more than needed", patient(atMost(9, 10, 9)), []step{
			submit("a", 2), submit("b", 2), submit("c", 2), open("d", 3), alter("d", grown(1)), alter("d", grown(3), "a", "b"),
			holds(2, 9, 0, 0), alter("d", working(0, "ab"), "c"), holds(1, 9, 0, 0),
		}},
		{"growing in a full store is refused, and evicts not even what it could", patient(atMost(9, 10, 9)), []step{
			submit("a", 3), submit("b", 3), open("c", 3), subscribe("1", "b", Characters), subscribe("2", "c", Characters),
			refuseChange("c", grown(5), ErrStoreFull), refuseChange("c", working(0, "12345"), ErrStoreFull), lookup("a"),
			alter("c", grown(4), "a"), refuseChange("c", grown(1), ErrStoreFull),
			alter("c", completed()), // which needs no room
		}},
		{"its end is not refused, whatever its reason needs", patient(atMost(9, 10, 9)), []step{
			submit("a", 1), submit("b", 1), open("c", 8), subscribe("1", "b", Characters), subscribe("2", "c", Characters), alter("c", failing(), "a"),
			holds(2, 17, 2, 0), refuseOpen("d", 0, ErrStoreFull), end("2", nil), open("d", 0, "c"), holds(2, 1, 1, 0),
		}},
		{"nor is what takes less room than before", patient(atMost(9, 10, 9)), []step{
			open("a", 2), alter("a", working(1, "four")), open("b", 4), alter("b", failing()), subscribe("1", "b", Characters), holds(2, 18, 1, 0),
			refuseChange("a", working(1, "fifth"), ErrStoreFull), alter("a", working(1, "4")), holds(2, 15, 1, 0),
		}},
		{"a stream holds what was open", patient(atMost(2, 99, 9)), []step{
			open("a", 1), subscribe("1", "a", Characters), alter("a", completed()), submit("b", 1), submit("c", 1, "b"),
			end("1", nil), submit("d", 1, "c"), submit("e", 1, "a"),
		}},
		{"and only while it runs", patient(atMost(1, 99, 9)), []step{
			open("a", 1), subscribe("1", "a", Characters), end("1", nil), refuseSubmit("b", 1, ErrStoreFull), alter("a", failing()), submit("b", 1, "a"),
		}},
		{"its end makes a message the newest", patient(atMost(2, 99, 9)), []step{
			open("a", 1), submit("b", 1), alter("a", completed()), submit("c", 1, "b"), submit("d", 1, "a"),
		}},

		{"what a client has open grows for it", patient(perClient(10, 0)), []step{
			as("192.0.2.1"), open("a", 4), alter("a", grown(3)), as("192.0.2.2"), open("b", 1), // who appends is not asked
			alter("a", grown(3)), refuseChange("a", grown(1), ErrClientBytes), refuseChange("a", working(1, "x"), ErrClientBytes),
			submit("c", 9), as("192.0.2.1"), refuseSubmit("d", 1, ErrClientBytes), refuseOpen("d", 1, ErrClientBytes), open("d", 0),
			alter("a", completed()), known(2), remove("a"), remove("d"), known(1), open("e", 10), alter("e", failing()),
			refuseSubmit("f", 0, ErrClientBytes), remove("e"), open("f", 10),
		}},
		{"a refused change of one client evicts nothing of another", patient(limits{ttl: time.Hour, messages: 9, bytes: 10, streams: 9, clientBytes: 6}), []step{
			as("192.0.2.1"), submit("a", 5), as("192.0.2.2"), open("b", 5), refuseChange("b", grown(2), ErrClientBytes), lookup("a"),
			alter("b", grown(1), "a"),
		}},

		{"an open message does not expire", patient(living(time.Minute)), []step{
			open("a", 1), submit("b", 1), nextExpiry(59 * time.Second), wait(time.Hour), expire("b"), lookup("a"),
			nextExpiry(9*time.Hour - 3*time.Second), alter("a", completed()), nextExpiry(59 * time.Second), wait(59*time.Second - 1),
			expire(), wait(1), expire("a"), nextExpiry(never),
		}},
		{"a message fails at its producer's very timeout", producing(roomy, time.Minute), []step{
			open("a", 1), subscribe("1", "a", Characters), nextExpiry(58 * time.Second), wait(58*time.Second - 1),
			fall(), nextExpiry(1), wait(1), fall("a"), isOpen(0), holds(1, 14, 1, 0), nextExpiry(time.Hour),
			refuseStale("a", ErrMessageClosed), end("1", nil), nextExpiry(time.Hour - time.Second),
		}},
		{"each word of a producer gives it another, and nobody else's", producing(roomy, time.Minute), []step{
			open("a", 1), wait(50 * time.Second), alter("a", grown(1)), nextExpiry(59 * time.Second), wait(50 * time.Second),
			alter("a", working(1, "")), nextExpiry(59 * time.Second), wait(50 * time.Second),
			alter("a", working(1, "")), nextExpiry(59 * time.Second), // the same
			lookup("a"), subscribe("1", "a", Characters), end("1", nil), nextExpiry(56 * time.Second),
			wait(56*time.Second - 1), fall(), wait(1), fall("a"),
		}},
		{"a refused change gives it none", producing(atMost(9, 2, 9), time.Minute), []step{
			open("a", 1), wait(50 * time.Second), refuseChange("a", grown(2), ErrStoreFull), nextExpiry(9 * time.Second),
		}},
		{"messages fail in the order of their producers' last words", producing(roomy, time.Minute), []step{
			open("a", 1), open("b", 1), open("c", 1), open("d", 1), alter("b", grown(1)), alter("a", grown(1)), alter("d", completed()),
			wait(56 * time.Second), fall("c"), nextExpiry(1 * time.Second), lookup("a"), wait(time.Minute), fall("b", "a"), fall(),
		}},
		{"a message expires its time to live after it has failed", producing(living(time.Hour), time.Minute), []step{
			open("a", 1), wait(time.Minute), fall("a"), nextExpiry(time.Hour), wait(time.Hour - 1), expire(), wait(1), expire("a"),
		}},
		{"one that was forgotten does not leave unheard", producing(living(time.Minute), time.Minute), []step{
			open("a", 1), wait(time.Hour), expire(), fall("a"), expire(), wait(time.Minute), expire("a"),
		}},

		{"a draining state lets producers go on, and opens nothing", producing(roomy, time.Minute), []step{
			open("a", 1), open("b", 1), open("c", 1), subscribe("1", "a", Characters), drain(), refuseOpen("d", 1, ErrShuttingDown),
			alter("a", grown(1)), alter("a", working(5, "five")), alter("a", completed()), alter("b", failing()),
			wait(time.Minute), fall("c"), end("1", nil), holds(3, 29, 0, 0),
		}},
		{"all streams are ended, also of what is open", patient(roomy), []step{
			open("a", 1), subscribe("1", "a", Characters), endAll(errStop, 1), alter("a", grown(1)), end("1", errStop), isOpen(1),
		}},
	} {
		t.Run(scenario.name, func(t *testing.T) { play(t, scenario.limits, scenario.steps) })
	}
}
