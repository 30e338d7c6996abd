package main

import (
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// Signals that come together are one; somebody who insists ends the program.
func TestSignals(t *testing.T) {
	for _, tt := range []struct {
		name  string
		at    []time.Duration // of the signals
		ends  time.Duration   // when the command does
		code  int
		after time.Duration
	}{
		{"none", nil, 5 * time.Second, 7, 5 * time.Second},
		{"one", []time.Duration{0}, 5 * time.Second, 7, 5 * time.Second},
		{"the same one twice", []time.Duration{0, 3 * time.Microsecond}, 5 * time.Second, 7, 5 * time.Second},
		{"again and again in a second", []time.Duration{time.Second, 1500 * time.Millisecond, 1900 * time.Millisecond}, 5 * time.Second, 7, 5 * time.Second},
		{"one who insists", []time.Duration{0, 2 * time.Second}, 5 * time.Second, exitInterrupted, 2 * time.Second},
		{"the same one twice, and one who insists", []time.Duration{0, 0, time.Second}, 5 * time.Second, exitInterrupted, time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			begin, signals, finished := time.Now(), make(chan os.Signal, 2), make(chan int, 1)
			go func() {
				for _, at := range tt.at {
					time.Sleep(time.Until(begin.Add(at)))
					signals <- syscall.SIGTERM
				}
			}()
			time.AfterFunc(tt.ends, func() { finished <- 7 })
			interrupts := 0
			code := process{signals: signals}.await(finished, func() { interrupts++ })
			if code != tt.code || time.Since(begin) != tt.after || interrupts != min(len(tt.at), 1) {
				t.Errorf("%s: exit code %d after %v, %d interrupts; want %d after %v", tt.name, code, time.Since(begin), interrupts, tt.code, tt.after)
			}
		})
	}
}
