package report

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"sseserver/internal/load"
	"sseserver/internal/load/track"
)

// Settings are the configuration of the run, with all defaults filled in. The
// tag "merge" says what several generators make of a field: sum, they share it
// out, or same, without which a merge has no meaning. Any other setting may
// differ, and a merge says so.
type Settings struct {
	Target          string  `json:"target"`
	Kind            string  `json:"kind" merge:"same"`
	Protocol        string  `json:"protocol"`
	Clients         int     `json:"clients" merge:"sum"`
	Processes       int     `json:"processes" merge:"sum"`
	RampPerSecond   float64 `json:"ramp_per_second" merge:"sum"`
	Stages          string  `json:"stages" merge:"same"`             // empty if there are none
	Arrivals        float64 `json:"arrivals_per_second" merge:"sum"` // 0 if clients stay
	Think           float64 `json:"think_ms"`
	Duration        float64 `json:"duration_ms"`
	Drain           float64 `json:"drain_ms"`
	Interval        float64 `json:"interval_ms"` // 0 if not known
	MessageBytes    int     `json:"message_bytes"`
	Shared          bool    `json:"shared"`
	Token           string  `json:"token"`        // path, empty if all events count
	Timestamp       string  `json:"timestamp"`    // path, empty if no latency was asked for
	ClockOffset     string  `json:"clock_offset"` // as given, empty if found out
	Once            bool    `json:"once"`
	ExpectDone      string  `json:"expect_done"` // empty if not known
	Sequence        string  `json:"sequence"`
	Anchor          string  `json:"anchor"` // of the schedule: request or first-event
	Method          string  `json:"method"`
	BodyDigest      string  `json:"body_digest"` // the first 12 digits of its SHA-256; empty without a body
	Header          string  `json:"header"`      // the names alone, since values may be secrets
	DataColumns     string  `json:"data_columns"`
	Insecure        bool    `json:"insecure"`
	MaxEventBytes   int     `json:"max_event_bytes"`
	SlowRate        int     `json:"slow_reader_bytes_per_second"`
	Fault           string  `json:"fault"` // plan, empty if none was asked for; the seed of stream n is Seed + n
	Reconnect       int     `json:"reconnect_clients" merge:"sum"`
	SlowReaders     int     `json:"slow_reader_clients" merge:"sum"`
	Stall           int     `json:"stall_clients" merge:"sum"`
	SourceAddresses int     `json:"source_addresses" merge:"sum"`
	Seed            uint64  `json:"seed"`
	PublishURL      string  `json:"publish_url"` // empty if nothing is published
	PublishRate     float64 `json:"publish_per_second"`
	LiveMessages    int     `json:"live_messages" merge:"sum"` // 0 if none is live
	AppendRate      float64 `json:"append_per_second"`         // of each of them
	AppendBytes     int     `json:"append_bytes"`
	AppendTo        string  `json:"append_to"` // empty if it is Target
	Pipe            bool    `json:"pipe"`
}

func newSettings(c load.Config) Settings {
	s := Settings{
		Target: target(c), Kind: c.Kind.String(), Protocol: c.Protocol,
		Clients: c.Clients, Processes: c.Processes, RampPerSecond: c.Ramp,
		Stages: c.Stages.String(), Arrivals: c.Arrivals, Think: millis(c.Think),
		Duration: millis(c.Duration), Drain: millis(c.Drain), Interval: millis(c.Interval),
		Shared: c.Shared, Token: c.Token.String(), Timestamp: c.Timestamp.Path.String(), Once: c.Once, ExpectDone: string(c.Done),
		Fault: c.Fault, Reconnect: c.Reconnect, SlowReaders: c.SlowReaders, Stall: c.Stall,
		SourceAddresses: len(c.SourceAddresses), Seed: c.Seed,
		PublishURL: load.Redacted(c.Publish.URL), PublishRate: c.Publish.Rate,
		LiveMessages: c.Live.Messages, AppendRate: c.Live.Rate, AppendBytes: c.Live.Bytes, AppendTo: load.Redacted(c.Live.AppendTo), Pipe: c.Live.Pipe,
	}
	s.request(c)
	if c.ClockOffset != nil {
		s.ClockOffset = c.ClockOffset.String()
	}
	s.Sequence, s.Anchor = c.Numbering.String(), "request"
	if c.Numbering == track.ByPath {
		s.Sequence = c.NumberAt.String()
	}
	if c.FirstEvent {
		s.Anchor = "first-event"
	}
	switch {
	case c.Live.On:
		s.Kind = "live"
	case len(c.Servers) > 0:
		s.MessageBytes = len(c.Text())
	}
	return s
}

// target is all addresses, without their passwords: reports are passed around.
func target(c load.Config) string {
	addresses := slices.Concat(c.Servers, c.URLs)
	for i, address := range addresses {
		addresses[i] = load.Redacted(address)
	}
	return strings.Join(addresses, " ")
}

func (s *Settings) request(c load.Config) {
	s.Method = cmp.Or(c.Method, http.MethodGet)
	s.Header = strings.Join(slices.Sorted(maps.Keys(c.Header)), " ")
	s.DataColumns = strings.Join(c.Columns, " ")
	s.Insecure, s.MaxEventBytes, s.SlowRate = c.Insecure, c.MaxEventBytes, c.SlowRate
	if c.Body != "" {
		s.BodyDigest = fmt.Sprintf("%x", sha256.Sum256([]byte(c.Body)))[:12]
	}
}
