package logs

import (
	"slices"
	"sync"
	"time"
)

// Bounds of a Quota.
const (
	quotaWindow = time.Second
	quotaLines  = 100  // of one key in a window
	quotaKeys   = 1024 // in a window; further keys share the quota of the zero key
	quotaWords  = 16   // kept of one key in a window
)

// Quota lets a hundred lines a second pass for each key, such as the address of a client,
// and counts the rest. A second begins with the first line after the previous second has
// ended. At its end, report is called, on any goroutine, once for each key that has
// counted lines. Any goroutine may call the methods at any time.
type Quota[K comparable] struct {
	report func(key K, words []string, count int)

	mu   sync.Mutex
	keys map[K]*usage // nil before the first line of a second
}

// usage counts the lines of one key.
type usage struct {
	passed, counted int
	words           []string // of the counted lines, each once
}

// NewQuota returns a quota that calls report with what it has counted.
func NewQuota[K comparable](report func(key K, words []string, count int)) *Quota[K] {
	return &Quota[K]{report: report}
}

// Allow reports whether a line may be written now. If not, it is counted, and its word is
// one of those that report gets.
func (q *Quota[K]) Allow(key K, word string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	u := q.usageOf(key)
	if u.passed < quotaLines {
		u.passed++
		return true
	}
	u.counted++
	if len(u.words) < quotaWords && !slices.Contains(u.words, word) {
		u.words = append(u.words, word)
	}
	return false
}

// usageOf is called with mu held.
func (q *Quota[K]) usageOf(key K) *usage {
	if q.keys == nil {
		q.keys = make(map[K]*usage)
		time.AfterFunc(quotaWindow, q.Flush)
	}
	if q.keys[key] == nil && len(q.keys) >= quotaKeys {
		var rest K
		key = rest
	}
	if q.keys[key] == nil {
		q.keys[key] = new(usage)
	}
	return q.keys[key]
}

// Flush reports what was counted so far, before the second has ended.
func (q *Quota[K]) Flush() {
	q.mu.Lock()
	keys := q.keys
	q.keys = nil
	q.mu.Unlock()
	for key, u := range keys {
		if u.counted > 0 {
			q.report(key, u.words, u.counted)
		}
	}
}
