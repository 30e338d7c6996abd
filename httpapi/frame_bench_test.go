package httpapi

import (
	"testing"
	"time"

	"sseserver/actors"
	"sseserver/broker"
	"sseserver/internal/metrics"

	"go.uber.org/zap"
)

// The work of one chunk on its way through the handler, without the write.
func BenchmarkFrame(b *testing.B) {
	st := &stream{
		kind: broker.Characters, name: frameID, total: 1000, start: time.Now(),
		metrics: metrics.New(metrics.Config{}).Stream(string(broker.Characters)),
		server:  &Server{config: Config{Logger: zap.NewNop()}},
	}
	b.ReportAllocs()
	for position := 0; b.Loop(); position = (position + 1) % 1000 {
		if err := st.frame(actors.Chunk{Position: position, Text: "H"}); err != nil {
			b.Fatal(err)
		}
		st.frames.free()
		st.frames = nil
	}
}
