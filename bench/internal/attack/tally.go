package attack

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Tally is what became of an attack's requests. One that was still under way at
// the end is neither answered nor cut off.
type Tally struct {
	Requests   int         `json:"requests"`
	Answers    map[int]int `json:"answers"` // by status, when the head arrived
	Broken     int         `json:"broken"`  // connections and streams that were refused or cut off
	LastBroken string      `json:"last_broken,omitempty"`
}

// Plus is both tallies together.
func (t Tally) Plus(other Tally) Tally {
	sum := Tally{Requests: t.Requests + other.Requests, Broken: t.Broken + other.Broken, Answers: make(map[int]int)}
	sum.LastBroken = cmp.Or(other.LastBroken, t.LastBroken)
	for _, answers := range []map[int]int{t.Answers, other.Answers} {
		for status, n := range answers {
			sum.Answers[status] += n
		}
	}
	return sum
}

// String is the tally in words.
//
//	6000 requests, answered 5800 × 200, 150 × 503; 50 cut off
func (t Tally) String() string {
	var answers []string
	for _, status := range slices.Sorted(maps.Keys(t.Answers)) {
		answers = append(answers, fmt.Sprintf("%d × %d", t.Answers[status], status))
	}
	if answers == nil {
		answers = []string{"never"}
	}
	return fmt.Sprintf("%d requests, answered %s; %d cut off", t.Requests, strings.Join(answers, ", "), t.Broken)
}

// tally is one that the clients of an attack write together.
type tally struct {
	mu sync.Mutex
	Tally
}

func (t *tally) request() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.Requests++
}

func (t *tally) answer(status int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.Answers == nil {
		t.Answers = make(map[int]int)
	}
	t.Answers[status]++
}

func (t *tally) cut(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.Broken++
	t.LastBroken = err.Error()
}

func (t *tally) sum() Tally {
	t.mu.Lock()
	defer t.mu.Unlock()
	return Tally{}.Plus(t.Tally)
}
