package run

import (
	"encoding/json"
	"testing"
	"time"
)

// What began after a kill, and before the next, belongs to it. A stall begins with the
// last event before.
func TestGapsOfKills(t *testing.T) {
	var load loadReport
	if err := json.Unmarshal([]byte(`{"timeline": [
		{"outages": 1, "outage_max_ms": 9},
		{"outages": 5, "outage_max_ms": 2100, "stalls": 1, "stall_max_ms": 1500},
		{"outages": 2, "outage_max_ms": 2000},
		{},
		{"stalls": 4, "stall_max_ms": 6000},
		{"stalls": 3, "stall_max_ms": 5000}
	]}`), &load); err != nil {
		t.Fatal(err)
	}
	load.Started = start
	kills := []kill{
		{Kill{Member: "node-1"}, start.Add(1200 * time.Millisecond)},
		{Kill{Member: "engine-1", Leads: true}, start.Add(6 * time.Second)}, // after which the last events before it have come
	}
	got := results(kills, load, loadReport{Started: start})
	want := []Kill{
		{Member: "node-1", At: 1.2, Live: Gaps{Outages: 7, OutageMax: 2100, Stalls: 1, StallMax: 1500}},
		{Member: "engine-1", Leads: true, At: 6, Live: Gaps{Stalls: 7, StallMax: 6000}},
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got  %+v\nwant %+v", got[i], want[i])
		}
	}
}

// Whatever did not come, or not to its end, is wrong. That connections broke is not.
func TestWrongWhileKilled(t *testing.T) {
	var load loadReport
	if err := json.Unmarshal([]byte(`{"counts": {"streams": 9, "completed": 7, "truncated": 3, "reconnects": 3, "lost": 4, "resumed_wrong": 1},
		"metrics": {"outage": {"count": 3, "p50": 1, "p99": 2, "max": 3}}}`), &load); err != nil {
		t.Fatal(err)
	}
	got := load.killed()
	if len(got.Wrong) != 3 || got.Wrong["lost"] != 4 || got.Wrong["resumed wrongly"] != 1 || got.Wrong["not completed"] != 2 {
		t.Errorf("got %v", got.Wrong)
	}
	if got.Broken != 3 || got.Resumed != 3 || got.Outage != (Times{3, 1, 2, 3}) {
		t.Errorf("got %+v", got)
	}
}
