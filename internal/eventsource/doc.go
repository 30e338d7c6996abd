// Package eventsource is a client of Server-Sent Events, made for opening very
// many of them.
//
// It follows the processing model of the WHATWG HTML standard, section 9.2.3
// (https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model),
// as a browser's EventSource does: a connection that ends is opened again after
// the reconnection time, or later if many in a row did not last, with the last
// event ID; an answer other than 200 with the type text/event-stream ends it
// for good, and so does 204, which is how a server says that there is no more.
//
// # Usage
//
// A [Source] is one client. Its [Source.Run] blocks on the caller's goroutine
// and reports all that happens to the [Handler], which decides how reading goes
// on: an error from Event drops the connection or ends the client, and what
// ReadDone returns slows or stalls the reading. A [Transport] says how to
// connect and is shared by any number of sources.
//
// # Order
//
//   - The calls of one source's handler come one at a time, each after the one
//     before has returned, though not all on one goroutine.
//   - For each connection attempt: Open at most once, then Event, Comment and
//     ReadDone in the order of the stream, then Closed exactly once. Without
//     Open there is only Closed.
//   - ReadDone follows the events and comments of its read.
//   - When Run has returned, nothing of the source is left: no goroutine,
//     connection or timer. What sources share through their Transport is idle
//     HTTP/2 connections, until [Transport.CloseIdleConnections].
//
// # Time
//
// The clock is read once after each read that delivered bytes. All events of
// that read carry this time: the time at which the byte that completed them had
// arrived at the latest. Times hold Go's monotonic reading.
//
// # Cost
//
// Over plain HTTP/1.1 a source speaks to its connection directly: one
// goroutine, a read buffer that is borrowed for the time of a read, and no
// allocation for an event. That is about 7.5 KiB for a source that waits, the
// half of it its stack. With [Transport.Poll] it is about 5 KiB, and an event
// costs one read where it costs two otherwise, and no switch of goroutines.
//
// Connecting needs more of everything, so it runs on a goroutine of its own
// that ends when the response head has come. TLS and HTTP/2 go through
// net/http, at about 13 KiB and two goroutines for an HTTP/2 stream.
//
// # Limits
//
// No proxy, no cookies, no cache. Of content codings gzip is decoded, but not
// asked for: the decoder would be most of what a source holds, about 45 KiB.
// Such a source reads on its own goroutine, and its reads are counted as
// decoded.
package eventsource
