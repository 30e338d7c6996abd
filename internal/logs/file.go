package logs

import (
	"os"
	"sync"

	"go.uber.org/zap/zapcore"
)

// file is a log file that can be opened anew while lines are written to it. It
// is a zapcore.WriteSyncer; any goroutine may call its methods at any time.
type file struct {
	path     string
	fallback zapcore.WriteSyncer // takes the lines that the file refuses: a full disk, a file closed already

	mu   sync.Mutex // held for a whole write, so that no line goes to a file that is being closed
	open *os.File
}

func openFile(path string, fallback zapcore.WriteSyncer) (*file, error) {
	f := &file{path: path, fallback: fallback}
	return f, f.reopen()
}

// reopen swaps the file for one newly opened at the same path. On an error the
// old one stays in use.
func (f *file) reopen() error {
	opened, err := os.OpenFile(f.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o640)
	if err != nil {
		return err
	}
	f.mu.Lock()
	old := f.open
	f.open = opened
	f.mu.Unlock()
	if old != nil {
		return old.Close()
	}
	return nil
}

func (f *file) close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.open.Close()
}

// Write appends one line.
func (f *file) Write(line []byte) (int, error) {
	f.mu.Lock()
	n, err := f.open.Write(line)
	f.mu.Unlock()
	if err != nil {
		return f.fallback.Write(line)
	}
	return n, nil
}

// Sync does nothing: a line is with the kernel once it is written, and waiting
// for the disk would hold up whoever logs.
func (f *file) Sync() error { return nil }
