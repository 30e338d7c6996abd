package metrics

import "github.com/prometheus/client_golang/prometheus"

// Stats are the figures that someone else owns and that are asked for at each
// scrape.
type Stats struct {
	// MessagesStored counts the messages in the store, MessageStoreBytes their
	// text; LiveMessages of these counts the live ones that are open.
	MessagesStored    int
	MessageStoreBytes int64
	LiveMessages      int
	// StreamsActive counts the running streams of each of logs.Kinds.
	StreamsActive map[string]int
}

// SetStats registers whom to ask for Stats. It is called once, before the first
// scrape; read is called by the goroutine that serves the scrape, several at a
// time if there are several scrapes.
func (m *Metrics) SetStats(read func() Stats) {
	m.registry.MustRegister(statsCollector{
		read:    read,
		stored:  describe("messages_stored", "Messages in the store."),
		bytes:   describe("message_store_bytes", "Bytes of text in the store."),
		live:    describe("live_messages", "Live messages that are open."),
		streams: describe("streams_active", "Streams running now, by kind.", "kind"),
	})
}

type statsCollector struct {
	read                         func() Stats
	stored, bytes, live, streams *prometheus.Desc
}

// Describe implements prometheus.Collector.
func (c statsCollector) Describe(descs chan<- *prometheus.Desc) {
	descs <- c.stored
	descs <- c.bytes
	descs <- c.live
	descs <- c.streams
}

// Collect implements prometheus.Collector: one question gives all values, so
// that they belong together.
func (c statsCollector) Collect(metrics chan<- prometheus.Metric) {
	s := c.read()
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		metrics <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	gauge(c.stored, float64(s.MessagesStored))
	gauge(c.bytes, float64(s.MessageStoreBytes))
	gauge(c.live, float64(s.LiveMessages))
	for kind, n := range s.StreamsActive {
		gauge(c.streams, float64(n), kind)
	}
}
