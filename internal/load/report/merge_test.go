package report

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"sseserver/internal/load"
	"sseserver/internal/load/measure"
	"sseserver/internal/load/threshold"
	"sseserver/internal/load/track"
)

// generated is a run of one generator with random figures.
func generated(t *testing.T, seed uint64, change func(r *load.Result)) *Report {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 0))
	return example(t, func(r *load.Result) {
		r.Started = r.Started.Add(time.Duration(random.IntN(4000)) * time.Millisecond)
		r.Health.CPU = time.Duration(random.IntN(1_000_000_000))
		counts := reflect.ValueOf(&r.Tally.Counts).Elem()
		for i := range counts.NumField() {
			counts.Field(i).SetUint(random.Uint64N(10_000))
		}
		for range 500 {
			at := time.Duration(random.IntN(11_000)) * time.Millisecond
			r.Tally.Late(measure.Steady, at, time.Duration(random.IntN(1_000_000))*time.Microsecond)
			r.Tally.Distributions.RecordNumber(measure.Metric(random.IntN(int(measure.Metrics))), measure.Drain, random.Int64N(1000))
			second := r.Tally.Timeline.At(at)
			second.Opened, second.Closed = random.Uint64N(10), random.Uint64N(10)
			second.CPU, second.ProbeMax = time.Duration(random.Int64N(1e9)), time.Duration(random.Int64N(1e9))
		}
		r.Tally.Fail(0, "connect_failed")
		if change != nil {
			change(r)
		}
	}, "lateness.p99<100ms")
}

