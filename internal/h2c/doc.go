// Package h2c serves HTTP/2 without TLS (RFC 9113), by prior knowledge, to a
// plain http.Handler, and lets a handler leave its stream to somebody else.
//
// It exists for that second part. A response that goes on for hours needs of
// HTTP/2 a stream id and a window; net/http keeps the request, the goroutine of
// the handler with its stack, and a buffer for as long, several times what the
// stream itself needs. Here a handler calls TakeOver and returns, and a Stream
// of some hundred bytes is left, as after http.Hijacker on HTTP/1.
//
// Framing is that of golang.org/x/net/http2, header compression that of its
// hpack.
//
// # Where things are
//
//   - server.go: Server, all connections; hijack.go: from net/http to here.
//   - conn.go: conn, the state of one connection, and its beginning and end.
//   - read.go: the reading goroutine: what each frame does. request.go: from a
//     header block to an http.Request; body.go: what a handler reads of it.
//   - response.go: the http.ResponseWriter; head.go: header blocks that are sent.
//   - stream.go: Stream, who may write what; send.go: windows, and the queue of
//     writes that wait for them; output.go: from frames to the socket.
//
// # Who does what
//
// Each connection has a goroutine that reads, in Server.Serve. It starts one for
// each request, which runs the handler. What any of these has to send is
// appended to the connection's output, in whole frames; while there is some, a
// further goroutine writes it to the socket, all that has gathered at once. So
// streams that are due at the same moment share a system call.
//
// One mutex guards what these share. Nobody waits for anything under it.
//
// # Limits
//
// What a client can make the server keep is bounded: streams and running
// handlers by Config.MaxStreams each, headers by Config.MaxHeaderBytes,
// unread bodies by the window of the connection, 64 KiB; what is to be sent by
// 64 KiB of data, beyond which writes wait, and 512 KiB in all, beyond which
// the connection ends: then the client asks for answers that it does not read.
//
// # What is left out
//
// Priorities are only checked (RFC 9113 §5.3.2), trailers as well,
// nothing is pushed, no informational response is sent but 100, and a
// ResponseWriter neither flushes nor has deadlines of its own: a handler that
// answers bit by bit takes its stream over.
//
// # Conformance
//
// Besides the tests here, h2spec judges a running server:
//
//	go run github.com/summerwind/h2spec/cmd/h2spec@v2.2.1+incompatible --strict -p 4400 -P /openapi.yaml
//
// It passes, but for "Sends invalid connection preface": that is no HTTP/2 yet,
// and net/http answers it as the broken request of HTTP/1 that it is. Now and
// then it sends a body of the wrong length to a handler that has answered
// without it; nobody looks at the body then.
package h2c
