// Package httpapi is the HTTP side of the server: it translates requests into
// questions to the broker, and the chunks of a stream into SSE frames.
//
// # Where things are
//
//   - server.go: New and Config; routes.go: the table of the API; listen.go:
//     the http.Server to serve it; conns.go: its connections, of which some must
//     go when there are too many; guests.go: those of another listener;
//     newcomers.go: who has to wait there.
//   - send.go, messages.go, pages.go, probes.go: the plain handlers; message.go:
//     what is read of the JSON of a body.
//   - drafts.go: pages on which somebody works, and how browsers hear of that.
//   - live.go, append.go, ends.go, progress.go: what the producer of a live
//     message asks; arrival.go: a text body as it arrives.
//   - body.go: how a body is read, or what is left of it after the answer;
//     intake.go: how many at a time.
//   - subscribe.go: from a stream's request to a running stream.
//   - stream.go: the handler of one stream; stream_log.go: what it tells of it;
//     frame.go: the bytes.
//   - transport.go: what a stream is written to; takenover.go and response.go
//     implement it.
//   - problem.go: every error a client can get. middleware.go: what each
//     request passes; access.go: who may write.
//   - pages.go, problem.go and drafts.go use packages that the admin listener uses,
//     too: answer, token and feed.
//
// # A stream's life here
//
// The status is decided before the first byte: parameters first, then the
// broker's answer. From then on a stream only writes frames, and ends with
// exactly one reason. One goroutine, its handler, ranges over the chunks,
// frames each, and writes when nothing more follows at once. A live message is
// streamed in the same way; only the total is looked up anew as long as it is not
// known, and the end may be that the message has failed.
//
// Over HTTP/1.1 without TLS the handler takes the connection over from
// net/http, whose goroutine ends; the handler's own, and the streamer's, are
// all that such a stream has. Everything else is written to the
// http.ResponseWriter, in the goroutine of the request.
//
// # Cancellation
//
// A stream has a context of its own, with which it subscribes. The watch of
// package wire, or net/http, cancels it when the client leaves, the handler
// when a write has blocked for too long, and the broker when the message is
// gone or the server ends, each with its cause; the first one counts. The
// streamer sees the end of its context, closes its chunks, and so ends the
// handler's loop. There is no other way for a stream to end early.
package httpapi
