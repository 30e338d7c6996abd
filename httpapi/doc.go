// Package httpapi is the HTTP side of the server: it translates requests into
// questions to the broker, and the chunks of a stream into SSE frames.
//
// # Where things are
//
//   - server.go: New, the table of routes; listen.go: the http.Server to serve it.
//   - waiting.go: the connections without a request, of which some must go.
//   - send.go, messages.go, pages.go, probes.go: the plain handlers.
//   - subscribe.go: from a stream's request to a running stream.
//   - stream.go: the life of one stream; turn.go: how it frames and writes chunks;
//     flusher.go: who gives it its turns; frame.go: the bytes.
//   - transport.go: what a stream is written to; http1*.go and http2.go implement it.
//   - problem.go: every error a client can get. middleware.go: what each request passes.
//   - admin.go: the handler of the admin listener.
//
// # A stream's life here
//
// The status is decided before the first byte: parameters first, then the
// broker's answer. From then on a stream only writes frames, and ends with
// exactly one reason. It takes its response over: on HTTP/1 the connection is
// hijacked, on HTTP/2, which internal/h2c serves, the stream leaves its handler.
// All that was kept for the request is freed, its goroutine too: the streamer
// tells the stream when there is a chunk, and the flusher then lets it write.
// Only a stream that has to wait, for a client that does not read or for more
// chunks that are due already, gets a goroutine, until it waits no more.
//
// # Cancellation
//
// A client that leaves cancels the subscription: on HTTP/2 it is h2c that
// notices, on HTTP/1 the disconnect watch of Server.Run. The streamer then closes
// its chunks, which is the one way in which a stream without a fault ends.
package httpapi
