package httpapi

import (
	"context"
	"net/netip"
	"testing"

	"sseserver/actors"
	"sseserver/broker"
	"sseserver/internal/metrics"

	"go.uber.org/zap"
)

// The work of one chunk on its way through the handler, without the write: of a
// message whose total is known, and of one that is open.
func BenchmarkFrame(b *testing.B) {
	ctx, stop := context.WithCancelCause(b.Context())
	texts := broker.New(broker.Config{})
	running := make(chan error)
	go func() { running <- texts.Run(ctx) }()
	stored, err := texts.Submit(ctx, netip.Prefix{}, "H")
	if err != nil {
		b.Fatal(err)
	}
	live, err := texts.Open(ctx, netip.Prefix{}, "H")
	if err != nil {
		b.Fatal(err)
	}
	for name, message := range map[string]*broker.Message{"stored": stored, "live": live} {
		subscription, err := texts.Subscribe(ctx, stop, broker.Request{MessageID: message.ID, Kind: broker.Characters, Interval: 1})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) { benchmarkFrame(b, subscription) })
	}
	stop(broker.ErrClientGone)
	<-running
}

func benchmarkFrame(b *testing.B, subscription *broker.Subscription) {
	st := &stream{
		form: events{kind: broker.Characters, name: frameID}, total: unknownTotal, subscription: subscription,
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
