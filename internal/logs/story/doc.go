// Package story tells from the lines of a log what became of messages, streams and
// clients, and whose fault it was when one did not get all.
//
// # Clients
//
// A log knows streams. A client is a chain of them: a stream that resumes continues
// an earlier one of the same message, kind and unit. Which one, its stream.opened
// says in previous_stream_id; where it does not, it is the one of the same address
// and user agent that ended unfinished closest behind the position before the one at
// which the resumed stream begins, on whichever server, up to an hour earlier or
// later in the log. So one client is one [Client], however often it came back. A client that
// reads a message anew from its start is another one: a log cannot tell it from the
// neighbour behind the same address.
//
// # Memory
//
// [Clients] keeps the streams that are open, and the last 20 000 clients that have
// not finished, whatever the length of the log. [Explain] keeps what it tells.
//
// Nothing here is safe for use by several goroutines at once.
package story
