package track

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sseserver/internal/load/measure"
	"sseserver/internal/load/threshold"
)

// Kind is what a stream is expected to carry.
type Kind int

const (
	Any        Kind = iota // nothing is known in advance
	Characters             // GET /stream/{messageId} of this project's server
	Progress               // GET /progress/{messageId}
)

var kinds = [...]string{Any: "any", Characters: "characters", Progress: "progress"}

func (k Kind) String() string { return kinds[k] }

// MarshalText writes the kind as String does.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads what String writes.
func (k *Kind) UnmarshalText(text []byte) error {
	i := slices.Index(kinds[:], string(text))
	if i < 0 {
		return fmt.Errorf("unknown kind %q, want one of %s", text, strings.Join(kinds[:], ", "))
	}
	*k = Kind(i)
	return nil
}

// Numbering says where an event's position is found.
type Numbering int

const (
	Auto       Numbering = iota // by the stream's first event: as ByPosition, else as ByID if the second id is near the first, else Unnumbered
	ByPosition                  // the number "position" of the data, a JSON object
	ByID                        // the event's id, a number that grows by one
	Unnumbered                  // nowhere, so the checks that need one are off
	ByPath                      // the number that Plan.NumberAt names in the data
)

var numberings = [...]string{Auto: "auto", ByPosition: "position", ByID: "id", Unnumbered: "none", ByPath: "path"}

func (n Numbering) String() string { return numberings[n] }

// MarshalText writes the numbering as String does.
func (n Numbering) MarshalText() ([]byte, error) { return []byte(n.String()), nil }

// UnmarshalText reads what String writes.
func (n *Numbering) UnmarshalText(text []byte) error {
	i := slices.Index(numberings[:], string(text))
	if i < 0 {
		return fmt.Errorf("unknown numbering %q, want one of %s", text, strings.Join(numberings[:], ", "))
	}
	*n = Numbering(i)
	return nil
}

// Plan is what all streams of a run have in common. It does not change while
// they run.
type Plan struct {
	Kind      Kind
	Script    *Script       // of a Characters stream, nil if the message is not known
	Numbering Numbering     // for Any; the other kinds have their own
	Done      Done          // for Any; the other kinds have their own
	NumberAt  Path          // for ByPath
	Interval  time.Duration // between two events; 0 if it is not known

	Publications *Publications // what the run publishes to a hub; nil if nothing

	// FirstEvent moves T0 of each connection to the arrival of its first event,
	// for streams whose schedule does not begin with the subscription. A
	// constant delay is not seen then.
	FirstEvent bool

	// Token is where the data of an event has the token that it brings. Without
	// one an event counts only for its number. The zero Path counts all.
	Token Path

	Timestamp Timestamp // of the sending of an event, to measure latency
	Clock     Clock     // of the server, for Timestamp

	Budgets []threshold.Budget
}

// Windows are the moments at which the parts of the run end.
type Windows struct {
	Ramp   time.Duration // all clients should be open, the steady window begins
	Steady time.Duration // nothing opens any more; what is due later is not waited for
	End    time.Duration // whatever still runs is cut off
}

// Of is the window that a moment belongs to.
func (w Windows) Of(moment time.Duration) measure.Window {
	switch {
	case moment < w.Ramp:
		return measure.Ramp
	case moment < w.Steady:
		return measure.Steady
	}
	return measure.Drain
}

// Ledger is where a group of streams writes what it finds. One stream at a time
// may use it.
type Ledger struct {
	Plan    *Plan
	Windows Windows
	Tally   measure.Tally

	fields Fields // of the event at hand; here because each stream would need its own otherwise
}
