package admin

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// audience is a client that notes when it was told what. One goroutine writes to it.
type audience struct {
	header     http.Header
	size       int // of what it was sent until it was live
	head, live time.Time
	gaps       int
	last       []byte // what it was written last
}

func (a *audience) Header() http.Header              { return a.header }
func (a *audience) WriteHeader(int)                  {}
func (a *audience) Flush()                           {}
func (a *audience) SetReadDeadline(time.Time) error  { return nil }
func (a *audience) SetWriteDeadline(time.Time) error { return nil }

func (a *audience) Write(p []byte) (int, error) {
	if a.head.IsZero() {
		a.head = time.Now()
	}
	if a.live.IsZero() {
		a.size += len(p)
	}
	if bytes.Contains(p, []byte("event: live\n")) {
		a.live = time.Now()
	}
	a.gaps += bytes.Count(p, []byte("event: gap\n"))
	a.last = bytes.Clone(p)
	return len(p), nil
}

// Of many who come at once each is answered at once, gets what there was in its turn,
// which is over when it has got it, and misses nothing that is logged meanwhile.
func TestManyCatchUpInTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, 8<<20)
		s.log(usualBackfill)
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { _ = s.Run(ctx) })
		start := time.Now()
		all := make([]*audience, 600)
		for i := range all {
			all[i] = &audience{header: make(http.Header)}
			running.Go(func() {
				request := httptest.NewRequestWithContext(ctx, http.MethodGet, "/log/events", nil)
				request.Host = "localhost"
				s.ServeHTTP(all[i], request)
			})
		}
		for range 100 {
			time.Sleep(100 * time.Millisecond)
			s.log(1)
		}
		time.Sleep(time.Second)
		cancel()
		running.Wait()

		size := 0
		var waited []time.Duration
		for i, a := range all {
			if !a.head.Equal(start) || a.live.IsZero() || a.gaps > 0 || !bytes.Contains(a.last, []byte(s.idText(usualBackfill+100))) {
				t.Fatalf("follower %d: head after %v, live after %v, %d gaps, last %q", i, a.head.Sub(start), a.live.Sub(start), a.gaps, a.last)
			}
			size += a.size
			waited = append(waited, a.live.Sub(start))
		}
		slices.Sort(waited)
		last := waited[len(waited)-1]
		if bound := time.Duration(float64(size) / scanRate * float64(time.Second)); last < bound*3/4 || last > bound {
			t.Errorf("%d bytes were sent within %v, want some %v", size, last, bound)
		}
		if first, half := waited[0], waited[len(waited)/2]; first > 0 || half > last*6/10 {
			t.Errorf("the first had all after %v, half of them after %v, the last after %v", first, half, last)
		}
		s.config.Output.Close(time.Minute)
	})
}
