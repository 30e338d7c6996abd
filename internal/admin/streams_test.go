package admin_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"sseserver/broker"
	"sseserver/internal/logs"
)

// list is the answer to GET /streams.
type list struct {
	Streams []struct {
		StreamID, MessageID, Kind, Unit, Client string
		AgeMS, LagMS                            int64
		Position, Total                         *int
		Resumed                                 bool
	}
	Total, Matched, Shown int
}

func listOf(t *testing.T, text string) (l list) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&l); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return l
}

// The running streams, in the order that is asked for.
func TestStreams(t *testing.T) {
	r := start(t, 1<<20)
	if got := r.ask(t, "GET", "/streams").body; got != `{"streams":[],"total":0,"matched":0,"shown":0}` {
		t.Errorf("without a stream: %s", got)
	}
	a := r.stream(t, "abcdef", "192.0.2.1", broker.AfterNone)
	b := r.stream(t, "abcdefgh", "192.0.2.2", 2)
	c := r.stream(t, "abc", "2001:db8::3", broker.AfterNone)
	a.Mark.Wrote(1, 30*time.Millisecond)
	c.Mark.Wrote(0, 20*time.Millisecond)
	for query, want := range map[string][]*broker.Subscription{
		"":                                    {a, b, c},
		"?sort=age&order=desc":                {a, b, c},
		"?order=asc":                          {c, b, a},
		"?sort=lag":                           {a, c, b},
		"?sort=lag&limit=1":                   {a},
		"?sort=position":                      {b, a, c},
		"?sort=position&order=asc&limit=2":    {c, a},
		"?where=client=192.0.2.2":             {b},
		"?where=client.address~192.0.2":       {a, b},
		"?where=stream_id=" + c.ID.String():   {c},
		"?where=messageId=" + a.Message.Name:  {a},
		"?where=resumed=true":                 {b},
		"?where=position=1&where=total=6":     {a},
		"?where=*~2001:DB8":                   {c},
		"?where=nothing=x":                    {},
		"?where=kind=characters&where=unit~X": {},
		"?where=unit=character&sort=lag":      {a, c, b},
	} {
		got := listOf(t, r.ask(t, "GET", "/streams"+query).body)
		var ids, wanted []string
		for _, row := range got.Streams {
			ids = append(ids, row.StreamID)
		}
		for _, stream := range want {
			wanted = append(wanted, stream.ID.String())
		}
		if !slices.Equal(ids, wanted) || got.Shown != len(want) || got.Total != 3 {
			t.Errorf("%s: %q, want %q; %+v", query, ids, wanted, got)
		}
	}
	rows := listOf(t, r.ask(t, "GET", "/streams").body).Streams
	if row := rows[1]; row.Client != "192.0.2.2" || *row.Total != 8 || *row.Position != 2 || !row.Resumed || row.Unit != "character" || row.Kind != "characters" || row.MessageID != b.Message.Name {
		t.Errorf("the resumed one is %+v", row)
	}
	if row := rows[0]; *row.Position != 1 || row.LagMS != 30 || row.Resumed || row.AgeMS < 0 {
		t.Errorf("the first one is %+v", row)
	}
}

// An operator ends a stream, and no other.
func TestEndStream(t *testing.T) {
	r := start(t, 1<<20)
	a, b := r.stream(t, "abc", "192.0.2.1", broker.AfterNone), r.stream(t, "abc", "192.0.2.1", broker.AfterNone)
	path := "/streams/" + a.ID.String()
	if got := r.ask(t, "DELETE", path); got.StatusCode != 204 {
		t.Fatalf("%s: %s", path, got.Status)
	}
	for range a.Chunks() { // until it ends
	}
	if err := a.Err(); !errors.Is(err, broker.ErrClosedByAdmin) {
		t.Errorf("it ended with %v", err)
	}
	line := r.ask(t, "GET", "/log/lines?where=event="+logs.StreamEndRequested.Name).body
	if !strings.Contains(line, a.ID.String()) || !strings.Contains(line, a.Message.Name) || !strings.Contains(line, `"client.address":"127.0.0.1"`) {
		t.Errorf("the log says %q", line)
	}
	if err := b.Err(); err != nil {
		t.Errorf("the other ended with %v", err)
	}
	r.ask(t, "DELETE", "/streams/"+strings.Repeat("0", 8)+"-0000-4000-8000-000000000000").wantProblem(t, 404, "not_found")
	if got := r.ask(t, "POST", path).StatusCode; got != 405 {
		t.Errorf("POST: %d", got)
	}
}

// Who watches the streams gets the list at once, and then what it has become.
func TestWatchStreams(t *testing.T) {
	r := start(t, 1<<20)
	w := r.watch(t, "/streams/events?sort=age&order=asc", "")
	if got := listOf(t, w.want("streams").data); got.Total != 0 {
		t.Errorf("at first: %+v", got)
	}
	a := r.stream(t, "abc", "192.0.2.1", broker.AfterNone)
	for {
		if got := listOf(t, w.want("streams").data); got.Total == 1 && got.Streams[0].StreamID == a.ID.String() {
			break
		}
	}
}
