// Package track judges the streams of a load run: what was late, lost, doubled,
// out of order or wrong. It knows neither connections nor goroutines; every
// moment is an argument, counted from the start of the run.
//
// # Definitions
//
// A stream is one client's reading of one message, over all its connections.
//
//   - A, the arrival of an event, is the clock read after the read that
//     delivered the event's closing blank line.
//   - T0 is the moment when the connection was there and the request was
//     written to it. The client's first event does not move it, so a server
//     that delays all events alike is late by that much. Connecting is not part
//     of lateness, and neither is the wait for a turn to write where streams
//     share an HTTP/2 connection; both are part of ttfe.
//   - D, the due time of position k, is T0 + (k - base) × interval. base is the
//     first position of the connection: the first of the message, or after a
//     reconnect the one after the last event ID. So each connection has its own
//     schedule, as the server's subscription has.
//   - lateness is A - D, once for each position, when it arrives first. A
//     position that was due by the end of the steady window and never came is
//     lost. It enters the distribution too, as late until the end of the run,
//     so that losing events cannot improve a percentile.
//   - ttfe is from the planned open, not the actual one, to the first event
//     with content.
//   - itl (inter-token latency) is the time between two events of one
//     connection; a stall is one longer than the interval and a second. Events
//     of one read have the same arrival, and all but the first are coalesced.
//   - An outage is from the end of a connection to the first event after it.
//   - duration is from the planned open to the proper end of a stream. Its
//     event_rate and byte_rate are what it delivered by the time from its first
//     request to its last event, outages included.
//   - latency is from the moment that an event's data names to its arrival, both
//     by the server's clock.
//
// With Plan.Token only events that bring a token are events in this sense. The
// others have a number at most, or tell of an error, which is one of the run.
//
// A heartbeat is no event in this sense, be it a comment or one of type heartbeat
// ([IsHeartbeat]).
//
// Where the interval is not known there is no schedule, and neither lateness
// nor stall.
//
// # Publications
//
// With Plan.Publications the streams carry what the run publishes to a hub, and
// the definitions differ in this:
//
//   - Publication n is due at Publications.Start + n × interval, for all streams
//     and connections alike, whatever moment they open.
//   - A stream owes each publication that is due from its first response head to
//     the end of the steady window, on whichever connection it comes. What was
//     due before that may come, or not.
//   - An event whose number is not due yet is early: it is counted, and is not
//     that publication.
//   - The first event of a connection says nothing about where a schedule begins.
//
// # Live messages
//
// A stream whose [Subject] has a [Live] reads a message to which the run itself
// appends. The definitions differ in this:
//
//   - Chunk k is due when the producers' schedule says, or at T0 if the connection
//     came later. So neither a producer nor a server that falls behind can hide.
//   - delivery is from the answer to the append to the arrival, 0 if the arrival
//     was first. For a connection that came after the answer it is from T0.
//   - The text of a chunk follows from its number and the message's, the digest
//     and total of the done event from what the producer has sent. A total that
//     is told before the producer has sent all is corrupt. A connection that was
//     made when the message was complete must be told it.
//   - Of a message that is appended to through a pipe, the server may join and cut
//     chunks. Then events are compared with the text by the bytes before them,
//     and each has the chunks that it completes. After a gap that is not known
//     any more, and only the digest at the end is checked.
//   - A stream has failed if the server says so of the message, or if it says that
//     the message is complete and does not end the stream in time.
//
// # Faults on demand
//
// A connection whose plan was told with [Stream.Expect] is held against what package
// fault says of each position. The definitions differ in this:
//
//   - The plan says which events come, in which order and with which text, and how
//     the connection ends. Such an event, or such an end, is no failure. It is
//     counted as a fault that happened, and one that does not come as missing.
//   - What is missing, doubled, out of order, corrupt or truncated beyond that is so.
//   - Chunks are due by the recurrence of the server's streamers, in which pauses move
//     all that follow.
//   - Nothing is due between an end that was asked for and the next connection. What
//     the server sends again there, because the last id came before it, is no duplicate.
//   - Without ids the stream begins anew with each connection.
//   - A response that is a status in the place of a stream is none.
//
// # Correctness
//
// A stream completes with the done event of this project's server, with what
// [Done] says of a stream of another, or, where nothing is said, with a 204. A
// connection that breaks before, or ends in the middle of an event, is
// truncated, and so is one that ends in good order, if the proper end of the
// stream is known; if it is not, the connection counts as ended, which is no
// fault. A stream failed if nothing follows a truncated connection or an attempt
// to resume, or if it never opened; the end of the run cuts off all others.
//
// A position that arrives again is a duplicate, one that arrives after a higher
// one is reordered. One that is missing is lost: once a position is [Width]
// ahead of it, once a connection resumes behind it, and at the latest when the
// stream or the run ends. Missing then is every position below the highest one
// that came, below the known end of a message that is said to be complete, and
// below what was due where there is a schedule. An event with content that the
// message does not have at its position is corrupt, and so is a done event whose
// total or digest is not the message's. A position that the message cannot have
// is corrupt, too.
//
// A stream is good if it delivered an event and did not fail, nothing in it was
// lost, duplicate, reordered, corrupt or an error, and it alone would have met each upper
// bound on a percentile or maximum. One that opens late is waited for until its
// first event, as long as the drain lasts.
package track
