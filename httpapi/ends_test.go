package httpapi_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/broker"
	"sseserver/httpapi"
	"sseserver/httpapi/ssetest"

	"go.uber.org/zap/zapcore"
)

// ends are the ways in which a stream ends, of which there is exactly one for
// each stream, told exactly once.
var ends = []struct {
	reason string
	level  zapcore.Level
	config ssetest.Config
	path   string                                                                   // with interval=1m, where not told otherwise
	end    func(t *testing.T, server *ssetest.Server, s *ssetest.Stream, id string) // when the first chunk was read
	after  time.Duration                                                            // the opening
	chunks int64
}{
	{
		reason: "completed", path: "/stream/", after: time.Minute, chunks: 2,
		end: func(t *testing.T, _ *ssetest.Server, s *ssetest.Stream, _ string) {
			for range 3 { // 15, 30, 45 s
				s.WantComment("heartbeat")
			}
			s.WantChunk(1, "i") // when a heartbeat would be due, which then is not sent
			s.WantDone()
		},
	},
	{
		reason: "message_deleted", path: "/stream/", after: 5 * time.Second, chunks: 1,
		end: func(t *testing.T, server *ssetest.Server, s *ssetest.Stream, id string) {
			time.Sleep(5 * time.Second)
			ask(t, server, ssetest.HTTP1, "DELETE", "/messages/"+id, "")
			s.WantEnd()
		},
	},
	{
		reason: "message_evicted", path: "/progress/", after: 90 * time.Second, chunks: 2,
		config: ssetest.Config{API: httpapi.Config{Heartbeat: -1}, Broker: broker.Config{TTL: 90 * time.Second}},
		end: func(_ *testing.T, _ *ssetest.Server, s *ssetest.Stream, _ string) {
			s.WantPercent(2)
			s.WantEnd()
		},
	},
	{
		reason: "server_shutdown", path: "/stream/", after: 5 * time.Second, chunks: 1,
		config: ssetest.Config{API: httpapi.Config{Jitter: func() float64 { return 0.25 }}},
		end: func(t *testing.T, server *ssetest.Server, s *ssetest.Stream, _ string) {
			time.Sleep(5 * time.Second)
			if n, err := server.Broker.EndStreams(t.Context(), broker.ErrShuttingDown); n != 1 || err != nil {
				t.Errorf("ended %d streams, %v", n, err)
			}
			s.WantRetry(2500 * time.Millisecond)
			s.WantEnd()
		},
	},
	{
		reason: "client_gone", path: "/progress/", after: 5 * time.Second, chunks: 1,
		end: func(_ *testing.T, _ *ssetest.Server, s *ssetest.Stream, _ string) {
			time.Sleep(5 * time.Second)
			s.Close()
		},
	},
	{
		reason: "internal_error", level: zapcore.ErrorLevel, path: "/stream/", after: 5 * time.Second, chunks: 1,
		end: func(t *testing.T, server *ssetest.Server, s *ssetest.Stream, _ string) {
			time.Sleep(5 * time.Second)
			if n, err := server.Broker.EndStreams(t.Context(), errors.New("not of those that are known")); n != 1 || err != nil {
				t.Errorf("ended %d streams, %v", n, err)
			}
			s.WantEnd()
		},
	},
}

