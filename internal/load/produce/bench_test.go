package produce

import (
	"context"
	"io"
	"net"
	"testing"
)

// One append over loopback TCP, both sides, and what an exchange of the same
// bytes costs that does nothing else.
func BenchmarkAppend(b *testing.B) {
	const answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: Thu, 26 Nov 2026 04:00:00 GMT\r\nContent-Length: 39\r\n\r\n" +
		`{"status":"ok","position":7,"bytes":28}`
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer listener.Close()
	go func() { // ends with the listener
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				in := make([]byte, 4<<10)
				for {
					if _, err := conn.Read(in); err != nil {
						_ = conn.Close()
						return
					}
					_, _ = io.WriteString(conn, answer)
				}
			}()
		}
	}()
	s := http1(b, "http://"+listener.Addr().String())
	b.Run("append", func(b *testing.B) {
		m := s.Message("5b0e37c1-9f4e-4f0a-8d0c-1a2b3c4d5e6f")
		defer m.Close()
		b.ReportAllocs()
		for b.Loop() {
			if _, err := m.Append(b.Context(), 6, []byte("text")); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("bare", func(b *testing.B) {
		conn, err := s.Dial(context.Background())
		if err != nil {
			b.Fatal(err)
		}
		defer conn.Close()
		in, out := make([]byte, 4<<10), make([]byte, 200)
		for b.Loop() {
			_, _ = conn.Write(out)
			if _, err := conn.Read(in); err != nil {
				b.Fatal(err)
			}
		}
	})
}
