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
			HTTPRequest.Line(l, zap.InfoLevel).Add(RequestID("2cfcd119-b219-4b9f-922e-9c97846fc779")).Add(Method("GET")).
				Add(Route("/stream/{messageId}")).Add(URLPath("/stream/5b0e3c0e-8e0f-4f5e-9d5c-2f8f6a1f4a01")).
				Add(ClientAddress(client)).Add(StatusCode(200)).Add(DurationMS(time.Millisecond)).
				Add(MessageID(id)).Add(StreamID(id)).Write()
		},
		"closed": func(l *zap.Logger) {
			StreamClosed.Line(l, zap.InfoLevel).Add(StreamID(id)).Add(MessageID(id)).Add(RequestID("2cfcd119-b219-4b9f-922e-9c97846fc779")).
				Add(Reason("completed")).Add(Chunks(5)).Add(Done(true)).Add(Bytes(400)).Add(DurationMS(time.Second)).Add(MaxLagMS(0)).
				Add(Resumed(false)).Add(ClientAddress(client)).Add(StreamKind("characters")).Add(Unit("character")).Add(Total(5)).
				Add(LastPosition(4)).Add(TTFCMS(time.Millisecond)).Write()
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
