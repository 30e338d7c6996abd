package measure

// Metric names one distribution.
type Metric int

const (
	OpenLag       Metric = iota // from the planned to the actual start of an open: the generator's own delay
	TTFE                        // from the planned open to the arrival of the first event
	Lateness                    // from the moment an event was due to its arrival
	ITL                         // inter-token latency: between the arrivals of two events of one connection
	Stall                       // such a time of more than the interval and one second
	Outage                      // from the loss of a connection to the first event after it
	EventsPerRead               // events that one read of the connection delivered
	Probe                       // lateness of the generator's own event, every 10 ms
	Metrics                     // how many there are
)

var metrics = [Metrics]struct{ name, meaning string }{
	OpenLag:       {"open_lag", "actual less planned start of each open"},
	TTFE:          {"ttfe", "planned open to first event"},
	Lateness:      {"lateness", "arrival less due time of each event that was due"},
	ITL:           {"itl", "time between two events of a stream"},
	Stall:         {"stall", "times between two events longer than the interval and one second"},
	Outage:        {"outage", "disconnect to first event after it"},
	EventsPerRead: {"events_per_read", "events that one read delivered"},
	Probe:         {"probe", "lateness of the generator's own event, every 10 ms"},
}

func (m Metric) String() string { return metrics[m].name }

// Meaning is the definition in a few words.
func (m Metric) Meaning() string { return metrics[m].meaning }

// IsTime tells a distribution of microseconds from one of plain numbers.
func (m Metric) IsTime() bool { return m != EventsPerRead }

// OfSteady tells whether the metric's figures are those of the steady window
// alone. The others happen mostly while clients open, or seldom, and are given
// over the whole run.
func (m Metric) OfSteady() bool { return m != OpenLag && m != TTFE && m != Outage }

// MetricByName finds the metric that String names.
func MetricByName(name string) (Metric, bool) {
	for m := range Metrics {
		if metrics[m].name == name {
			return m, true
		}
	}
	return 0, false
}

// Window is a part of the run.
type Window int

const (
	Ramp Window = iota
	Steady
	Drain
	Windows // how many there are
)

var windows = [Windows]string{"ramp", "steady", "drain"}

func (w Window) String() string { return windows[w] }
