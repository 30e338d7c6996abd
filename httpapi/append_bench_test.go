package httpapi_test

import (
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"sseserver/broker"
	"sseserver/httpapi"
	"sseserver/httpapi/ssetest"
)

// benchAppend starts a server and opens a message that may be as long as it likes.
func benchAppend(b *testing.B) (server *ssetest.Server, url string) {
	const most = 1 << 30
	server = ssetest.Start(b, ssetest.Config{
		API: httpapi.Config{MaxMessageBytes: most}, Broker: broker.Config{MaxMessageBytes: most, MaxBytes: most},
	})
	message, err := server.Broker.Open(b.Context(), netip.Prefix{}, "")
	if err != nil {
		b.Fatal(err)
	}
	return server, server.URL + "/messages/" + message.Name + "/chunks"
}

// A request for each chunk of four bytes, client and server together.
func BenchmarkAppend(b *testing.B) {
	for mediaType, body := range map[string]string{"text/plain": "abcd", "application/json": `{"chunk":"abcd"}`} {
		b.Run(mediaType, func(b *testing.B) {
			server, url := benchAppend(b)
			client := server.Client(ssetest.HTTP1)
			b.ReportAllocs()
			for b.Loop() {
				resp, err := client.Post(url, mediaType, strings.NewReader(body))
				if err != nil || resp.StatusCode != http.StatusOK {
					b.Fatal(resp, err)
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
			}
		})
	}
}

// Chunks of four bytes in one request, each sent by itself.
func BenchmarkPipe(b *testing.B) {
	for _, protocol := range ssetest.Protocols {
		b.Run(string(protocol), func(b *testing.B) {
			server, url := benchAppend(b)
			body, writer := io.Pipe()
			go func() {
				for b.Loop() {
					_, _ = io.WriteString(writer, "abcd")
				}
				writer.Close()
			}()
			b.ReportAllocs()
			resp, err := server.Client(protocol).Post(url, "text/plain", body)
			if err != nil || resp.StatusCode != http.StatusOK {
				b.Fatal(resp, err)
			}
			resp.Body.Close()
		})
	}
}
