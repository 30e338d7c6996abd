package metrics

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
)

// other is the label of what is in no list.
const other = "other"

var logLevels = []string{"debug", "info", "warn", "error"}

// words are the counters of one metric over a closed list of label values;
// fixed once made.
type words struct {
	vec   *prometheus.CounterVec
	known map[string]prometheus.Counter
}

// newWords makes a counter for each word of the list.
func newWords(vec *prometheus.CounterVec, list []string) words {
	w := words{vec: vec, known: make(map[string]prometheus.Counter, len(list))}
	for _, word := range list {
		w.known[word] = vec.WithLabelValues(word)
	}
	return w
}

func (w words) inc(word string) {
	c, ok := w.known[word]
	if !ok {
		c = w.vec.WithLabelValues(other)
	}
	c.Inc()
}

func routeLabel(pattern string) string {
	if pattern == "" {
		return other
	}
	return pattern
}

func methodLabel(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
		http.MethodOptions:
		return method
	default:
		return other
	}
}
