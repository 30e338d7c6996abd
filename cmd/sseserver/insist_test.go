package main

import (
	"io"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// A second signal ends the program at once, where it waits for what never comes:
// here for someone who reads the help.
func TestSecondSignalEndsWhateverBlocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		unread, stderr := io.Pipe()
		signals := make(chan os.Signal, 3)
		signals <- syscall.SIGHUP // does not count
		signals <- syscall.SIGTERM
		signals <- syscall.SIGTERM
		start := time.Now()
		code := run(process{args: []string{"--help"}, env: noEnv, stdout: stderr, signals: signals})
		if took := time.Since(start); code != exitFailed || took != 2*insistTime {
			t.Errorf("exit code %d after %v, want %d after %v", code, took, exitFailed, 2*insistTime)
		}
		unread.Close()
		synctest.Wait()
	})
}
