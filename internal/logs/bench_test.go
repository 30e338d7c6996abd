package logs

import (
	"net/netip"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/zap"
)

// BenchmarkLinesToAFile is the cost of one line for the program: for whoever
// logs it, and for writing it.
func BenchmarkLinesToAFile(b *testing.B) {
	out, err := New(Config{File: filepath.Join(b.TempDir(), "server.log")})
	if err != nil {
		b.Fatal(err)
	}
	l, id, client := out.Logger.Named("httpapi"), uuid.New(), netip.MustParseAddr("127.0.0.1")
	for name, log := range map[string]func(*zap.Logger){
		"request": func(l *zap.Logger) {
			HTTPRequest.Log(l, RequestID("2cfcd119-b219-4b9f-922e-9c97846fc779"), Method("GET"), Route("/stream/{messageId}"),
				URLPath("/stream/5b0e3c0e-8e0f-4f5e-9d5c-2f8f6a1f4a01"), ClientAddress(client), StatusCode(200), DurationMS(time.Millisecond))
		},
		"closed": func(l *zap.Logger) {
			StreamClosed.Log(l, StreamID(id), MessageID(id), Reason("completed"), Chunks(5), Bytes(400),
				DurationMS(time.Second), MaxLagMS(0), Resumed(false))
		},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				log(l)
			}
		})
		b.Run(name+"-parallel", func(b *testing.B) {
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					log(l)
				}
			})
		})
	}
}
