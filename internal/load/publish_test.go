package load

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"sseserver/internal/load/measure"
)

// oneOf does something to publication 7 on its way to one of the clients.
func oneOf(instead func(frame string) []string) func(int, string) []string {
	return func(subscriber int, frame string) []string {
		if subscriber == 3 && idOf(frame) == "7" {
			return instead(frame)
		}
		return []string{frame}
	}
}

// swapped gives publication 7 after 8 to one of the clients.
func swapped() func(int, string) []string {
	var held string
	return func(subscriber int, frame string) []string {
		switch {
		case subscriber != 3:
		case idOf(frame) == "7":
			held = frame
			return nil
		case idOf(frame) == "8":
			return []string{frame, held}
		}
		return []string{frame}
	}
}

// breakAt breaks all connections when publication n comes, before it is passed on.
func breakAt(at int) func(*hub, int) {
	return func(h *hub, n int) {
		if n == at {
			h.closeAll()
		}
	}
}

// What a hub does to its publications is counted exactly.
func TestHub(t *testing.T) {
	const all = published * hubClients
	tests := []struct {
		name string
		hub  *hub
		want measure.Counts
	}{
		{"nothing", &hub{}, measure.Counts{Published: published, Delivered: all, Good: hubClients}},
		{
			"forgets a client once", &hub{spoil: oneOf(func(string) []string { return nil })},
			measure.Counts{Published: published, Delivered: all - 1, Lost: 1, Good: hubClients - 1},
		},
		{
			"doubles one", &hub{spoil: oneOf(func(f string) []string { return []string{f, f} })},
			measure.Counts{Published: published, Delivered: all, Duplicate: 1, Good: hubClients - 1},
		},
		{
			"swaps two", &hub{spoil: swapped()},
			measure.Counts{Published: published, Delivered: all, Reordered: 1, Good: hubClients - 1},
		},
		{
			"refuses every tenth", &hub{taken: func(n int) int {
				if n%10 == 8 {
					return http.StatusServiceUnavailable
				}
				return http.StatusOK
			}},
			measure.Counts{Published: 18, Unpublished: 2, Delivered: 18 * hubClients, Lost: 2 * hubClients},
		},
		{
			"breaks connections, and keeps what came", &hub{keeps: true, turn: breakAt(10)},
			measure.Counts{Published: published, Delivered: all, Truncated: hubClients, Reconnects: hubClients, Good: hubClients},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			result := mustRun(t, publishTo(startHub(t, tt.hub)))
			c := result.Tally.Counts
			got := measure.Counts{
				Published: c.Published, Unpublished: c.Unpublished, Delivered: c.Delivered, Lost: c.Lost, Duplicate: c.Duplicate,
				Reordered: c.Reordered, Corrupt: c.Corrupt, Early: c.Early, Truncated: c.Truncated, Reconnects: c.Reconnects,
				ResumedWrong: c.ResumedWrong, Failed: c.Failed, Good: c.Good,
			}
			if got != tt.want {
				t.Errorf("\ngot  %+v\nwant %+v", got, tt.want)
			}
			if n := result.Tally.Distributions.In(measure.Lateness, measure.Steady).TotalCount(); n != all {
				t.Errorf("%d latenesses, want one for each publication and client, lost or not: %d", n, all)
			}
			if n := result.Tally.Distributions.In(measure.Publish, measure.Steady).TotalCount(); n != published {
				t.Errorf("%d publications timed, want %d", n, published)
			}
		})
	}
}

// What a hub without memory publishes while its clients are away is lost to
// them, and nothing else.
func TestHubWithoutMemory(t *testing.T) {
	t.Parallel()
	h := startHub(t, &hub{turn: breakAt(10)})
	c := mustRun(t, publishTo(h)).Tally.Counts
	if h.absent < hubClients || c.Lost != uint64(h.absent) || c.Delivered+c.Lost != published*hubClients || c.ResumedWrong != hubClients || c.Duplicate != 0 {
		t.Errorf("%d were not passed on; got %+v", h.absent, c)
	}
}

func TestRefusedPublications(t *testing.T) {
	t.Parallel()
	h := startHub(t, &hub{taken: func(int) int { return http.StatusServiceUnavailable }})
	result := mustRun(t, publishTo(h))
	if got := result.Tally.Errors["publish_status_503"]; got != published || result.PublishRefusal != "503 Service Unavailable not\\tnow" {
		t.Errorf("errors %v, refusal %q", result.Tally.Errors, result.PublishRefusal)
	}
}