func TestEnds(t *testing.T) {
	for _, end := range ends {
		t.Run(end.reason, func(t *testing.T) {
			inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
				config := end.config
				config.InMemory = true
				server := ssetest.Start(t, config)
				id := server.Submit("Hi")
				stream := server.Open(protocol, end.path+id+"?interval=1m")
				start := time.Now()
				stream.WantOpening()
				first, _ := stream.Next()
				if first.Data == "" {
					t.Fatalf("got %v, want the first chunk", first)
				}
				end.end(t, server, stream, id)
				synctest.Wait()

				opened, closed := server.Log.Only("stream.opened"), server.Log.Only("stream.closed")
				if closed.Fields["reason"] != end.reason || closed.Level != end.level || closed.Fields["chunks"] != end.chunks {
					t.Errorf("the log says %v %v; want %v %s after %d chunks", closed.Level, closed.Fields, end.level, end.reason, end.chunks)
				}
				if took := time.Since(start); took != end.after {
					t.Errorf("ended after %v, want %v", took, end.after)
				}
				if took := closed.Fields["duration_ms"]; took != float64(end.after.Milliseconds()) {
					t.Errorf("ended after %v ms, says the log; want %v", took, end.after)
				}
				if bytes := closed.Fields["bytes"]; bytes != int64(len(stream.Raw())) {
					t.Errorf("the log says %v bytes; the client got %d", bytes, len(stream.Raw()))
				}
				if opened.Fields["stream_id"] != closed.Fields["stream_id"] || opened.Fields["message_id"] != id {
					t.Errorf("opened %v, closed %v", opened.Fields, closed.Fields)
				}
				if _, has := closed.Fields["error"]; has != (end.reason == "internal_error") {
					t.Errorf("an error in the log: %v", closed.Fields["error"])
				}
				// Nothing is left.
				stats, err := server.Broker.Stats(t.Context())
				if err != nil || stats.Streams[broker.Characters]+stats.Streams[broker.Progress] != 0 {
					t.Errorf("the broker counts %v, %v", stats, err)
				}
				for _, protocol := range ssetest.Protocols {
					server.Client(protocol).CloseIdleConnections()
				}
				synctest.Wait()
				if got := server.API.Conns(); got != 0 {
					t.Errorf("%d connections are left", got)
				}
			})
		})
	}
}

// Wait waits for the streams of both protocols, but not longer than told.
func TestWait(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		stream := server.Open(protocol, "/stream/"+server.Submit("Hi")+"?interval=1m")
		stream.WantOpening()
		impatience := errors.New("enough")
		start := time.Now()
		ctx, cancel := context.WithTimeoutCause(t.Context(), 10*time.Second, impatience)
		defer cancel()
		if err := server.API.Wait(ctx); err != impatience || time.Since(start) != 10*time.Second {
			t.Errorf("waited %v, %v; want 10s and the cause", time.Since(start), err)
		}
		go stream.All() // its second chunk is the last
		if err := server.API.Wait(t.Context()); err != nil || time.Since(start) != time.Minute {
			t.Errorf("waited %v, %v; want until the end of the stream, 1m", time.Since(start), err)
		}
	})
}

// A client that has connected and said nothing, as browsers do, does not hold up
// a shutdown.
func TestShutdownWaitsForNobodySilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		server.Dial()
		synctest.Wait()
		start := time.Now()
		if err := server.HTTP.Shutdown(t.Context()); err != nil || time.Since(start) > time.Second {
			t.Errorf("took %v, %v", time.Since(start), err)
		}
	})
}

// A message that is used lives on: its time counts from the end of its last
// stream.
func TestTTLCountsFromTheLastUse(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true, Broker: broker.Config{TTL: time.Minute}})
		id := server.Submit("Hi")
		time.Sleep(59 * time.Second)
		stream := server.Open(protocol, "/stream/"+id+"?interval=10s") // ends at 1m9s
		stream.WantOpening()
		stream.WantText(0, "Hi")
		time.Sleep(time.Minute - time.Millisecond)
		if got := ask(t, server, protocol, "HEAD", "/stream/"+id, ""); got.StatusCode != 200 { // a use, too
			t.Errorf("1 ms before its time: %s", got.Status)
		}
		time.Sleep(time.Minute)
		synctest.Wait() // until it is gone
		ask(t, server, protocol, "GET", "/stream/"+id, "").wantProblem(t, 404, "message_not_found")
	})
}

// At a shutdown the clients are told to come back at moments of their own.
func TestJitter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		id := server.Submit("Hi")
		var streams []*ssetest.Stream
		for range 20 {
			streams = append(streams, server.Open(ssetest.H2C, "/stream/"+id+"?interval=1m"))
		}
		_, _ = server.Broker.EndStreams(t.Context(), broker.ErrShuttingDown)
		moments := make(map[time.Duration]bool)
		for _, stream := range streams {
			events, err := stream.All()
			retry := events[len(events)-1].Retry
			if err != nil || retry < 2*time.Second || retry >= 4*time.Second {
				t.Errorf("told to come back after %v, %v; want 2 to 4 s", retry, err)
			}
			moments[retry] = true
		}
		if len(moments) < 10 {
			t.Errorf("told only %d moments to 20 clients", len(moments))
		}
	})
}
