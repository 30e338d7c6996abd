// Package eventstream parses the event stream format of Server-Sent Events, as
// a browser does.
//
// The rules are those of the WHATWG HTML standard, section 9.2.6 "Interpreting
// an event stream":
// https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
//
// # Usage
//
// A [Parser] is pushed: whoever reads the connection hands each read to
// [Parser.Feed], and the [Handler] is called for every event, comment and
// reconnection time that became complete in it.
//
//	var p eventstream.Parser
//	for {
//		n, err := conn.Read(buf)
//		if ferr := p.Feed(buf[:n], handler); ferr != nil { … }
//		…
//	}
//
// The input may be cut anywhere, even inside CRLF, a byte order mark or a
// character: the calls are the same. An event is reported as soon as the byte
// that completes it was fed, so a CR that ends a line does not wait to see
// whether an LF follows.
//
// # Cost
//
// An event that lies within one Feed is not copied. Only what a read leaves
// unfinished is kept in the parser's own buffers, which are made when first
// needed and reused. In a steady state nothing is allocated. A parser at rest
// between two events holds a few hundred bytes.
//
// # What differs from the text
//
//   - The input is not decoded: bytes that are no UTF-8 are handed on as they
//     came, where a browser shows U+FFFD. This changes no line ending, no field
//     name and no number of events.
//   - [Parser.Reset], for a new connection, keeps the last event ID also as the
//     value that events without an id field get. That is what browsers do.
//   - The size of a line and of an event is bounded, see
//     [Parser.MaxEventBytes].
package eventstream
