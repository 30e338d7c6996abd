package track

import (
	"testing"

	"sseserver/internal/eventstream"
)

func TestNumberAtPath(t *testing.T) {
	tests := []struct {
		path, data string
		want       int64 // -1 if there is none
	}{
		{"data", "17", 17},
		{"data", " \"17\"\n", 17},
		{"data", "17 and more", -1},
		{"data", `{"n":17}`, -1},
		{"data", "", -1},
		{"data.n", `{"n":17}`, 17},
		{"data.n", `{"n":"17"}`, 17},
		{"data.n", `{"n":0}`, 0},
		{"data.n", `{"n":-1}`, -1},
		{"data.n", `{"n":1.5}`, -1},
		{"data.n", `{"n":"x"}`, -1},
		{"data.n", `{"n":""}`, -1},
		{"data.n", `{"n":null}`, -1},
		{"data.n", `{"m":17}`, -1},
		{"data.n", "17", -1},
		{"data.n", "", -1},
		{"data.a.1.n", `{"a":[{"n":3},{"n":4}]}`, 4},
	}
	for _, tt := range tests {
		path, err := ParsePath(tt.path)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := path.Number([]byte(tt.data))
		if !ok {
			got = -1
		}
		if got != tt.want {
			t.Errorf("%s of %q: got %d, want %d", tt.path, tt.data, got, tt.want)
		}
	}
}

func TestNumberAtPathAllocatesNothing(t *testing.T) {
	path, err := ParsePath("data.a.n")
	if err != nil {
		t.Fatal(err)
	}
	data := []byte(`{"text":"something","a":{"n":"1234"}}`)
	if n := testing.AllocsPerRun(100, func() { _, _ = path.Number(data) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// A stream that numbers its events by a path is judged by it; events without a
// number are not judged.
func TestStreamNumberedByPath(t *testing.T) {
	path, err := ParsePath("data.item.n")
	if err != nil {
		t.Fatal(err)
	}
	b := newBench(Plan{Kind: Any, Numbering: ByPath, NumberAt: path})
	b.open()
	for _, data := range []string{
		`{"item":{"n":7}}`, `{"ping":true}`, `{"item":{"n":8}}`, `{"item":{"n":8}}`,
		`{"item":{"n":11}}`, `{"item":{"n":10}}`, `{"item":{"n":76}}`,
	} {
		b.event(eventstream.Event{Data: []byte(data)})
	}
	got := b.ledger.Tally.Counts
	if got.Events != 7 || got.Duplicate != 1 || got.Reordered != 1 || got.Lost != 2 || got.Unnumbered != 0 {
		t.Errorf("got %+v, want 7 events, one twice, one out of order, 9 and 12 lost", got)
	}
}
