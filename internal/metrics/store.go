package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// StoreOps are what a store that several servers share is asked for.
var StoreOps = []string{"add", "last", "read"}

// SetStore registers the metrics of a store that several servers share, and whom to
// ask whether it answers. It is called once, before the first scrape; up is called by
// the goroutine that serves the scrape.
func (m *Metrics) SetStore(up func() bool) {
	r := registry{m.registry}
	r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: namespace, Name: "store_up", Help: "Whether the shared store answers: 1 if it does, else 0.",
	}, func() float64 {
		if up() {
			return 1
		}
		return 0
	}))
	m.storeTimes = r.times("store_request_duration_seconds", "Time until the shared store answered, or was given up.", "op")
	for _, op := range StoreOps {
		m.storeTimes.WithLabelValues(op)
	}
}

// StoreDuration observes how long the shared store took for one of StoreOps. It is
// not called without SetStore.
func (m *Metrics) StoreDuration(op string, d time.Duration) {
	m.storeTimes.WithLabelValues(op).Observe(d.Seconds())
}
