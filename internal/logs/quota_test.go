package logs

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestQuota(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var mu sync.Mutex
		var reports []string
		q := NewQuota(func(key string, words []string, count int) {
			mu.Lock()
			defer mu.Unlock()
			reports = append(reports, fmt.Sprint(time.Since(start), " ", key, words, count))
		})
		passed := make(map[string]int)
		ask := func(key, word string, times int) {
			for range times {
				if q.Allow(key, word) {
					passed[key]++
				}
			}
		}
		ask("a", "x", 100)
		ask("b", "x", 150)
		time.Sleep(900 * time.Millisecond)
		ask("b", "y", 5)
		time.Sleep(99 * time.Millisecond)
		ask("b", "x", 1)
		time.Sleep(time.Second)
		ask("a", "x", 101) // a second of its own
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if passed["a"] != 200 || passed["b"] != 100 {
			t.Errorf("%v lines passed, want 200 and 100", passed)
		}
		want := []string{"1s b[x y] 56", "2.999s a[x] 1"}
		if !slices.Equal(reports, want) {
			t.Errorf("got %q, want %q", reports, want)
		}
	})
}

// An attack from as many addresses as there are costs no more memory than that of
// a thousand.
func TestQuotaIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reports := make(map[int]int)
		q := NewQuota(func(key int, _ []string, count int) { reports[key] = count })
		passed := 0
		for i := range 100_000 {
			if q.Allow(i+1, fmt.Sprint(i)) {
				passed++
			}
		}
		if keys := len(q.keys); keys != quotaKeys+1 || passed != quotaKeys+quotaLines || len(q.keys[0].words) != quotaWords {
			t.Errorf("%d keys, %d lines passed, words %q", keys, passed, q.keys[0].words)
		}
		q.Flush()
		if want := 100_000 - passed; len(reports) != 1 || reports[0] != want {
			t.Errorf("got %v, want %d of all others together", reports, want)
		}
		time.Sleep(quotaWindow) // the timer finds nothing
	})
}

// A flood of one kind of error is summed, and hides no other.
func TestStdLogSums(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		log := open(t, Config{Stderr: &out})
		std := StdLog(log.Logger)
		for i := range 5000 {
			std.Printf("http: TLS handshake error from 192.0.2.1:%d: EOF", i)
			std.Printf("http2: server: error reading preface from client 192.0.2.1:%d: bogus greeting %q", i, "x")
		}
		std.Printf("http: Accept error: accept tcp 127.0.0.1:4400: too many open files; retrying in 5ms")
		time.Sleep(quotaWindow)
		synctest.Wait()
		log.Close(patience)
		for text, want := range map[string]int{"handshake error": 101, "error reading preface": 101, "Accept error": 1, `"count":4900`: 2} {
			if got := strings.Count(out.String(), text); got != want {
				t.Errorf("%d lines with %s, want %d", got, text, want)
			}
		}
	})
}
