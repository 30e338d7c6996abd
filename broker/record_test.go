package broker

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"sseserver/actors"
)

// stamped gives records versions, as a store does.
func stamped(records []Record) []Record {
	records = slices.Clone(records)
	for i := range records {
		records[i].Version, records[i].At = uint64(i+1), time.Unix(int64(i+1), 0)
	}
	return records
}

// TestSplit splits records that have too much text, and puts the parts together.
func TestSplit(t *testing.T) {
	x, euro := strings.Repeat("x", recordBytes), strings.Repeat("€", recordBytes/3)
	percent := 3
	tests := map[string]struct {
		record Record
		parts  int
	}{
		"nothing":               {Record{}, 1},
		"what fits":             {Record{Chunks: []string{x}}, 1},
		"a byte too many":       {Record{Chunks: []string{x + "y"}}, 2},
		"a chunk of many":       {Record{Chunks: []string{x + x + x}}, 3},
		"chunks":                {Record{Chunks: []string{x, "y", x}}, 3},
		"a border in a rune":    {Record{Chunks: []string{"ab" + euro}}, 2},
		"no room for a rune":    {Record{Chunks: []string{x[1:], "€"}}, 2},
		"with all that follows": {Record{Chunks: []string{x, "y"}, Percent: &percent, State: StateComplete}, 2},
	}
	for name, test := range tests {
		test.record.Live = true
		parts := test.record.split()
		if len(parts) != test.parts {
			t.Errorf("%s: %d parts, want %d", name, len(parts), test.parts)
		}
		for i, part := range parts {
			if part.size() > recordBytes || !utf8.ValidString(strings.Join(part.Chunks, "")) {
				t.Errorf("%s: part %d has %d bytes", name, i, part.size())
			}
			if part.isMore() != (i == len(parts)-1 && test.record.isMore()) {
				t.Errorf("%s: part %d is %+v", name, i, part)
			}
			if m := fromRecords(MessageID{}, stamped(parts[:i+1])); i < len(parts)-1 && m.State != StateOpen {
				t.Errorf("%s: it is %s with %d parts of %d", name, m.State, i+1, len(parts))
			}
		}
		m := fromRecords(MessageID{}, stamped(parts))
		var chunks []string
		for source := m.Text.Source(actors.Appended); ; {
			_, text, supply := source.Next()
			if supply != actors.Ready {
				break
			}
			chunks = append(chunks, text)
		}
		if !slices.Equal(chunks, test.record.Chunks) || m.shared.Version != uint64(len(parts)) {
			t.Errorf("%s: it has %d chunks at version %d", name, len(chunks), m.shared.Version)
		}
	}
}

// TestUnfinished has a chunk of whose parts only one came.
func TestUnfinished(t *testing.T) {
	records := stamped([]Record{
		{Live: true, Chunks: []string{"a", "lost"}, Unfinished: true},
		{Chunks: []string{"b", "c"}, Unfinished: true},
		{Chunks: []string{"d", "e"}, Continues: true},
	})
	if m := fromRecords(MessageID{}, records); m.Text.String() != "abcde" || m.Text.Count(actors.Appended) != 4 {
		t.Errorf("got %q in %d chunks", m.Text.String(), m.Text.Count(actors.Appended))
	}
	if m := fromRecords(MessageID{}, stamped([]Record{{Chunks: []string{"half"}, Unfinished: true}})); m != nil {
		t.Errorf("half of a message is %q", m.Text.String())
	}
}

// TestTo makes records of what producers change, and the same of the records.
func TestTo(t *testing.T) {
	open := newLive(MessageID{}, "a", time.Unix(1, 0)).at(Stamp{Version: 1})
	appended, _ := open.append(AtEnd, "b", 10, nil)
	told, _ := open.progress(7, "much")
	failed, _ := open.fail("why", time.Unix(2, 0))
	completed, _ := open.complete(AtEnd, time.Unix(2, 0))
	for name, after := range map[string]*Message{"append": appended, "progress": told, "fail": failed, "complete": completed, "nothing": open} {
		record := open.to(after)
		record.Stamp = Stamp{2, time.Unix(2, 0)}
		got := open.with(record)
		if got.Text.String() != after.Text.String() || got.State != after.State || got.Reason != after.Reason || got.Percent != after.Percent ||
			got.Activity != after.Activity || got.SHA256 != after.SHA256 || !got.EndedAt.Equal(after.EndedAt) || got.shared.Version != 2 {
			t.Errorf("%s: got %+v\nwant %+v", name, got, after)
		}
	}
}

// TestStaleTail refuses what a tail makes of a copy that is not that any more.
func TestStaleTail(t *testing.T) {
	now := time.Unix(1, 0)
	s := newState(limits{ttl: time.Hour, messages: 9, bytes: 99, streams: 9, producerTimeout: time.Hour, copies: true})
	first := newMessage(MessageID{1}, "x", now).at(Stamp{Version: 1})
	second, third := first.at(Stamp{Version: 2}), first.at(Stamp{Version: 3})
	if err := s.load(now, first); err != nil {
		t.Fatal(err)
	}
	if err := s.load(now, second); err != nil || s.messages.find(first.ID).message != second {
		t.Errorf("a newer copy is not taken: %v", err)
	}
	if err := s.load(now, first); err != nil || s.messages.find(first.ID).message != second {
		t.Errorf("an older copy is taken: %v", err)
	}
	if current := s.arrive(now, first, third); current != second || s.messages.find(first.ID).message != second {
		t.Error("what was made of an older copy is taken")
	}
	if current := s.arrive(now, second, third); current != third {
		t.Error("what was made of the copy is not taken")
	}
	if current := s.arrive(now, newMessage(MessageID{2}, "y", now), third); current != nil {
		t.Error("there is a copy of what was never read")
	}
}
