package admin_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"sseserver/internal/logs"
)

// second is one sample.
type second struct {
	Time                                                  time.Time
	Streams, Messages, Goroutines                         int
	EventsPerSecond                                       float64
	LatenessP50MS, LatenessP99MS                          *float64
	Opened, Rejected, StoreBytes, MemoryBytes, LogDropped int64
	Ends                                                  map[string]int64
}

func decode(t *testing.T, text string, to any) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(to); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

// Who watches the overview gets what happens in each second, and after a lost
// connection the seconds that it missed.
func TestOverview(t *testing.T) {
	r := start(t, 1<<20)
	w := r.watch(t, "/overview/events", "")
	var before []second
	decode(t, w.want("samples").data, &before)
	r.metrics.StreamOpened("characters", false)
	r.metrics.StreamOpened("progress", true)
	r.metrics.StreamClosed("characters", logs.ReasonCompleted, time.Second)
	r.metrics.StreamRejected(logs.CodeTooManyStreams)
	r.metrics.Sums.FirstPositions.Add(4711) // which are no openings
	r.metrics.Sums.StreamBytes.Add(4711)    // and these no ends
	r.metrics.LogEntryDropped()
	r.metrics.Stream("characters").Sent(7, 100)
	for range 99 {
		r.metrics.Stream("characters").Late(500 * time.Microsecond)
	}
	r.metrics.Stream("characters").Late(15 * time.Millisecond)
	var all second // as the seconds may divide what happened
	var id string
	for all.LogDropped == 0 || all.LatenessP99MS == nil {
		var s second
		e := w.want("sample")
		decode(t, e.data, &s)
		if s.LatenessP99MS != nil {
			all.LatenessP50MS, all.LatenessP99MS = s.LatenessP50MS, s.LatenessP99MS
		}
		all.Opened += s.Opened
		all.Rejected += s.Rejected
		all.LogDropped = s.LogDropped
		all.EventsPerSecond += s.EventsPerSecond
		if s.Ends[logs.ReasonCompleted] == 1 {
			all.Ends = s.Ends
		}
		if s.Time.IsZero() || s.Goroutines == 0 || s.MemoryBytes < 1<<20 {
			t.Errorf("%+v", s)
		}
		id = e.id
	}
	if all.Opened != 2 || all.Rejected != 1 || len(all.Ends) != 1 || all.EventsPerSecond <= 0 || *all.LatenessP50MS > 1 || *all.LatenessP99MS > 20 {
		t.Errorf("%+v", all)
	}
	w.want("sample")
	w.close()
	w = r.watch(t, "/overview/events", id)
	var missed []second
	decode(t, w.want("samples").data, &missed)
	if len(missed) == 0 || len(missed) > 100 || missed[0].Opened != 0 {
		t.Errorf("after %s: %+v", id, missed)
	}
}