func merge(t *testing.T, sources ...Source) *Report {
	t.Helper()
	r, err := Merge(sources, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func text(t *testing.T, r *Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A report that is merged with nothing keeps every figure, also when it comes
// from a file.
func TestMergeOfOne(t *testing.T) {
	for seed := range uint64(2) {
		want := generated(t, seed, nil)
		var read Report
		if err := json.Unmarshal([]byte(text(t, want)), &read); err != nil {
			t.Fatal(err)
		}
		got := merge(t, Source{"a.json", &read})
		got.Parts = nil
		if text(t, got) != text(t, want) {
			t.Errorf("seed %d: got\n%s\nwant\n%s", seed, summary(t, got), summary(t, want))
		}
	}
}

func TestMergeInAnyOrder(t *testing.T) {
	for seed := range uint64(2) {
		a, b, c := Source{"a.json", generated(t, 3*seed, nil)}, Source{"b.json", generated(t, 3*seed+1, nil)}, Source{"c.json", generated(t, 3*seed+2, nil)}
		want, got := merge(t, a, b, c), merge(t, c, a, b)
		if text(t, got) != text(t, want) {
			t.Errorf("seed %d: got\n%s\nwant\n%s", seed, summary(t, got), summary(t, want))
		}
		if want.Counts.Events != a.Counts.Events+b.Counts.Events+c.Counts.Events || want.Errors["connect_failed"] != 3 ||
			want.Settings.Clients != 300 || want.Settings.RampPerSecond != 300 {
			t.Errorf("seed %d: the parts do not add up: %+v", seed, want)
		}
		if lateness := want.Metrics["lateness"].Count; lateness != 4500 {
			t.Errorf("seed %d: %d latenesses, want those of all three, 4500", seed, lateness)
		}
	}
}

// Time lines are laid over each other by the clock.
func TestMergeAlignsTimelines(t *testing.T) {
	a := example(t, nil)
	b := example(t, func(r *load.Result) { r.Started = r.Started.Add(2900 * time.Millisecond) })
	r := merge(t, Source{"b.json", b}, Source{"a.json", a})
	if len(r.Timeline) != 15 {
		t.Fatalf("%d seconds, want the 12 of a run and 3 more", len(r.Timeline))
	}
	for second, open := range map[int]int64{0: 100, 2: 100, 3: 200, 10: 200, 11: 100, 13: 100, 14: 0} {
		if got := r.Timeline[second].Open; got != open {
			t.Errorf("second %d: %d open, want %d", second, got, open)
		}
	}
	if r.Timeline[4].Events != 4000 || r.Timeline[2].Events != 2000 || r.Rates.EventsPerSecond != 4000 {
		t.Errorf("events: %+v, %+v, rates %+v", r.Timeline[4], r.Timeline[2], r.Rates)
	}
	if !r.Started.Equal(a.Started) {
		t.Errorf("started %v, want that of the first", r.Started)
	}
}

// The seconds of a report go back to what they were made of, all of them.
func TestTimelineGoesBack(t *testing.T) {
	r := generated(t, 7, nil)
	_, got := newTimeline(r.timeline(), r.Health.Cores)
	if !reflect.DeepEqual(got, r.Timeline) {
		t.Errorf("got %+v\nwant %+v", got, r.Timeline)
	}
}

func TestMergeJudgesAnew(t *testing.T) {
	a := example(t, nil, "lateness.p99<100ms")
	b := example(t, func(r *load.Result) {
		r.Started = r.Started.Add(time.Second)
		r.Tally.Counts.Lost = 1
		r.Config.Duration = 20 * time.Second
	}, "lost<=0.1%")
	r := merge(t, Source{"a.json", a}, Source{"b.json", b})
	if r.Outcome != Fail || r.ExitCode != 99 || len(r.Thresholds) < 3 {
		t.Errorf("got %s, %+v; want one that fails, as a lost event breaks lost==0 of the first", r.Outcome, r.Thresholds)
	}
	if want := []string{"setting duration differs: 10 s in a.json, 20 s in b.json"}; !reflect.DeepEqual(r.Notes, want) {
		t.Errorf("notes %q, want %q", r.Notes, want)
	}
	golden(t, "merged.txt", summary(t, r))

	condition, err := threshold.Parse("events_per_second>1e9")
	if err != nil {
		t.Fatal(err)
	}
	r, err = Merge([]Source{{"a.json", a}}, []threshold.Threshold{condition})
	if err != nil || r.Outcome != Fail {
		t.Errorf("a condition given for the merge: got %v, %v", r.Outcome, err)
	}
}

func TestMergeIsNotFitterThanItsParts(t *testing.T) {
	a := example(t, nil)
	b := example(t, func(r *load.Result) {
		r.Started = r.Started.Add(time.Second)
		r.Health.CPU = 19 * time.Second
	})
	c := example(t, func(r *load.Result) { r.Started, r.Interrupted = r.Started.Add(2*time.Second), true })
	r := merge(t, Source{"a.json", a}, Source{"b.json", b})
	if r.ExitCode != 3 || r.Health.CPUShare != 0.95 || r.Health.Cores != 4 || len(r.Health.Complaints) != 1 ||
		!strings.HasPrefix(r.Health.Complaints[0], "b.json: the generator used 95 %") {
		t.Errorf("exit code %d, health %+v", r.ExitCode, r.Health)
	}
	if r := merge(t, Source{"a.json", a}, Source{"c.json", c}); r.Outcome != Interrupted {
		t.Errorf("one was interrupted: got %s", r.Outcome)
	}
}

func TestMergeRefuses(t *testing.T) {
	a := example(t, nil)
	later := func(change func(r *load.Result)) *Report {
		return example(t, func(r *load.Result) { r.Started = r.Started.Add(time.Second); change(r) })
	}
	for want, b := range map[string]*Report{
		"kind characters and progress": later(func(r *load.Result) { r.Config.Kind = track.Progress }),
		"they load other paths, / and /events": later(func(r *load.Result) {
			r.Config.Servers, r.Config.URLs = nil, []string{"http://127.0.0.1:4400/events"}
		}),
		"they are of the same run":           a,
		"one had ended when the other began": later(func(r *load.Result) { r.Started = r.Started.Add(time.Hour) }),
	} {
		_, err := Merge([]Source{{"a.json", a}, {"b.json", b}}, nil)
		if err == nil || !strings.HasPrefix(err.Error(), "cannot merge a.json and b.json: ") || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
	host := later(func(r *load.Result) { r.Config.Servers = []string{"http://10.0.0.1:4400"} })
	if r := merge(t, Source{"a.json", a}, Source{"b.json", host}); len(r.Notes) != 1 {
		t.Errorf("another name of the host: notes %q, want one", r.Notes)
	}
}
