package measure

import "time"

// Second is what happened in one second of the run. All of it adds up over
// groups of clients and over processes, except what ends in Max, of which the
// largest counts.
type Second struct {
	Planned  uint64        `json:"planned"` // clients that the plan asked for
	Left     uint64        `json:"left"`    // clients that have gone as planned
	Opened   uint64        `json:"opened"`  // connections that delivered a response head
	Closed   uint64        `json:"closed"`  // of those, the ones that ended
	Events   uint64        `json:"events"`  // by arrival
	Errors   uint64        `json:"errors"`
	CPU      time.Duration `json:"cpu"`                // processor time of the generator
	ProbeMax time.Duration `json:"probe_max"`          // worst lateness of the generator's own event
	Lateness []uint64      `json:"lateness,omitempty"` // heat row, by due time

	Outages   uint64        `json:"outages,omitempty"` // those that began in it, by the loss of a connection
	OutageMax time.Duration `json:"outage_max,omitempty"`
	Stalls    uint64        `json:"stalls,omitempty"` // those that began in it, with the last event before
	StallMax  time.Duration `json:"stall_max,omitempty"`
}

// OutOfService counts an outage, once its length is known.
func (s *Second) OutOfService(outage time.Duration) {
	s.Outages++
	s.OutageMax = max(s.OutageMax, outage)
}

// Stalled counts a stall, once its length is known.
func (s *Second) Stalled(stall time.Duration) {
	s.Stalls++
	s.StallMax = max(s.StallMax, stall)
}

func (s *Second) late(lateness time.Duration) {
	bucket := HeatBucket(lateness)
	for len(s.Lateness) <= bucket {
		s.Lateness = append(s.Lateness, 0)
	}
	s.Lateness[bucket]++
}

// Add merges another process's or group's record of the same second.
func (s *Second) Add(from Second) {
	s.Planned += from.Planned
	s.Left += from.Left
	s.Opened += from.Opened
	s.Closed += from.Closed
	s.Events += from.Events
	s.Errors += from.Errors
	s.CPU += from.CPU
	s.ProbeMax = max(s.ProbeMax, from.ProbeMax)
	s.Outages += from.Outages
	s.OutageMax = max(s.OutageMax, from.OutageMax)
	s.Stalls += from.Stalls
	s.StallMax = max(s.StallMax, from.StallMax)
	for len(s.Lateness) < len(from.Lateness) {
		s.Lateness = append(s.Lateness, 0)
	}
	for i, n := range from.Lateness {
		s.Lateness[i] += n
	}
}

// Timeline has one entry per second since the start of the run, up to the last
// one in which something happened. The zero value is ready.
type Timeline []Second

// At is the second that a moment lies in. The pointer is good until the next call.
func (t *Timeline) At(moment time.Duration) *Second {
	i := int(max(moment, 0) / time.Second)
	for len(*t) <= i {
		*t = append(*t, Second{})
	}
	return &(*t)[i]
}

// Merge adds another timeline of the same run.
func (t *Timeline) Merge(from Timeline) {
	for i, second := range from {
		t.At(time.Duration(i) * time.Second).Add(second)
	}
}
