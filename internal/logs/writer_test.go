package logs

import (
	"bytes"
	"fmt"
	"slices"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap/zapcore"
)

// writes tells when there was a write, and of how many lines.
type writes struct {
	start time.Time
	all   []string
}

func (w *writes) Write(p []byte) (int, error) {
	w.all = append(w.all, fmt.Sprint(time.Since(w.start), ": ", bytes.Count(p, []byte("\n"))))
	return len(p), nil
}

// The first line after a silence does not wait, nor does an error or the end;
// others gather.
func TestLinesGather(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &writes{start: time.Now()}
		out := open(t, Config{Stderr: w})
		log := func(times int, after time.Duration) {
			time.Sleep(after)
			for range times {
				ServerReady.Log(out.Logger, StartupMS(0))
			}
			synctest.Wait()
		}
		log(1, time.Second)
		log(3, time.Millisecond)
		log(2, time.Millisecond)
		log(1, time.Second)
		log(1, time.Millisecond)
		HTTPServerError.LogAt(out.Logger, zapcore.ErrorLevel)
		log(2, 2*time.Millisecond)
		out.Close(patience)
		want := []string{"1s: 1", "1.005s: 5", "2.002s: 1", "2.003s: 2", "2.005s: 2"}
		if !slices.Equal(w.all, want) {
			t.Errorf("got %q, want %q", w.all, want)
		}
	})
}

// A burst is written before it fills the queue.
func TestABurstDoesNotGather(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &writes{start: time.Now()}
		out := open(t, Config{Stderr: w})
		for range 100 { // a line has more than 100 bytes
			for range maxQueued / 100 / 80 {
				ServerReady.Log(out.Logger, StartupMS(0))
			}
			synctest.Wait()
		}
		if took := time.Since(w.start); took != 0 || out.Dropped() != 0 {
			t.Errorf("after %v, %d lines are dropped", took, out.Dropped())
		}
		out.Close(patience)
	})
}

// crammed is a disk without room. It counts how often it was tried.
type crammed struct{ tries int }

func (c *crammed) Write([]byte) (int, error) {
	c.tries++
	return 0, syscall.ENOSPC
}

// What cannot be written is tried again four times a second, also where errors are
// logged and lines pile up, neither of which can wait elsewhere.
func TestNoHurryWithoutRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := new(crammed)
		out := open(t, Config{Stderr: disk})
		for range 1000 {
			for range 20 {
				HTTPServerError.LogAt(out.Logger, zapcore.ErrorLevel)
			}
			synctest.Wait()
			time.Sleep(time.Millisecond)
		}
		synctest.Wait()
		if out.queue.size() < crowded || disk.tries > 6 {
			t.Errorf("%d tries in a second, %d bytes wait", disk.tries, out.queue.size())
		}
		out.Close(patience)
	})
}
