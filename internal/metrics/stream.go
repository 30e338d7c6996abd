package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"sseserver/internal/logs"
)

// Stream are the metrics of the streams of one kind, found once and then used
// for every event.
type Stream struct {
	events     prometheus.Counter
	bytes      prometheus.Counter // shared by all kinds, as are those below
	heartbeats prometheus.Counter
	lateness   *histogram
	firstEvent *histogram
}

// Stream returns the metrics of the streams of one of logs.Kinds.
func (m *Metrics) Stream(kind string) *Stream { return m.streams[kind] }

// Sent counts the events of one write, and its bytes.
func (s *Stream) Sent(events, bytes int) {
	s.events.Add(float64(events))
	s.bytes.Add(float64(bytes))
}

// Late observes how much later than scheduled an event was written.
func (s *Stream) Late(d time.Duration) { s.lateness.observe(d) }

// FirstEvent observes the time from a stream's opening until its first event
// was written.
func (s *Stream) FirstEvent(d time.Duration) { s.firstEvent.observe(d) }

// Heartbeat counts a heartbeat. Its bytes are counted by Sent.
func (s *Stream) Heartbeat() { s.heartbeats.Inc() }

func newStreams(r registry) map[string]*Stream {
	events := r.counters("events_sent_total", "Events written to streams, by kind.", "kind")
	shared := Stream{
		bytes:      r.counters("sent_bytes_total", "Bytes written to streams.").WithLabelValues(),
		heartbeats: r.counters("heartbeats_sent_total", "Heartbeats written to streams, comments and events.").WithLabelValues(),
		lateness:   r.histogram("stream_lateness_seconds", "Actual less scheduled time of each event.", delayBuckets),
		firstEvent: r.histogram("stream_time_to_first_event_seconds", "Time from a stream's opening until its first event was written.", delayBuckets),
	}
	streams := make(map[string]*Stream)
	for _, kind := range logs.Kinds {
		s := shared
		s.events = events.WithLabelValues(kind)
		streams[kind] = &s
	}
	return streams
}
