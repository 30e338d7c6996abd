package h2c_test

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/internal/h2c"

	"golang.org/x/net/http2"
)

// A write takes what the window of its stream lets it, and waits for the rest.
func TestWindow(t *testing.T) {
	taking(t, 1<<20, func(p *peer, o owned) {
		p.set(http2.SettingInitialWindowSize, 10)
		p.want("SETTINGS ack")
		stream, other := o.take(p, 1), o.take(p, 3)
		if n, err := stream.TryWrite(make([]byte, 15)); n != 10 || err != nil {
			t.Errorf("wrote %d, %v", n, err)
		}
		start := time.Now()
		if n, err := stream.WriteBy(make([]byte, 5), start.Add(time.Second)); n != 0 || err != os.ErrDeadlineExceeded || time.Since(start) != time.Second {
			t.Errorf("wrote %d, %v after %v", n, err, time.Since(start))
		}
		p.want("DATA 1 10")
		var writing sync.WaitGroup
		writing.Go(func() {
			if n, err := stream.WriteBy(make([]byte, 5), start.Add(time.Hour)); n != 5 || err != nil {
				t.Errorf("wrote %d, %v", n, err)
			}
		})
		synctest.Wait()
		if n, err := other.TryWrite(make([]byte, 7)); n != 7 || err != nil { // it is no concern of this one
			t.Errorf("wrote %d, %v", n, err)
		}
		p.want("DATA 3 7")
		p.must(p.WriteWindowUpdate(1, 2))
		p.want("DATA 1 2")
		p.set(http2.SettingInitialWindowSize, 4) // 6 less: the window is negative now
		p.must(p.WriteWindowUpdate(1, 6))
		p.want("SETTINGS ack")
		p.must(p.WriteWindowUpdate(1, 1))
		p.want("DATA 1 1")
		p.set(http2.SettingInitialWindowSize, 6)
		p.want("SETTINGS ack", "DATA 1 2")
		writing.Wait()
		_ = stream.Close()
		_ = other.Close()
		p.want("DATA 1 0 end", "DATA 3 0 end")
	})
}

// Streams share the window of their connection, a frame of each in turn.
func TestFairness(t *testing.T) {
	taking(t, 1<<20, func(p *peer, o owned) {
		p.set(http2.SettingInitialWindowSize, 1<<20)
		p.want("SETTINGS ack")
		streams := []*h2c.Stream{o.take(p, 1), o.take(p, 3)}
		if n, err := streams[0].TryWrite(make([]byte, 65535)); n != 65535 || err != nil {
			t.Fatalf("wrote %d, %v", n, err)
		}
		p.take()
		var writing sync.WaitGroup
		for i, stream := range streams {
			writing.Go(func() {
				if n, err := stream.WriteBy(make([]byte, 40_000), time.Now().Add(time.Hour)); n != 40_000 || err != nil {
					t.Errorf("%d wrote %d, %v", i, n, err)
				}
			})
			synctest.Wait()
		}
		p.must(p.WriteWindowUpdate(1, 1)) // is none for the connection
		p.must(p.WriteWindowUpdate(0, 60_000))
		p.want("DATA 1 16384", "DATA 3 16384", "DATA 1 16384", "DATA 3 10848")
		p.must(p.WriteWindowUpdate(0, 60_000))
		p.want("DATA 1 7232", "DATA 3 12768")
		writing.Wait()
	})
}

// A write that waits ends with its stream.
func TestResetWhileWaiting(t *testing.T) {
	taking(t, 1<<20, func(p *peer, o owned) {
		p.set(http2.SettingInitialWindowSize, 1)
		p.want("SETTINGS ack")
		stream := o.take(p, 1)
		var writing sync.WaitGroup
		writing.Go(func() {
			if n, err := stream.WriteBy(make([]byte, 2), time.Now().Add(time.Hour)); n != 1 || err != h2c.ErrGone {
				t.Errorf("wrote %d, %v", n, err)
			}
		})
		p.want("DATA 1 1")
		p.reset(1)
		writing.Wait()
		o.wantGone(t, h2c.ErrGone)
	})
}

// What a socket does not take gathers to a bound, and then writes wait. After
// the timeout the connection ends, for all of its streams.
func TestStalled(t *testing.T) {
	taking(t, 4<<10, func(p *peer, o owned) {
		p.set(http2.SettingInitialWindowSize, 1<<20)
		p.must(p.WriteWindowUpdate(0, 1<<20))
		p.want("SETTINGS ack")
		streams := []*h2c.Stream{o.take(p, 1), o.take(p, 3)}
		p.gate.allow(0)
		start, total := time.Now(), 0
		for {
			n, err := streams[0].TryWrite(make([]byte, 10_000))
			if err != nil {
				t.Fatal(err)
			}
			total += n
			synctest.Wait()
			if n < 10_000 {
				break
			}
		}
		if total < 64<<10 || total > 160<<10 {
			t.Errorf("%d bytes gathered, want some 64 KiB twice", total)
		}
		if n, err := streams[1].WriteBy([]byte("x"), start.Add(time.Second)); n != 0 || err != os.ErrDeadlineExceeded {
			t.Errorf("wrote %d, %v", n, err)
		}
		if n, err := streams[1].WriteBy([]byte("x"), start.Add(time.Hour)); n != 0 || err != h2c.ErrStalled || time.Since(start) != 11*time.Second {
			t.Errorf("wrote %d, %v after %v", n, err, time.Since(start))
		}
		// It took something in the first second.
		for range streams {
			if cause := <-o.gone; cause != h2c.ErrStalled {
				t.Errorf("gone for %v", cause)
			}
		}
	})
}

// A socket that takes a little now and then is not stalled.
func TestSlowNotStalled(t *testing.T) {
	taking(t, 1<<10, func(p *peer, o owned) {
		stream := o.take(p, 1)
		p.gate.allow(0)
		if n, err := stream.TryWrite(make([]byte, 16<<10)); n != 16<<10 || err != nil {
			t.Fatalf("wrote %d, %v", n, err)
		}
		for range 15 {
			time.Sleep(9 * time.Second)
			p.gate.allow(1 << 10)
		}
		p.gate.allow(-1)
		_ = stream.Close()
		p.want("DATA 1 16384", "DATA 1 0 end")
	})
}

// Streams that write at the same moment share a write to the socket.
func TestGathering(t *testing.T) {
	taking(t, 1<<20, func(p *peer, o owned) {
		var streams []*h2c.Stream
		for id := uint32(1); id < 21; id += 2 {
			streams = append(streams, o.take(p, id))
		}
		before := len(p.conn.Received())
		for _, stream := range streams {
			_, _ = stream.TryWrite([]byte("Hello"))
		}
		synctest.Wait()
		if writes := len(p.conn.Received()) - before; writes > 3 {
			t.Errorf("%d writes for %d streams", writes, len(streams))
		}
		if got := strings.Count(fmt.Sprint(p.take()), "DATA"); got != len(streams) {
			t.Errorf("%d frames", got)
		}
	})
}
