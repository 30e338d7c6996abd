package main

import (
	"bytes"
	"encoding/json"
	"slices"
	"sync"
)

// logSink keeps the log of a running program, in JSON lines. Any goroutine may
// use it.
type logSink struct {
	mu    sync.Mutex
	grown sync.Cond // broadcast after each write
	buf   bytes.Buffer
}

func newLogSink() *logSink {
	s := new(logSink)
	s.grown.L = &s.mu
	return s
}

func (s *logSink) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.grown.Broadcast()
	return s.buf.Write(p)
}

// bytes returns a copy of the log so far.
func (s *logSink) bytes() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.buf.Bytes())
}

// tail returns the last so many bytes.
func (s *logSink) tail(size int) string {
	all := s.bytes()
	return string(all[max(0, len(all)-size):])
}

// named returns the lines of one event so far, by key.
func (s *logSink) named(event string) []map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.linesOf(event)
}

// await waits for n lines of an event, and returns all there are by then. It is
// for what the program does of itself, where no answer tells when.
func (s *logSink) await(event string, n int) []map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	mark := []byte(`"event":"` + event + `"`)
	for bytes.Count(s.buf.Bytes(), mark) < n {
		s.grown.Wait()
	}
	return s.linesOf(event)
}

// awaitLine waits for a line of an event that has this text.
func (s *logSink) awaitLine(event, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	mark := []byte(`"event":"` + event + `"`)
	isIt := func(line []byte) bool { return bytes.Contains(line, mark) && bytes.Contains(line, []byte(text)) }
	for !slices.ContainsFunc(bytes.Split(s.buf.Bytes(), []byte("\n")), isIt) {
		s.grown.Wait()
	}
}

// linesOf is called with mu held.
func (s *logSink) linesOf(event string) (lines []map[string]any) {
	for text := range bytes.Lines(s.buf.Bytes()) {
		var line map[string]any
		if json.Unmarshal(text, &line) == nil && line["event"] == event {
			lines = append(lines, line)
		}
	}
	return lines
}
