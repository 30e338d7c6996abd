package story

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sseserver/internal/logs/reading"
	"sseserver/internal/logs/terminal"
)

// scope is which lines were read.
type scope struct {
	lines       int
	sources     []string
	first, last time.Time
}

// mostSources is how many sources are named.
const mostSources = 3

func (s *scope) add(line *reading.Line) {
	s.lines++
	if n := len(s.sources); n == 0 || s.sources[n-1] != line.Source {
		s.source(line.Source)
	}
	if !line.Time.IsZero() {
		if s.first.IsZero() || line.Time.Before(s.first) {
			s.first = line.Time
		}
		if line.Time.After(s.last) {
			s.last = line.Time
		}
	}
}

func (s *scope) source(name string) {
	if !slices.Contains(s.sources, name) {
		s.sources = append(s.sources, name)
	}
}

// String is "12 034 lines of server.log and server.log.1".
func (s *scope) String() string {
	names := s.sources
	if len(names) > mostSources {
		names = append(slices.Clone(names[:mostSources]), fmt.Sprintf("%d more", len(names)-mostSources))
	}
	lines := terminal.Count(s.lines, "line")
	switch len(names) {
	case 0:
		return lines
	case 1:
		return lines + " of " + names[0]
	default:
		return lines + " of " + strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
	}
}
