package measure

// Unit is what the figures of a metric are given in. A distribution counts
// whole numbers, so each unit says how many of them make one.
type Unit int

const (
	Milliseconds Unit = iota
	Events
	EventsPerSecond
	BytesPerSecond
)

var units = [...]struct {
	name  string
	scale float64
}{
	Milliseconds:    {"ms", 1000}, // counted in microseconds
	Events:          {"events", 1},
	EventsPerSecond: {"events/s", 1000}, // counted in thousandths, since a stream may be slow
	BytesPerSecond:  {"bytes/s", 1},
}

func (u Unit) String() string { return units[u].name }

// Scale is what divides a recorded value to give it in the unit.
func (u Unit) Scale() float64 { return units[u].scale }
