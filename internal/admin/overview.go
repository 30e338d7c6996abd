package admin

import (
	"context"
	"net/http"
	"runtime"
	runtimemetrics "runtime/metrics"
	"slices"
	"strings"
	"sync"
	"time"

	"sseserver/internal/feed"
	"sseserver/internal/logs"
	"sseserver/internal/metrics"
)

// sample is what an operator watches of one second. What happens is of that second,
// what there is of its end.
type sample struct {
	Time            string           `json:"time"` // UTC
	Streams         int              `json:"streams"`
	EventsPerSecond float64          `json:"eventsPerSecond"`
	LatenessP50MS   *float64         `json:"latenessP50Ms"` // null without an event
	LatenessP99MS   *float64         `json:"latenessP99Ms"`
	Opened          int64            `json:"opened"`
	Ends            map[string]int64 `json:"ends"` // by reason, without those that are 0
	Rejected        int64            `json:"rejected"`
	Messages        int              `json:"messages"`
	StoreBytes      int64            `json:"storeBytes"`
	MemoryBytes     uint64           `json:"memoryBytes"` // that the program has from the system
	Goroutines      int              `json:"goroutines"`
	LogDropped      int64            `json:"logDropped"` // since the start
}

// overview takes a sample each second while the server runs, and keeps the last
// ones.
type overview struct {
	server *Server
	boards *boards[struct{}]

	mu      sync.Mutex
	samples []sample
	last    uint64 // number of the last one, from 1
}

const (
	samplePause = time.Second
	keptSamples = 300
)

// run takes samples until ctx ends.
func (o *overview) run(ctx context.Context) {
	ticker := time.NewTicker(samplePause)
	defer ticker.Stop()
	before, at := o.server.config.Metrics.Sample(), time.Now()
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		now, read := time.Now(), o.server.config.Metrics.Sample()
		o.putUp(sampleOf(before, read, now.Sub(at), o.server.config.Stats(), now))
		before, at = read, now
		if !o.boards.tell(ctx) {
			return
		}
	}
}

// sampleOf returns the sample of the time between two readings of the metrics.
func sampleOf(before, read metrics.Sample, took time.Duration, stats metrics.Stats, now time.Time) sample {
	s := sample{
		Time: now.UTC().Format(logs.TimeLayout), Ends: make(map[string]int64),
		EventsPerSecond: float64(read.Events-before.Events) / took.Seconds(),
		Messages:        stats.MessagesStored, StoreBytes: stats.MessageStoreBytes,
		MemoryBytes: memoryBytes(), Goroutines: runtime.NumGoroutine(), LogDropped: read.LogDropped,
	}
	for _, n := range stats.StreamsActive {
		s.Streams += n
	}
	for name, n := range read.Counts {
		n -= before.Counts[name]
		event, reason, _ := strings.Cut(name, " ")
		switch { // other names are those of sums
		case name == logs.StreamOpened.Name:
			s.Opened = n
		case event == logs.StreamRejected.Name:
			s.Rejected += n
		case event == logs.StreamClosed.Name && n > 0 && slices.Contains(logs.CloseReasons, reason):
			s.Ends[reason] = n
		}
	}
	late := read.Lateness.Since(before.Lateness)
	s.LatenessP50MS, s.LatenessP99MS = percentileMS(late, .5), percentileMS(late, .99)
	return s
}

func percentileMS(late metrics.Lateness, part float64) *float64 {
	d, ok := late.Percentile(part)
	if !ok {
		return nil
	}
	return new(float64(d.Microseconds()) / 1000)
}

// memoryBytes returns what the program has of the system's memory, as the runtime
// counts it.
func memoryBytes() uint64 {
	read := []runtimemetrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	runtimemetrics.Read(read)
	return read[0].Value.Uint64() - read[1].Value.Uint64()
}

// putUp keeps a sample and puts it up for those who watch.
func (o *overview) putUp(s sample) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.samples) == keptSamples {
		o.samples = slices.Delete(o.samples, 0, 1)
	}
	o.samples = append(o.samples, s)
	o.last++
	frames := appendEvent(o.server.appendID(nil, o.last), "sample", s)
	for _, up := range o.boards.all() {
		o.boards.put(up, piece{frames: frames, to: o.last}, 0)
	}
}

// since returns the samples after a number, as far as they are kept, and the number
// of the last one, as one event; and a reader of those that follow.
func (o *overview) since(after uint64) (r *reader[struct{}], frames []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	r = o.boards.join("", struct{}{}, nil)
	have := uint64(len(o.samples))
	some := o.samples[have-min(have, o.last-min(after, o.last)):]
	return r, appendEvent(o.server.appendID(appendFirst(nil), o.last), "samples", slices.Clip(append([]sample{}, some...)))
}

// watchOverview answers GET /overview/events: the samples so far, and then each.
func (s *Server) watchOverview(w http.ResponseWriter, r *http.Request) {
	after, ours := s.idOf(lastEventID(r))
	if !ours {
		after = 0
	}
	reader, frames := s.overview.since(after)
	defer s.overview.boards.leave("", reader)
	s.feed(w, r, feed.Config{}, func(to *feed.Feed) {
		for to.Send(frames) == nil && to.Wait(r.Context(), reader.turn, nil) {
			frames = frames[:0]
			pieces, _ := s.overview.boards.take(reader)
			for _, p := range pieces {
				frames = append(frames, p.frames...)
			}
		}
	})
}
