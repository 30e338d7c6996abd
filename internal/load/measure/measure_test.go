package measure

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"
)

func TestHeatEdgesAndBucketsAgree(t *testing.T) {
	for bucket := range HeatBuckets {
		edge := HeatEdge(bucket)
		if got := HeatBucket(edge); got != bucket {
			t.Errorf("HeatBucket(%v) = %d, want %d", edge, got, bucket)
		}
		if bucket == 0 {
			continue
		}
		if below := edge - 1; HeatBucket(below) != bucket-1 {
			t.Errorf("HeatBucket(%v) = %d, want %d", below, HeatBucket(below), bucket-1)
		}
	}
	if got := HeatBucket(24 * time.Hour); got != HeatBuckets-1 {
		t.Errorf("a day is in bucket %d, want the last one, %d", got, HeatBuckets-1)
	}
	if got := HeatBucket(-time.Second); got != 0 {
		t.Errorf("an early event is in bucket %d, want 0", got)
	}
}

func TestHeatQuantile(t *testing.T) {
	var s Second
	for range 99 {
		s.late(time.Millisecond)
	}
	s.late(time.Second)
	for quantile, value := range map[float64]time.Duration{0.5: time.Millisecond, 0.99: time.Millisecond, 1: time.Second} {
		want := HeatEdge(HeatBucket(value) + 1)
		if got := HeatQuantile(s.Lateness, quantile); got != want {
			t.Errorf("quantile %v: got %v, want %v", quantile, got, want)
		}
	}
	if got := HeatQuantile(nil, 0.5); got != 0 {
		t.Errorf("an empty row has quantile %v, want 0", got)
	}
}

func TestCountsAddEveryField(t *testing.T) {
	var sum, one Counts
	fields := reflect.ValueOf(&one).Elem()
	for i := range fields.NumField() {
		fields.Field(i).SetUint(uint64(i + 1))
	}
	sum.Add(one)
	sum.Add(one)
	for i := range fields.NumField() {
		if got, want := reflect.ValueOf(sum).Field(i).Uint(), uint64(2*(i+1)); got != want {
			t.Errorf("%s: got %d, want %d", fields.Type().Field(i).Name, got, want)
		}
	}
}

// What one process measured must not change on its way to another.
func TestTallyTravelsAndMerges(t *testing.T) {
	a := example(1)
	encoded, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	var b Tally
	if err := json.Unmarshal(encoded, &b); err != nil {
		t.Fatal(err)
	}
	b.Merge(example(2))

	want := example(1)
	want.Merge(example(2))
	if !reflect.DeepEqual(b.Counts, want.Counts) || !reflect.DeepEqual(b.Errors, want.Errors) ||
		!reflect.DeepEqual(b.Timeline, want.Timeline) {
		t.Errorf("after the way as JSON\ngot  %+v\nwant %+v", b, want)
	}
	for m := range Metrics {
		for w := range Windows {
			if got, want := b.Distributions.In(m, w), want.Distributions.In(m, w); !got.Equals(want) {
				t.Errorf("%v in %v: %d values, want %d", m, w, got.TotalCount(), want.TotalCount())
			}
		}
	}
	if got := b.Distributions.Overall(Lateness).TotalCount(); got != 6 {
		t.Errorf("lateness over all windows has %d values, want 6", got)
	}
}

func TestTallyRefusesBrokenHistograms(t *testing.T) {
	var d Distributions
	if err := json.Unmarshal([]byte(`{"lateness":{"steady":"nonsense"}}`), &d); err == nil {
		t.Error("a broken histogram was accepted")
	}
}

func TestRecordClamps(t *testing.T) {
	var d Distributions
	d.Record(ITL, Steady, -time.Second)
	d.Record(ITL, Steady, 48*time.Hour)
	h := d.In(ITL, Steady)
	if h.TotalCount() != 2 || h.Min() != 0 || !h.ValuesAreEquivalent(h.Max(), highest) {
		t.Errorf("got %d values from %d to %d, want 2 from 0 to %d", h.TotalCount(), h.Min(), h.Max(), highest)
	}
}

func TestRecordingAllocatesNothing(t *testing.T) {
	var tally Tally
	record := func() {
		tally.Late(Steady, 3*time.Second, 20*time.Millisecond)
		tally.Distributions.Record(ITL, Steady, 50*time.Millisecond)
		tally.Timeline.At(3*time.Second).Events++
	}
	record()
	if allocs := testing.AllocsPerRun(100, record); allocs != 0 {
		t.Errorf("%v allocations for one event, want 0", allocs)
	}
}

func TestMetricNames(t *testing.T) {
	for m := range Metrics {
		if got, ok := MetricByName(m.String()); !ok || got != m || m.Meaning() == "" {
			t.Errorf("metric %d: name %q finds %d, %v; meaning %q", m, m, got, ok, m.Meaning())
		}
	}
}

func example(n int) *Tally {
	t := &Tally{Counts: Counts{Events: uint64(n), Lost: 1}}
	for i := range 3 {
		t.Late(Window(i), time.Duration(i)*time.Second, time.Duration(n)*time.Millisecond)
	}
	t.Distributions.RecordNumber(EventsPerRead, Steady, int64(n))
	t.Fail(5*time.Second, "connection refused")
	at := t.Timeline.At(time.Second)
	at.CPU, at.ProbeMax, at.Opened = time.Millisecond, time.Duration(n), 2
	return t
}
