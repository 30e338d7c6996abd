package broker

import (
	"crypto/sha256"
	"errors"
	"testing"
	"time"

	"sseserver/actors"
)

// TestBecome has each change of a message in each state.
func TestBecome(t *testing.T) {
	opened := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	ended, now := opened.Add(time.Minute), opened.Add(time.Hour)
	messages := map[string]*Message{
		"submitted": newMessage(idOf("a"), "text", opened),
		"empty":     newLive(idOf("a"), "", opened),
		"open":      must(newLive(idOf("a"), "te", opened).append(1, "xt", 4, nil)),
	}
	messages["at work"] = must(messages["open"].progress(37, "busy"))
	messages["done"] = must(messages["open"].progress(100, "done"))
	messages["complete"] = must(messages["at work"].complete(2, ended))
	messages["failed"] = must(messages["at work"].fail("a reason", ended))

	changes := map[string]func(m *Message) (*Message, error){
		"append":            func(m *Message) (*Message, error) { return m.append(AtEnd, "é", 6, nil) },
		"append nothing":    func(m *Message) (*Message, error) { return m.append(AtEnd, "", 6, nil) },
		"append at 2":       func(m *Message) (*Message, error) { return m.append(2, "é", 6, nil) },
		"append at 0":       func(m *Message) (*Message, error) { return m.append(0, "é", 6, nil) },
		"append nothing, 3": func(m *Message) (*Message, error) { return m.append(3, "", 6, nil) },
		"append, no room":   func(m *Message) (*Message, error) { return m.append(AtEnd, "é", 6, ErrStoreFull) },
		"append too much":   func(m *Message) (*Message, error) { return m.append(AtEnd, "é", 1, nil) },
		"complete":          func(m *Message) (*Message, error) { return m.complete(AtEnd, now) },
		"complete at 2":     func(m *Message) (*Message, error) { return m.complete(2, now) },
		"complete at 3":     func(m *Message) (*Message, error) { return m.complete(3, now) },
		"fail":              func(m *Message) (*Message, error) { return m.fail("another", now) },
		"0 %":               func(m *Message) (*Message, error) { return m.progress(0, "") },
		"36 %":              func(m *Message) (*Message, error) { return m.progress(36, "") },
		"37 %":              func(m *Message) (*Message, error) { return m.progress(37, "again") },
		"100 %":             func(m *Message) (*Message, error) { return m.progress(100, "") },
	}

	// What becomes of it: another message, the same, or an error.
	type outcome struct {
		same  bool
		err   error
		check func(m *Message) bool
	}
	same, closed := outcome{same: true}, outcome{err: ErrMessageClosed}
	mismatch, tooLow := outcome{err: ErrPositionMismatch}, outcome{err: ErrPercentTooLow}
	other := func(check func(m *Message) bool) outcome { return outcome{check: check} }
	text := func(want string, chunks int) outcome {
		return other(func(m *Message) bool {
			return m.State == StateOpen && m.Text.String() == want && m.Text.Count(actors.Appended) == chunks
		})
	}
	percent := func(want int, activity string) outcome {
		return other(func(m *Message) bool {
			return m.State == StateOpen && m.Percent == want && m.activity(want) == activity
		})
	}
	isComplete := other(func(m *Message) bool {
		return m.State == StateComplete && m.EndedAt.Equal(now) && m.SHA256 == sha256.Sum256([]byte(m.Text.String())) && m.Reason == ""
	})
	hasFailed := other(func(m *Message) bool {
		return m.State == StateFailed && m.EndedAt.Equal(now) && m.SHA256 == [sha256.Size]byte{} && m.Reason == "another"
	})

	for state, outcomes := range map[string]map[string]outcome{
		"submitted": {
			"append": closed, "append nothing": closed, "append at 2": closed, "append at 0": closed, "append nothing, 3": closed, "append too much": closed, "append, no room": closed,
			"complete": same, "complete at 2": same, "complete at 3": same, "fail": closed,
			"0 %": closed, "36 %": closed, "37 %": closed, "100 %": closed,
		},
		"empty": {
			"append": text("é", 1), "append nothing": same, "append at 2": mismatch, "append at 0": text("é", 1), "append nothing, 3": mismatch, "append too much": {err: ErrMessageTooLarge}, "append, no room": {err: ErrStoreFull},
			"complete": isComplete, "complete at 2": mismatch, "complete at 3": mismatch, "fail": hasFailed,
			"0 %": percent(0, "Processing chunk 0%"), "36 %": percent(36, "Processing chunk 36%"), "37 %": percent(37, "again"), "100 %": percent(100, "Processing chunk 100%"),
		},
		"open": {
			"append": text("texté", 3), "append nothing": same, "append at 2": text("texté", 3), "append at 0": mismatch, "append nothing, 3": mismatch, "append too much": {err: ErrMessageTooLarge}, "append, no room": {err: ErrStoreFull},
			"complete": isComplete, "complete at 2": isComplete, "complete at 3": mismatch, "fail": hasFailed,
			"0 %": percent(0, "Processing chunk 0%"), "36 %": percent(36, "Processing chunk 36%"), "37 %": percent(37, "again"), "100 %": percent(100, "Processing chunk 100%"),
		},
		"at work": {
			"append": text("texté", 3), "append nothing": same, "append at 2": text("texté", 3), "append at 0": mismatch, "append nothing, 3": mismatch, "append too much": {err: ErrMessageTooLarge}, "append, no room": {err: ErrStoreFull},
			"complete": isComplete, "complete at 2": isComplete, "complete at 3": mismatch, "fail": hasFailed,
			"0 %": tooLow, "36 %": tooLow, "37 %": percent(37, "again"), "100 %": percent(100, "Processing chunk 100%"),
		},
		"done": {
			"append": text("texté", 3), "append nothing": same, "append at 2": text("texté", 3), "append at 0": mismatch, "append nothing, 3": mismatch, "append too much": {err: ErrMessageTooLarge}, "append, no room": {err: ErrStoreFull},
			"complete": isComplete, "complete at 2": isComplete, "complete at 3": mismatch, "fail": hasFailed,
			"0 %": tooLow, "36 %": tooLow, "37 %": tooLow, "100 %": percent(100, "Processing chunk 100%"),
		},
		"complete": {
			"append": closed, "append nothing": closed, "append at 2": closed, "append at 0": closed, "append nothing, 3": closed, "append too much": closed, "append, no room": closed,
			"complete": same, "complete at 2": same, "complete at 3": same, "fail": closed,
			"0 %": closed, "36 %": closed, "37 %": closed, "100 %": closed,
		},
		"failed": {
			"append": closed, "append nothing": closed, "append at 2": closed, "append at 0": closed, "append nothing, 3": closed, "append too much": closed, "append, no room": closed,
			"complete": closed, "complete at 2": closed, "complete at 3": closed, "fail": same,
			"0 %": closed, "36 %": closed, "37 %": closed, "100 %": closed,
		},
	} {
		if len(outcomes) != len(changes) {
			t.Errorf("%s: %d outcomes of %d changes", state, len(outcomes), len(changes))
		}
		for change, want := range outcomes {
			before := messages[state]
			was := *before
			after, err := changes[change](before)
			switch {
			case !errors.Is(err, want.err), (err != nil) != (after == nil):
				t.Errorf("%s, %s: %+v %v, want %v", state, change, after, err, want.err)
			case err != nil:
			case (after == before) != want.same, !want.same && !want.check(after):
				t.Errorf("%s, %s: became %+v\nof %+v", state, change, after, before)
			case after.ID != was.ID || after.SubmittedAt != was.SubmittedAt || after.live != was.live:
				t.Errorf("%s, %s: %+v is not of the same message as %+v", state, change, after, was)
			}
			if *before != was {
				t.Errorf("%s, %s: has changed it to %+v\nof %+v", state, change, before, was)
			}
		}
	}
}

func must(m *Message, err error) *Message {
	if err != nil {
		panic(err)
	}
	return m
}

// TestTold has what a progress stream can have told.
func TestTold(t *testing.T) {
	now := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	m := newLive(idOf("a"), "", now)
	for _, test := range []struct{ percent, open, failed, complete int }{
		{NoPercent, -1, -1, 100}, {0, 0, 0, 100}, {99, 99, 99, 100}, {100, 99, 99, 100},
	} {
		m := *m
		m.Percent = test.percent
		got := []int{m.told(), must(m.fail("", now)).told(), must(m.complete(AtEnd, now)).told()}
		if want := []int{test.open, test.failed, test.complete}; got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
			t.Errorf("%d %%: told up to %v, want %v", test.percent, got, want)
		}
	}
}
