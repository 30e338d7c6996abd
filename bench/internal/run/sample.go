package run

import "sseserver/bench/internal/attack"

// Sample is what one turn came to. A turn that failed has an Error and nothing
// else.
type Sample struct {
	Server string `json:"server"`
	Round  int    `json:"round"` // from 1
	Error  string `json:"error,omitempty"`

	CPUPerEvent     float64 `json:"cpu_us_per_event"`
	Core            float64 `json:"core"`   // share of its core that the server used
	Others          float64 `json:"others"` // share of it that was used by anything else
	EventsPerSecond float64 `json:"events_per_second"`
	RSSPerStream    float64 `json:"rss_kib_per_stream"`
	IdleRSS         float64 `json:"idle_rss_kib"`

	OpenLagP99  float64 `json:"open_lag_p99_ms"`    // from the planned to the actual open: the client's own delay
	FirstP50    float64 `json:"first_event_p50_ms"` // from the planned open to the first event
	FirstP99    float64 `json:"first_event_p99_ms"`
	LatenessP50 float64 `json:"lateness_p50_ms"`
	LatenessP99 float64 `json:"lateness_p99_ms"`
	Lost        uint64  `json:"lost"`
	Faults      uint64  `json:"faults"` // duplicate, reordered or corrupt events, streams cut short or never opened

	// Complaints is why sseload does not stand by its figures: it was out of
	// breath itself.
	Complaints []string `json:"complaints,omitempty"`

	Probe *ProbeResult `json:"probe,omitempty"`
	Churn *ChurnResult `json:"churn,omitempty"`
	Fair  *FairResult  `json:"fair,omitempty"`
	Live  *LiveResult  `json:"live,omitempty"`
	Hold  *HoldResult  `json:"hold,omitempty"`

	Engines *EngineResult `json:"engines,omitempty"`
	Kills   *KillsResult  `json:"kills,omitempty"`
	Appends *AppendResult `json:"appends,omitempty"`
}

// LiveResult is how the chunks of live messages came to their readers.
type LiveResult struct {
	Appends     uint64  `json:"appends"`
	AppendP50   float64 `json:"append_p50_ms"` // from sending a chunk to its answer
	AppendP99   float64 `json:"append_p99_ms"`
	AppendMax   float64 `json:"append_max_ms"`
	DeliveryP50 float64 `json:"delivery_p50_ms"` // from the answer to the arrival at a reader; 0 if that was earlier
	DeliveryP99 float64 `json:"delivery_p99_ms"`
	DeliveryMax float64 `json:"delivery_max_ms"`
}

// HoldResult is what live messages take that nobody reads.
type HoldResult struct {
	Hold
	TextKiB      float64 `json:"text_kib_per_message"`
	RSSKiB       float64 `json:"rss_kib_per_message"`  // growth, text included
	HeapKiB      float64 `json:"heap_kib_per_message"` // the same of what is in use, after a collection
	CPUPerAppend float64 `json:"cpu_us_per_append,omitempty"`
}

// ProbeResult is how the server answers while it is loaded.
type ProbeResult struct {
	Sends      int     `json:"sends"`
	SendP50    float64 `json:"send_p50_ms"`
	SendP99    float64 `json:"send_p99_ms"`
	Streams    int     `json:"streams"`
	StreamP50  float64 `json:"stream_p50_ms"` // from before the connect to the first block
	StreamP99  float64 `json:"stream_p99_ms"`
	Failed     int     `json:"failed"`
	LastFailed string  `json:"last_failed,omitempty"`
}

// FairResult is what a turn beside an attack came to, beside the figures that
// every turn has.
type FairResult struct {
	LatenessMax float64 `json:"lateness_max_ms"`
	// ClientP99 and ClientMax are the lateness of an event that the client sets
	// itself: what is not the server's doing in the other clients' lateness.
	ClientP99 float64      `json:"client_lateness_p99_ms"`
	ClientMax float64      `json:"client_lateness_max_ms"`
	PeakRSS   float64      `json:"peak_rss_mib"`
	TCP       float64      `json:"kernel_tcp_mib"` // most that the attack added, at both ends
	ServerTCP float64      `json:"server_tcp_mib"` // most at the server's end
	Attacker  attack.Tally `json:"attacker"`
	Error     string       `json:"error,omitempty"` // why the attack did not take place as it should
}

// ChurnResult is what became of the clients that came and went, and of the
// server meanwhile. What is called early and late is the mean over the first
// and the last fifth of the readings.
type ChurnResult struct {
	Seconds      float64 `json:"seconds"`
	PerSecond    float64 `json:"per_second"` // clients that got their first event
	Failed       int     `json:"failed"`
	FirstP50     float64 `json:"first_event_p50_ms"`
	FirstP99     float64 `json:"first_event_p99_ms"`
	Goroutines   [2]int  `json:"goroutines"` // early, late
	RSSMiB       [2]int  `json:"rss_mib"`
	Streams      [2]int  `json:"streams_active"`
	StreamsAfter int     `json:"streams_active_after"` // a second after the last has left
}
