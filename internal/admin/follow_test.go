package admin_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// Who follows gets what was there, is told that this was all, and gets what comes.
func TestFollow(t *testing.T) {
	r := start(t, 1<<20)
	r.log(1, 5)
	w := r.watch(t, "/log/events?backfill=3", "")
	w.wantLines(3, 5)
	if got := w.want("live"); got.data != `{"seq":5}` || !strings.HasSuffix(got.id, "-5") {
		t.Errorf("got %+v", got)
	}
	r.log(6, 9)
	w.wantLines(6, 9)
}

// A client that comes back gets each line once, and is told if the server is another.
func TestResume(t *testing.T) {
	r := start(t, 1<<20)
	r.log(1, 20)
	w := r.watch(t, "/log/events?backfill=20", "")
	w.wantLines(1, 13)
	id := w.id
	r.leave(w)
	r.log(21, 25)
	w = r.watch(t, "/log/events?backfill=1", id)
	w.wantLines(14, 25)
	w.want("live")

	r.leave(w)
	w = r.watch(t, "/log/events?backfill=1&lastEventId="+id, "") // where the head cannot be set
	w.wantLines(14, 25)
	w.want("live")

	for _, of := range []string{"other-13", "13", "x", strings.Replace(id, "-13", "-26000", 1)} {
		r.leave(w)
		w = r.watch(t, "/log/events?backfill=2", of)
		if got := w.want("restarted"); got.data != "{}" {
			t.Errorf("after %q: %+v", of, got)
		}
		if got := w.want("gap"); got.data != `{"from":1,"to":23,"count":23}` || !strings.HasSuffix(got.id, "-23") {
			t.Errorf("after %q: %+v", of, got)
		}
		w.wantLines(24, 25)
		w.want("live")
	}
}

// Lines that are no longer there are told of, by their numbers.
func TestGapOfOldLines(t *testing.T) {
	r := start(t, 16<<10)
	r.log(1, 1)
	w := r.watch(t, "/log/events", "")
	w.wantLines(1, 1)
	w.want("live")
	id := w.id
	r.leave(w)
	r.log(2, 400)
	w = r.watch(t, "/log/events", id)
	var told struct{ From, To, Count int }
	got := w.want("gap")
	if err := json.Unmarshal([]byte(got.data), &told); err != nil || told.From != 2 || told.To <= 200 || told.Count != told.To-1 {
		t.Fatalf("%+v: %v", got, err)
	}
	if !strings.HasSuffix(got.id, fmt.Sprint("-", told.To)) {
		t.Errorf("the gap up to %d has the id %s", told.To, got.id)
	}
	w.wantLines(told.To+1, 400)
}

// Filters, by what they take of eight lines.
func TestFilters(t *testing.T) {
	r := start(t, 1<<20)
	r.log(1, 8)
	for _, test := range []struct {
		query string
		want  []int
	}{
		{"", []int{1, 2, 3, 4, 5, 6, 7, 8}},
		{"level=debug", []int{1, 2, 3, 4, 5, 6, 7, 8}},
		{"level=warn", []int{2, 4, 6, 8}},
		{"level=error", nil},
		{"where=message_id=" + idText(7), []int{2, 4, 6, 7, 8}},
		{"where=message_id=00000000", nil},
		{"where=message_id~0007", []int{2, 4, 6, 7, 8}},
		{"where=stream_id=" + idText(4), []int{4}},
		{"where=active_streams=3", []int{3}},
		{"where=active_streams=3&where=event=stream.slow", nil},
		{"where=message_id=" + idText(7) + "&where=stream_id~6", []int{6}},
		{"where=*~8000-000000000003", []int{3}},
		{"where=*~STREAM.slow", []int{2, 4, 6, 8}},
		{"where=msg~Behind", []int{2, 4, 6, 8}},
		{"where=nothing=", nil},
		{"where=event~=", nil},
		{"where=seq=5", []int{5}},
		{"where=level=info&level=info", []int{1, 3, 5, 7}},
		{"where=event=message.deleted&where=level~W", nil},
	} {
		values, err := url.ParseQuery(test.query)
		if err != nil {
			t.Fatal(err)
		}
		var got []int
		for _, text := range texts(r.ask(t, "GET", "/log/lines?"+values.Encode()).body) {
			got = append(got, seqOf(t, text))
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s\n got %v\nwant %v", test.query, got, test.want)
		}
		w := r.watch(t, "/log/events?"+values.Encode(), "")
		for _, n := range test.want {
			w.wantLines(n, n)
		}
		w.want("live")
		w.close()
	}
}

