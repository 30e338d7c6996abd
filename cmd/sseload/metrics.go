package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"runtime"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"sseserver/internal/load"
	"sseserver/internal/load/measure"
)

// metrics shows Prometheus how the run goes, as of the latest whole second of
// all processes. It is a watcher, and a prometheus.Collector.
type metrics struct {
	cores int

	mu      sync.Mutex
	current string // phase
	all     sum    // since the start
	latest  measure.Second
}

const preparing = "preparing" // the phase before the windows

func newMetrics(processes int) *metrics {
	machine := load.Health{Procs: max(processes, 1) * runtime.GOMAXPROCS(0), CPUs: runtime.NumCPU()}
	return &metrics{cores: machine.Cores(), current: preparing}
}

// metric is a plain number that is shown.
type metric struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
	of   func(*metrics) float64
}

// What is shown, in the units of Prometheus.
var (
	shownPhase    = prometheus.NewDesc("sseload_phase", "1 for the phase that the run is in.", []string{"phase"}, nil)
	shownLateness = prometheus.NewDesc("sseload_lateness_seconds", "Arrival less due time of each event that was due; the sum is estimated from the buckets.", nil, nil)

	shown = []metric{
		gauge("clients_planned", "Opens that the plan has asked for.", func(m *metrics) float64 { return float64(m.all.Planned) }),
		gauge("clients_open", "Connections that are open.", func(m *metrics) float64 { return float64(m.all.open()) }),
		counter("streams_opened_total", "Connections that delivered a response head.", func(m *metrics) float64 { return float64(m.all.Opened) }),
		counter("streams_closed_total", "Of these, those that ended.", func(m *metrics) float64 { return float64(m.all.Closed) }),
		counter("events_total", "Events received.", func(m *metrics) float64 { return float64(m.all.Events) }),
		counter("errors_total", "Errors of all kinds.", func(m *metrics) float64 { return float64(m.all.Errors) }),
		gauge("generator_cpu_share", "Processor time used, as a share of the cores that sseload may use.", func(m *metrics) float64 { return m.latest.CPU.Seconds() / float64(m.cores) }),
		gauge("generator_probe_lateness_seconds", "Worst lateness of the generator's own event in the latest second.", func(m *metrics) float64 { return m.latest.ProbeMax.Seconds() }),
	}
)

func gauge(name, help string, of func(*metrics) float64) metric {
	return metric{prometheus.NewDesc("sseload_"+name, help, nil, nil), prometheus.GaugeValue, of}
}

func counter(name, help string, of func(*metrics) float64) metric {
	return metric{prometheus.NewDesc("sseload_"+name, help, nil, nil), prometheus.CounterValue, of}
}

func (m *metrics) phase(string) {} // all are preparations

func (m *metrics) second(t load.Tick) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.current, m.latest = t.Window.String(), t.Of
	m.all.add(t)
}

// Describe implements prometheus.Collector.
func (m *metrics) Describe(to chan<- *prometheus.Desc) {
	for _, s := range shown {
		to <- s.desc
	}
	to <- shownPhase
	to <- shownLateness
}

// Collect implements prometheus.Collector.
func (m *metrics) Collect(to chan<- prometheus.Metric) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range shown {
		to <- prometheus.MustNewConstMetric(s.desc, s.kind, s.of(m))
	}
	for _, phase := range []string{preparing, measure.Ramp.String(), measure.Steady.String(), measure.Drain.String()} {
		present := 0.0
		if phase == m.current {
			present = 1
		}
		to <- prometheus.MustNewConstMetric(shownPhase, prometheus.GaugeValue, present, phase)
	}
	to <- histogram(shownLateness, m.all.Lateness)
}

// histogram shows a heat row with a bucket for each doubling, a quarter of what
// the row has.
func histogram(desc *prometheus.Desc, row []uint64) prometheus.Metric {
	buckets := map[float64]uint64{}
	var count uint64
	var total time.Duration
	for i := range measure.HeatBuckets {
		if i < len(row) {
			count += row[i]
			total += time.Duration(row[i]) * (measure.HeatEdge(i) + measure.HeatEdge(i+1)) / 2
		}
		if i%4 == 0 && i+1 < measure.HeatBuckets { // the last bucket has no upper edge
			buckets[measure.HeatEdge(i+1).Seconds()] = count
		}
	}
	return prometheus.MustNewConstHistogram(desc, count, total.Seconds(), buckets)
}

// serve listens on the address and answers until the returned function is
// called.
func (m *metrics) serve(address string, told io.Writer) (stop func(), err error) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(m)
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("--metrics-addr: %w", err)
	}
	fmt.Fprintf(told, "metrics: http://%s/metrics\n", listener.Addr())
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener) // until it is closed
	}()
	return func() {
		_ = server.Close()
		<-served
	}, nil
}
