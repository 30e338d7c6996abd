package measure

import "time"

// Tally is everything that a group of clients measured. The zero value is
// ready. It serves one goroutine at a time.
type Tally struct {
	Counts        Counts            `json:"counts"`
	Errors        map[string]uint64 `json:"errors,omitempty"` // by reason
	Refusal       *FirstRefusal     `json:"refusal,omitempty"`
	Faults        Faults            `json:"faults,omitzero"`
	Distributions Distributions     `json:"distributions"`
	Timeline      Timeline          `json:"timeline"`
}

// Late counts the lateness of an event that was due at the given moment, in its
// window and second.
func (t *Tally) Late(w Window, due, lateness time.Duration) {
	t.Distributions.Record(Lateness, w, lateness)
	t.Timeline.At(due).late(lateness)
}

// Fail counts an error.
func (t *Tally) Fail(at time.Duration, reason string) {
	if t.Errors == nil {
		t.Errors = map[string]uint64{}
	}
	t.Errors[reason]++
	t.Timeline.At(at).Errors++
}

// Merge adds what another group measured in the same run. from stays as it is.
func (t *Tally) Merge(from *Tally) {
	t.Counts.Add(from.Counts)
	add(&t.Errors, from.Errors)
	t.Faults.Add(from.Faults)
	t.Refused(from.Refusal)
	t.Distributions.Merge(&from.Distributions)
	t.Timeline.Merge(from.Timeline)
}