// What cannot be asked for is named.
func TestBadQueries(t *testing.T) {
	r := start(t, 1<<20)
	r.log(1, 3)
	for path, parameter := range map[string]string{
		"/log/events?level=fatal": "level", "/log/events?level=": "level", "/log/events?level=INFO": "level",
		"/log/events?where=x": "where", "/log/events?where==x": "where", "/log/events?where=~x": "where", "/log/events?where=*=x": "where", "/log/events?where=": "where",
		"/log/events?" + strings.Repeat("where=a=b&", 17): "where",
		"/log/events?backfill=-1":                         "backfill", "/log/events?backfill=5001": "backfill", "/log/events?backfill=x": "backfill", "/log/events?backfill=": "backfill",
		"/log/lines?level=x": "level", "/log/lines?where=x": "where", "/log/lines?around=0": "around", "/log/lines?around=x": "around", "/log/lines?around=1&lines=501": "lines",
		"/streams?sort=name": "sort", "/streams?order=up": "order", "/streams?limit=0": "limit", "/streams?limit=1001": "limit", "/streams?where=x": "where",
		"/streams/events?sort=x": "sort", "/streams/events?limit=x": "limit",
	} {
		if got := r.ask(t, "GET", path).wantProblem(t, 400, "invalid_parameter"); got != parameter {
			t.Errorf("%s: %q, want %q", path, got, parameter)
		}
	}
	r.ask(t, "GET", "/log/lines?around=4").wantProblem(t, 404, "not_found")
	r.ask(t, "GET", "/nothing").wantProblem(t, 404, "not_found")
	r.ask(t, "DELETE", "/streams/x").wantProblem(t, 404, "not_found")
}

// The lines that there are can be kept as a file, or looked at about one of them.
func TestLines(t *testing.T) {
	r := start(t, 1<<20)
	r.log(1, 100)
	all := r.ask(t, "GET", "/log/lines")
	if got := texts(all.body); len(got) != 100 || seqOf(t, got[99]) != 100 {
		t.Errorf("%d lines", len(got))
	}
	if kind, as := all.Header.Get("Content-Type"), all.Header.Get("Content-Disposition"); kind != "application/x-ndjson" || !strings.HasPrefix(as, `attachment; filename="sseserver-`) {
		t.Errorf("it is %s, %s", kind, as)
	}
	for _, test := range []struct {
		query       string
		first, last int
	}{
		{"around=50", 30, 70}, {"around=50&lines=0", 50, 50}, {"around=2&lines=5&level=error&where=a=b", 1, 7}, {"around=100&lines=3", 97, 100}, {"around=1&lines=500", 1, 100},
	} {
		got := texts(r.ask(t, "GET", "/log/lines?"+test.query).body)
		if len(got) != test.last-test.first+1 || seqOf(t, got[0]) != test.first || seqOf(t, got[len(got)-1]) != test.last {
			t.Errorf("%s: %d lines from %s, want %d to %d", test.query, len(got), got[0], test.first, test.last)
		}
	}
}

// Who follows sees how it ends, and comes back later.
func TestFollowToTheEnd(t *testing.T) {
	r := start(t, 1<<20)
	w := r.watch(t, "/log/events?level=warn", "")
	w.want("live")
	r.log(1, 7)
	r.admin.End()
	for _, n := range []int{2, 4, 6} {
		w.wantLines(n, n)
	}
	if e, more := w.next(); more {
		t.Errorf("then came %+v", e)
	}
	w = r.watch(t, "/overview/events", "")
	w.want("samples")
	if e, more := w.next(); more {
		t.Errorf("then came %+v", e)
	}
}
