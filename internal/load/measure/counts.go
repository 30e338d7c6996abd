package measure

import "reflect"

// Counts are plain numbers over the whole run, all windows. They all add up.
type Counts struct {
	Clients     uint64 `json:"clients"`     // clients that started; one that went and came again counts again
	Connections uint64 `json:"connections"` // connections that delivered a response head
	Streams     uint64 `json:"streams"`     // one client reading one message, over all its connections; without slow clients
	Completed   uint64 `json:"completed"`   // streams that came to their proper end
	CutOff      uint64 `json:"cut_off"`     // streams that the end of the run, or of the client's visit, ended
	Failed      uint64 `json:"failed"`      // streams that could not be opened, or ended for good before their end
	Empty       uint64 `json:"empty"`       // streams that opened and delivered no event
	Unnumbered  uint64 `json:"unnumbered"`  // streams without numbers, so that doubles, order and gaps cannot be seen
	Dropped     uint64 `json:"dropped"`     // connections that the generator dropped on purpose
	Reconnects  uint64 `json:"reconnects"`  // connections that resumed a stream

	Events   uint64 `json:"events"`
	Steady   uint64 `json:"steady_events"` // of the events, those that arrived in the steady window
	Reads    uint64 `json:"reads"`         // reads that delivered at least one event
	Comments uint64 `json:"comments"`
	Early    uint64 `json:"early"` // events that came before they were due

	OtherEvents uint64 `json:"other_events"` // events that brought no token, where those that do are counted as events
	Coalesced   uint64 `json:"coalesced"`    // events that came in the same read as the event before them
	BeforeSent  uint64 `json:"before_sent"`  // events that came before they were sent, by more than the error of the clock offset
	NoTimestamp uint64 `json:"no_timestamp"` // events whose data had no usable time where it should be

	Lost         uint64 `json:"lost"`          // due, but never received
	Duplicate    uint64 `json:"duplicate"`     // received again
	Reordered    uint64 `json:"reordered"`     // received after a later one
	Corrupt      uint64 `json:"corrupt"`       // events, or digests, with the wrong content
	ResumedWrong uint64 `json:"resumed_wrong"` // resumed connections that did not continue where they should
	Truncated    uint64 `json:"truncated"`     // connections that ended before the stream did
	Ended        uint64 `json:"ended"`         // connections that the server ended in good order, of streams whose end is not known

	Published   uint64 `json:"published"`   // publications that the hub took
	Unpublished uint64 `json:"unpublished"` // publications that it did not take, or that could not be sent
	Overlapping uint64 `json:"overlapping"` // publications sent although the one before was not answered in time, so without an order
	Delivered   uint64 `json:"delivered"`   // publications that arrived, once for each client

	Appended   uint64 `json:"appended"`   // chunks that the server took for live messages
	Unappended uint64 `json:"unappended"` // chunks that were due, and that it did not take, or that could not be sent

	FaultMissing uint64 `json:"fault_missing"` // faults that a plan asked for and that did not happen

	Judged uint64 `json:"judged"` // streams that count for goodput
	Good   uint64 `json:"good"`   // of those, the ones that delivered events, each once, in order and unchanged, and met every condition on a time; broken connections do not matter if they were resumed

	SlowClients uint64 `json:"slow_clients"` // clients that read slowly or stopped reading
	SlowEvents  uint64 `json:"slow_events"`
	SlowCutOff  uint64 `json:"slow_cut_off"` // of their connections, the ones that the server ended early
}

// Add adds another process's or group's counts.
func (c *Counts) Add(from Counts) {
	to, add := c.all(), from.all()
	for i := range to {
		*to[i] += *add[i]
	}
}

// ByName finds a count by its name in JSON.
func (c Counts) ByName(name string) (uint64, bool) {
	fields := reflect.ValueOf(c)
	for i := range fields.NumField() {
		if fields.Type().Field(i).Tag.Get("json") == name {
			return fields.Field(i).Uint(), true
		}
	}
	return 0, false
}

// CountNames lists what ByName finds.
func CountNames() (names []string) {
	fields := reflect.TypeFor[Counts]()
	for i := range fields.NumField() {
		names = append(names, fields.Field(i).Tag.Get("json"))
	}
	return names
}

// Timely is the number of events whose times count: not those of slow clients.
func (c Counts) Timely() uint64 { return c.Events - min(c.SlowEvents, c.Events) }

// Received is the number of events that arrived for the first time.
func (c Counts) Received() uint64 { return c.Events - min(c.Duplicate, c.Events) }

func (c *Counts) all() []*uint64 {
	return []*uint64{
		&c.Clients, &c.Connections, &c.Streams, &c.Completed, &c.CutOff, &c.Failed, &c.Empty, &c.Unnumbered, &c.Dropped, &c.Reconnects,
		&c.Events, &c.Steady, &c.Reads, &c.Comments, &c.Early,
		&c.OtherEvents, &c.Coalesced, &c.BeforeSent, &c.NoTimestamp,
		&c.Lost, &c.Duplicate, &c.Reordered, &c.Corrupt, &c.ResumedWrong, &c.Truncated, &c.Ended,
		&c.Published, &c.Unpublished, &c.Overlapping, &c.Delivered,
		&c.Appended, &c.Unappended, &c.FaultMissing, &c.Judged, &c.Good, &c.SlowClients, &c.SlowEvents, &c.SlowCutOff,
	}
}
