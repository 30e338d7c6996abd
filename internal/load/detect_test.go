package load

import (
	"strings"
	"testing"
	"time"

	"sseserver/internal/load/measure"
)

// A proxy does one thing to each of eight streams of 30 chunks, and each is
// counted exactly.
func TestEachFaultIsCountedExactly(t *testing.T) {
	t.Parallel()
	const clients, chunks = 8, 30
	untouched := measure.Counts{
		Clients: clients, Streams: clients, Connections: clients, Completed: clients, Judged: clients,
		Events: clients * chunks,
	}
	tests := []struct {
		name string
		do   damage
		want func(c *measure.Counts)
	}{
		{"nothing", undamaged, func(c *measure.Counts) { c.Good = clients }},
		{
			"drops one", at("7", func(string) []string { return nil }),
			func(c *measure.Counts) { c.Events -= clients; c.Lost = clients },
		},
		{
			"drops the last", at("29", func(string) []string { return nil }),
			func(c *measure.Counts) { c.Events -= clients; c.Lost = clients },
		},
		{
			"doubles one", at("7", func(f string) []string { return []string{f, f} }),
			func(c *measure.Counts) { c.Events += clients; c.Duplicate = clients },
		},
		{
			"swaps two", swap("7", "8"),
			func(c *measure.Counts) { c.Reordered = clients },
		},
		{
			"changes a text", at("7", func(f string) []string { return []string{strings.Replace(f, `"chunk":"c"`, `"chunk":"k"`, 1)} }),
			func(c *measure.Counts) { c.Corrupt = clients },
		},
		{
			"changes the digest", at("end", func(f string) []string { return []string{strings.Replace(f, `"sha256":"`, `"sha256":"0`, 1)} }),
			func(c *measure.Counts) { c.Corrupt = clients },
		},
		{
			"cuts", cutAt("7"),
			func(c *measure.Counts) {
				c.Truncated, c.Connections, c.Reconnects, c.Good = clients, 2*clients, clients, clients
			},
		},
		{
			"cuts inside an event", cutInside("7"),
			func(c *measure.Counts) {
				c.Truncated, c.Connections, c.Reconnects, c.Good = clients, 2*clients, clients, clients
			},
		},
		{
			"cuts, and resumes one too late", skipAfterCut("7", "8"),
			func(c *measure.Counts) {
				c.Truncated, c.Connections, c.Reconnects = clients, 2*clients, clients
				c.ResumedWrong, c.Lost, c.Events = clients, clients, c.Events-clients
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			proxy := newProxy(t, tt.do)
			result := mustRun(t, quick(Config{Servers: []string{proxy.URL}, Clients: clients, Message: "the quick brown fox jumps over"}))
			want := untouched
			tt.want(&want)
			got := result.Tally.Counts
			if got.Reads == 0 || got.Comments == 0 {
				t.Errorf("%d reads, %d comments", got.Reads, got.Comments)
			}
			got.Reads, got.Comments, got.Early, got.Steady, got.Coalesced = 0, 0, 0, 0, 0 // depend on time and on the network
			if got != want {
				t.Errorf("\ngot  %+v\nwant %+v", got, want)
			}
			lateness := result.Tally.Distributions.Overall(measure.Lateness).TotalCount()
			if lateness != clients*chunks {
				t.Errorf("%d latenesses, want one for each of %d chunks, lost or not", lateness, clients*chunks)
			}
		})
	}
}

func swap(first, second string) damage {
	return func(c *connection, frame string) ([]string, bool) {
		switch idOf(frame) {
		case first:
			c.held = frame
			return nil, false
		case second:
			return []string{frame, c.held}, false
		}
		return []string{frame}, false
	}
}

func cutAt(id string) damage {
	return func(c *connection, frame string) ([]string, bool) {
		return []string{frame}, !c.resumed && idOf(frame) == id
	}
}

func cutInside(id string) damage {
	return func(c *connection, frame string) ([]string, bool) {
		if !c.resumed && idOf(frame) == id {
			return []string{frame[:len(frame)/2]}, true
		}
		return []string{frame}, false
	}
}

// skipAfterCut hides the event after the cut and what the server says of resuming.
func skipAfterCut(cut, skip string) damage {
	return func(c *connection, frame string) ([]string, bool) {
		switch {
		case !c.resumed && idOf(frame) == cut:
			return []string{frame}, true
		case c.resumed && (idOf(frame) == skip || strings.HasPrefix(frame, "event: resumed")):
			return nil, false
		}
		return []string{frame}, false
	}
}

// The same in a stream that the generator did not make, of which it knows nothing.
func TestFaultsOfAnyStream(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		do   damage
		want measure.Counts
	}{
		{"nothing", undamaged, measure.Counts{}},
		{"drops one", at("7", func(string) []string { return nil }), measure.Counts{Lost: 8}},
		{"doubles one", at("7", func(f string) []string { return []string{f, f} }), measure.Counts{Duplicate: 8}},
		{"swaps two", swap("7", "8"), measure.Counts{Reordered: 8}},
		{
			"changes a text", at("7", func(f string) []string { return []string{strings.Replace(f, `"chunk":"c"`, `"chunk":"k"`, 1)} }),
			measure.Counts{Corrupt: 8},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			proxy := newProxy(t, tt.do)
			c := Config{Servers: []string{proxy.URL}, Message: "the quick brown fox jumps over", Interval: 2 * time.Millisecond}
			asking, err := c.newRequests(0)
			if err != nil {
				t.Fatal(err)
			}
			s, err := newSubmitter(c, asking)
			if err != nil {
				t.Fatal(err)
			}
			defer s.close()
			id, err := s.one(t.Context(), 0, 0)
			if err != nil {
				t.Fatal(err)
			}
			got := mustRun(t, quick(Config{URLs: []string{asking.streamURL(asker{messageID: id}, 0)}})).Tally.Counts
			got = measure.Counts{Lost: got.Lost, Duplicate: got.Duplicate, Reordered: got.Reordered, Corrupt: got.Corrupt}
			if got != tt.want {
				t.Errorf("\ngot  %+v\nwant %+v", got, tt.want)
			}
		})
	}
}
