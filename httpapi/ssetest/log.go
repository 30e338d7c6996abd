package ssetest

import (
	"sync"

	"sseserver/internal/logs/logstest"

	"go.uber.org/zap/zapcore"
)

// logged tells those who wait that there is a new line in the log.
type logged struct {
	mu   sync.Mutex
	wait chan struct{} // closed by the next line; nil while nobody waits
}

// line is a zap hook, called after each line.
func (l *logged) line(zapcore.Entry) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.wait != nil {
		close(l.wait)
		l.wait = nil
	}
	return nil
}

// next returns a channel that is closed after the next line.
func (l *logged) next() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.wait == nil {
		l.wait = make(chan struct{})
	}
	return l.wait
}

// Await waits until the log has n lines of an event and returns them, or more.
// For what the server does of itself, where the client cannot tell when.
func (s *Server) Await(event string, n int) []logstest.Line {
	for {
		next := s.logged.next()
		if lines := s.Log.Named(event); len(lines) >= n {
			return lines
		}
		<-next
	}
}
