package metrics

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.uber.org/zap/zapcore"

	"sseserver/internal/logs"
)

const namespace = "sseserver"

// Config says what the metrics tell about the program itself.
type Config struct {
	// Version and Revision are labels of build_info.
	Version, Revision string
}

// Metrics are the server's metrics, in a registry of their own.
type Metrics struct {
	Sums Sums

	registry *prometheus.Registry

	submitted        prometheus.Counter
	appended         prometheus.Counter
	deleted          prometheus.Counter
	messagesRejected words
	evicted          words
	streamsRejected  words
	faults           words
	closed           map[string]words // by kind
	opened           map[string]words // by kind; the words are "true" and "false"
	logEntries       words
	logDropped       prometheus.Counter
	streams          map[string]*Stream

	duration     *histogram
	requests     *prometheus.CounterVec
	requestTimes *prometheus.HistogramVec
	storeTimes   *prometheus.HistogramVec // nil without a store that is shared
}

// New returns metrics that all stand at 0.
func New(c Config) *Metrics {
	r := registry{prometheus.NewRegistry()}
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	r.buildInfo(c)

	opened := r.counters("streams_opened_total", "Streams opened.", "kind", "resumed")
	closed := r.counters("streams_closed_total", "Streams that ended, by reason.", "kind", "reason")
	m := &Metrics{
		registry:         r.Registry,
		submitted:        r.counters("messages_submitted_total", "Messages stored.").WithLabelValues(),
		appended:         r.counters("chunks_appended_total", "Chunks appended to live messages.").WithLabelValues(),
		deleted:          r.counters("messages_deleted_total", "Messages that a client deleted.").WithLabelValues(),
		messagesRejected: newWords(r.counters("messages_rejected_total", "Messages refused, by error code.", "reason"), logs.MessageRejections),
		evicted:          newWords(r.counters("messages_evicted_total", "Messages that the server forgot, by reason.", "reason"), logs.EvictionReasons),
		streamsRejected:  newWords(r.counters("streams_rejected_total", "Streams refused, by error code.", "reason"), logs.StreamRejections),
		faults:           newWords(r.counters("faults_total", "Faults that plans asked for and that happened, by fault.", "fault"), logs.Faults),
		logEntries:       newWords(r.counters("log_entries_total", "Lines written to the log, by level.", "level"), logLevels),
		logDropped:       r.counters("log_entries_dropped_total", "Lines that the log lacks, since it could not be written.").WithLabelValues(),
		opened:           make(map[string]words),
		closed:           make(map[string]words),
		duration:         r.histogram("stream_duration_seconds", "Time from a stream's opening to its end.", durationBuckets),
		requests:         r.counters("http_requests_total", "HTTP requests answered.", "route", "method", "code"),
		requestTimes:     r.times("http_request_duration_seconds", "Time to answer an HTTP request in full, streams excluded.", "route"),
	}
	for _, kind := range logs.Kinds {
		m.opened[kind] = newWords(opened.MustCurryWith(prometheus.Labels{"kind": kind}), []string{"true", "false"})
		m.closed[kind] = newWords(closed.MustCurryWith(prometheus.Labels{"kind": kind}), logs.CloseReasons)
	}
	m.streams = newStreams(r)
	return m
}

// Handler serves the metrics in Prometheus's text format.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// MessageSubmitted counts a message that was stored, or opened.
func (m *Metrics) MessageSubmitted() { m.submitted.Inc() }

// ChunkAppended counts a chunk of a live message. The text that a message is
// opened with is one, too.
func (m *Metrics) ChunkAppended() { m.appended.Inc() }

// MessageDeleted counts a message that a client deleted.
func (m *Metrics) MessageDeleted() { m.deleted.Inc() }

// MessageRejected counts a message that was refused; the reason is one of
// logs.MessageRejections.
func (m *Metrics) MessageRejected(reason string) { m.messagesRejected.inc(reason) }

// MessageEvicted counts a message that the server forgot; the reason is one of
// logs.EvictionReasons.
func (m *Metrics) MessageEvicted(reason string) { m.evicted.inc(reason) }

// StreamOpened counts a stream of one of logs.Kinds.
func (m *Metrics) StreamOpened(kind string, resumed bool) {
	m.opened[kind].inc(strconv.FormatBool(resumed))
}

// StreamRejected counts a stream that was refused; the reason is one of
// logs.StreamRejections.
func (m *Metrics) StreamRejected(reason string) { m.streamsRejected.inc(reason) }

// Fault counts what went wrong in a stream as its plan asks for; the name is one of
// logs.Faults.
func (m *Metrics) Fault(name string) { m.faults.inc(name) }

// StreamClosed counts a stream that ended d after it was opened; the reason is
// one of logs.CloseReasons.
func (m *Metrics) StreamClosed(kind, reason string, d time.Duration) {
	m.closed[kind].inc(reason)
	m.duration.observe(d)
}

// LogEntry counts a line of the log.
func (m *Metrics) LogEntry(level zapcore.Level) { m.logEntries.inc(level.String()) }

// LogEntryDropped counts a line that did not get into the log.
func (m *Metrics) LogEntryDropped() { m.logDropped.Inc() }

// HTTPRequest counts an answered request. The route is the pattern that
// matched, "" for none, never the path itself.
func (m *Metrics) HTTPRequest(route, method string, code int) {
	m.requests.WithLabelValues(routeLabel(route), methodLabel(method), strconv.Itoa(code)).Inc()
}

// HTTPDuration observes how long a request took. It is not called for streams,
// which last as long as they should.
func (m *Metrics) HTTPDuration(route string, d time.Duration) {
	m.requestTimes.WithLabelValues(routeLabel(route)).Observe(d.Seconds())
}
