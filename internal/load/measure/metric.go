package measure

// Metric names one distribution.
type Metric int

const (
	OpenLag       Metric = iota // from the planned to the actual start of an open: the generator's own delay
	TTFE                        // from the planned open to the arrival of the first event
	Lateness                    // from the moment an event was due to its arrival
	Latency                     // from the moment that an event names as that of its sending to its arrival
	ITL                         // inter-token latency: the time between two events of one connection
	Stall                       // such a time of more than the interval and one second
	Outage                      // from the loss of a connection to the first event after it
	Duration                    // from the planned open to the proper end of a stream
	EventRate                   // events of a stream by the time from its request to its last event
	ByteRate                    // bytes of a stream by the same time
	EventsPerRead               // events that one read of the connection delivered
	Publish                     // from the moment a publication was due to the hub's answer
	Append                      // from the sending of an append to a live message to its answer
	Delivery                    // from that answer to the arrival of what was appended
	Probe                       // lateness of the generator's own event, every 10 ms
	Metrics                     // how many there are
)

var metrics = [Metrics]struct {
	name    string
	unit    Unit
	meaning string
}{
	OpenLag:       {"open_lag", Milliseconds, "actual less planned start of each open"},
	TTFE:          {"ttfe", Milliseconds, "planned open to first event"},
	Lateness:      {"lateness", Milliseconds, "arrival less due time of each event that was due"},
	Latency:       {"latency", Milliseconds, "arrival, by the server's clock, less the time in the event's data"},
	ITL:           {"itl", Milliseconds, "time between two events of a stream"},
	Stall:         {"stall", Milliseconds, "times between two events longer than the interval and one second"},
	Outage:        {"outage", Milliseconds, "disconnect to first event after it"},
	Duration:      {"duration", Milliseconds, "planned open to the proper end of a stream"},
	EventRate:     {"event_rate", EventsPerSecond, "events of a stream, by the time from its request to its last event"},
	ByteRate:      {"byte_rate", BytesPerSecond, "bytes of a stream, by the time from its request to its last event"},
	EventsPerRead: {"events_per_read", Events, "events that one read delivered"},
	Publish:       {"publish", Milliseconds, "due time of a publication to the hub's answer"},
	Append:        {"append", Milliseconds, "sending of an append to a live message to its answer"},
	Delivery:      {"delivery", Milliseconds, "answer to an append to the arrival of its chunk, or 0 if that came first"},
	Probe:         {"probe", Milliseconds, "lateness of the generator's own event, every 10 ms"},
}

func (m Metric) String() string { return metrics[m].name }

// Meaning is the definition in a few words.
func (m Metric) Meaning() string { return metrics[m].meaning }

// Unit is what the metric's figures are given in.
func (m Metric) Unit() Unit { return metrics[m].unit }

// IsTime tells whether the metric is a time.
func (m Metric) IsTime() bool { return m.Unit() == Milliseconds }

// OfSteady tells whether the metric's figures are those of the steady window
// alone. The others happen mostly while clients open, seldom, or once in the
// life of a stream, and are given over the whole run.
func (m Metric) OfSteady() bool {
	switch m {
	case OpenLag, TTFE, Outage, Duration, EventRate, ByteRate:
		return false
	}
	return true
}

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
