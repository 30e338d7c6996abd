package load

import (
	"encoding/json"
	"slices"
	"testing"
	"time"
)

func mustStages(t *testing.T, text string) Stages {
	t.Helper()
	stages, err := ParseStages(text)
	if err != nil {
		t.Fatal(err)
	}
	return stages
}

func TestParseStages(t *testing.T) {
	const text = "30s:100,2m0s:5000,0s:7,30s:0"
	stages := mustStages(t, " 30s:100, 2m:5000,0s:7,30s:0")
	if got := stages.String(); got != text || stages.most() != 5000 || stages.length() != 3*time.Minute {
		t.Errorf("got %s, at most %d clients, %v", got, stages.most(), stages.length())
	}
	encoded, err := json.Marshal(Config{Stages: stages})
	var decoded Config
	if err == nil {
		err = json.Unmarshal(encoded, &decoded)
	}
	if err != nil || !slices.Equal(decoded.Stages, stages) {
		t.Errorf("as JSON %s, and back %v (%v)", encoded, decoded.Stages, err)
	}
	for _, bad := range []string{"", "30s", "30s:", ":5", "30:5", "30s:-1", "-1s:5", "30s:5,", "30s:5:6", "1s:9999999999"} {
		if got, err := ParseStages(bad); err == nil {
			t.Errorf("%q: got %v, want an error", bad, got)
		}
	}
}

// When each client is there, by hand.
func TestVisits(t *testing.T) {
	const s = time.Second
	tests := []struct {
		stages string
		want   []visit
	}{
		{"4s:2", []visit{{0, 0, stays}, {1, 2 * s, stays}}},
		{"0s:2,4s:2", []visit{{0, 0, stays}, {1, 0, stays}}},
		{"4s:2,4s:0", []visit{{0, 0, 8 * s}, {1, 2 * s, 6 * s}}},
		{"4s:4,2s:2", []visit{{0, 0, stays}, {1, s, stays}, {2, 2 * s, 6 * s}, {3, 3 * s, 5 * s}}},
		{"2s:2,1s:2,0s:1,1s:1,2s:3,3s:0", []visit{
			{0, 0, 9 * s},
			{1, s, 3 * s},
			{1, 4 * s, 8 * s},
			{2, 5 * s, 7 * s},
		}},
		{"1s:0,2s:1,1s:0,2s:1", []visit{{0, s, 4 * s}, {0, 4 * s, stays}}},
	}
	for _, tt := range tests {
		got := slices.Collect(Config{Stages: mustStages(t, tt.stages), Processes: 1}.visits(0))
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s:\n got %v\nwant %v", tt.stages, got, tt.want)
		}
	}
}

// level is how many clients the stages want at a moment, found independently.
func level(stages Stages, at time.Duration) float64 {
	from := 0.0
	for _, s := range stages {
		if at < s.Over {
			return from + (float64(s.Clients)-from)*at.Seconds()/s.Over.Seconds()
		}
		at, from = at-s.Over, float64(s.Clients)
	}
	return from
}

// At each moment as many clients are there as the stages say, and it makes no
// difference how many processes share them. Each process gets its visits in
// order.
func TestVisitsFollowTheLevel(t *testing.T) {
	stages := mustStages(t, "10s:100,20s:37,0s:60,10s:60,7s:3,3s:250,0s:0,5s:0,10s:11")
	for _, processes := range []int{1, 2, 3, 7} {
		c := Config{Stages: stages, Processes: processes}
		var all []visit
		for p := range processes {
			own := slices.Collect(c.visits(p))
			if !slices.IsSortedFunc(own, func(a, b visit) int { return int(a.from - b.from) }) {
				t.Errorf("process %d of %d: its visits are not in order", p, processes)
			}
			for _, v := range own {
				if v.client%processes != p {
					t.Errorf("process %d of %d has client %d", p, processes, v.client)
				}
			}
			all = append(all, own...)
		}
		for at := time.Millisecond; at < stages.length(); at += 170 * time.Millisecond {
			there := 0
			for _, v := range all {
				if v.from <= at && at < v.until {
					there++
				}
			}
			if want := level(stages, at); float64(there) < want-1e-6 || float64(there) > want+1+1e-6 {
				t.Errorf("%d process(es), %v: %d clients, want %.2f", processes, at, there, want)
			}
		}
	}
}

func TestArrivalsAreExact(t *testing.T) {
	tests := []struct {
		rate     float64
		duration time.Duration
		want     int
	}{
		{50, 10 * time.Second, 500},
		{0.1, 30 * time.Second, 3},
		{3, 100 * time.Millisecond, 1},
		{1.0 / 3, 10 * time.Second, 4},
		{1000, 700 * time.Millisecond, 700},
	}
	for _, tt := range tests {
		c := Config{Servers: []string{"x"}, Arrivals: tt.rate, Duration: tt.duration, Processes: 2}.withDefaults()
		got := append(slices.Collect(c.visits(0)), slices.Collect(c.visits(1))...)
		if len(got) != tt.want {
			t.Errorf("%v per second for %v: %d clients, want %d", tt.rate, tt.duration, len(got), tt.want)
		}
		for _, v := range got {
			if want := time.Duration(float64(v.client) / tt.rate * 1e9); v.from != want || v.until != stays || v.from >= tt.duration {
				t.Errorf("%v per second: %+v, want it to open at %v", tt.rate, v, want)
			}
		}
	}
}