func TestHubThatIsNotThere(t *testing.T) {
	t.Parallel()
	h := startHub(t, &hub{})
	c := publishTo(h)
	c.Publish.URL, c.Drain = "http://127.0.0.1:1/pub", time.Second
	result := mustRun(t, c)
	if got := result.Tally.Errors["publish_connect_failed"]; got != published || !strings.Contains(result.PublishRefusal, "refused") {
		t.Errorf("errors %v, refusal %q", result.Tally.Errors, result.PublishRefusal)
	}
}

// What the hub delays is lateness, all of it, and none of the publisher's.
func TestDelayOfHubIsLateness(t *testing.T) {
	t.Parallel()
	const delay = 20 * time.Millisecond
	h := startHub(t, &hub{delay: delay})
	lateness := mustRun(t, publishTo(h)).Tally.Distributions.In(measure.Lateness, measure.Steady)
	if least := time.Duration(lateness.Min()) * time.Microsecond; lateness.TotalCount() != published*hubClients || least < delay-time.Millisecond {
		t.Errorf("%d latenesses, the least %v; want %d of %v or more", lateness.TotalCount(), least, published*hubClients, delay)
	}
}

// A hub that is behind when the steady window ends gets the rest in the drain:
// here it answers the first then.
func TestHubThatIsBehind(t *testing.T) {
	t.Parallel()
	h := startHub(t, &hub{taken: func(n int) int {
		if n == 0 {
			<-time.After(400 * time.Millisecond)
		}
		return http.StatusOK
	}})
	if got := mustRun(t, publishTo(h)).Tally.Counts; got.Published != published || got.Delivered != published*hubClients || got.Lost != 0 {
		t.Errorf("got %+v", got)
	}
}

// But not for ever.
func TestPublisherIsBounded(t *testing.T) {
	t.Parallel()
	over := make(chan struct{})
	h := startHub(t, &hub{taken: func(int) int {
		<-over
		return http.StatusOK
	}})
	c := publishTo(h)
	c.Publish.Rate, c.Drain = 1000, 300*time.Millisecond
	result := mustRun(t, c)
	close(over)
	unsent, unanswered := result.Tally.Errors["publish_unsent"], result.Tally.Errors["publish_unanswered"]
	if unsent+unanswered != 400 || unanswered > uint64(maxInFlight) || result.Tally.Counts.Unpublished != 400 {
		t.Errorf("errors %v, want 400 not sent or not answered, and of these %d at most", result.Tally.Errors, maxInFlight)
	}
	if drain := result.Windows.End - result.Windows.Steady; drain != c.Drain {
		t.Errorf("the drain took %v, want %v", drain, c.Drain)
	}
}

// Several processes share the clients; one publishes.
func TestPublishingWithSeveralProcesses(t *testing.T) {
	t.Parallel()
	c := publishTo(startHub(t, &hub{}))
	c.Processes = 3
	if got := mustRun(t, c).Tally.Counts; got.Published != published || got.Delivered != published*hubClients || got.Lost != 0 || got.Early != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestWhatAPublicationLooksLike(t *testing.T) {
	t.Parallel()
	for _, protocol := range []string{"http1", "h2c"} {
		h := startHub(t, &hub{})
		c := publishTo(h)
		c.Protocol = protocol
		c.Header = http.Header{"X-All": {"yes"}, "X-Client": {"{client}"}, "X-Both": {"streams"}}
		c.Publish.URL += "?n={n}"
		c.Publish.Header = http.Header{"x-both": {"publications"}, "X-Id": {"{uuid}"}}
		mustRun(t, c)
		first, second := h.requests[0], h.requests[1]
		for name, want := range map[string]string{
			"X-All": "yes", "X-Client": "", "X-Both": "publications", "Content-Type": "application/json",
		} {
			if got := first.Header.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		if id := first.Header.Get("X-Id"); len(id) != 36 || id == second.Header.Get("X-Id") {
			t.Errorf("ids %q and %q", id, second.Header.Get("X-Id"))
		}
		if major := map[string]int{"http1": 1, "h2c": 2}[protocol]; first.ProtoMajor != major {
			t.Errorf("%s: published over %s", protocol, first.Proto)
		}
	}
}
