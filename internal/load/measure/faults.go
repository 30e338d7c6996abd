package measure

// Faults are those that plans asked for, by their kind.
type Faults struct {
	Happened map[string]uint64 `json:"happened,omitempty"`
	Missing  map[string]uint64 `json:"missing,omitempty"` // that did not happen
}

// Add adds those of others.
func (f *Faults) Add(from Faults) {
	add(&f.Happened, from.Happened)
	add(&f.Missing, from.Missing)
}

// FaultHappened counts a fault that was asked for.
func (t *Tally) FaultHappened(kind string) { add(&t.Faults.Happened, map[string]uint64{kind: 1}) }

// FaultMissing counts a fault that was asked for and did not happen.
func (t *Tally) FaultMissing(kind string) {
	add(&t.Faults.Missing, map[string]uint64{kind: 1})
	t.Counts.FaultMissing++
}

// FaultWithdrawn takes back what FaultHappened has counted once too often.
func (t *Tally) FaultWithdrawn(kind string) {
	if t.Faults.Happened[kind] > 0 {
		t.Faults.Happened[kind]--
	}
}

func add(to *map[string]uint64, from map[string]uint64) {
	for name, n := range from {
		if *to == nil {
			*to = map[string]uint64{}
		}
		(*to)[name] += n
	}
}
