package load

import (
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"
)

// Stage is a part of a run whose number of clients changes at a constant rate,
// from that at the end of the stage before it, or 0. As text it is 30s:100.
type Stage struct {
	Over    time.Duration // 0 changes the number at once
	Clients int           // at its end
}

// MarshalText writes the stage as it is given on the command line.
func (s Stage) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

func (s Stage) String() string { return s.Over.String() + ":" + strconv.Itoa(s.Clients) }

// UnmarshalText reads what MarshalText writes.
func (s *Stage) UnmarshalText(text []byte) error {
	over, clients, _ := strings.Cut(string(text), ":")
	d, err := time.ParseDuration(over)
	n, notNumber := strconv.ParseUint(clients, 10, 31)
	if err != nil || notNumber != nil || d < 0 {
		return fmt.Errorf("%q is no stage, want a duration and a number of clients, as in 30s:100", text)
	}
	*s = Stage{Over: d, Clients: int(n)}
	return nil
}

// reaches is when, within the stage, the number of clients gets from one at its
// begin to another.
func (s Stage) reaches(from, to int) time.Duration {
	return time.Duration(float64(s.Over) * float64(to-from) / float64(s.Clients-from))
}

// Stages are the whole course of a run.
//
// Client i is there whenever the number of clients is above i: the last one to
// come is the first one to go.
type Stages []Stage

// ParseStages reads stages with commas between them.
func ParseStages(text string) (Stages, error) {
	var stages Stages
	for _, part := range strings.Split(text, ",") {
		var s Stage
		if err := s.UnmarshalText([]byte(strings.TrimSpace(part))); err != nil {
			return nil, err
		}
		stages = append(stages, s)
	}
	return stages, nil
}

func (s Stages) String() string {
	parts := make([]string, len(s))
	for i := range s {
		parts[i] = s[i].String()
	}
	return strings.Join(parts, ",")
}

// most is the largest number of clients.
func (s Stages) most() (most int) {
	for _, stage := range s {
		most = max(most, stage.Clients)
	}
	return most
}

// length is how long all of them last.
func (s Stages) length() (length time.Duration) {
	for _, stage := range s {
		length += stage.Over
	}
	return length
}

// visits are those of the clients first, first+step and so on, in the order in
// which they begin.
func (s Stages) visits(first, step int) iter.Seq[visit] {
	return func(yield func(visit) bool) {
		begin, level := time.Duration(0), 0
		for k, stage := range s {
			end := begin + stage.Over
			for i := notBelow(level, first, step); i < stage.Clients; i += step {
				v := visit{client: i, from: begin + stage.reaches(level, i), until: s[k+1:].leaves(i, end, stage.Clients)}
				if !yield(v) {
					return
				}
			}
			begin, level = end, stage.Clients
		}
	}
}

// notBelow is the lowest of first, first+step and so on that is not below a
// number.
func notBelow(number, first, step int) int {
	if number <= first {
		return first
	}
	return first + (number-first+step-1)/step*step
}

// leaves is when a client goes that is there as these stages begin, with so
// many clients.
func (s Stages) leaves(client int, begin time.Duration, level int) time.Duration {
	for _, stage := range s {
		if stage.Clients <= client {
			return begin + stage.reaches(level, client)
		}
		begin, level = begin+stage.Over, stage.Clients
	}
	return stays
}
