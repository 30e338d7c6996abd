// Package load opens very many Server-Sent Events streams and measures what
// comes of them.
//
// [Run] takes a [Config], which says what to open, how many and for how long,
// and returns a [Result]. What is measured, and from when to when, is defined
// in the packages below it: measure (distributions, counts, windows) and track
// (lateness, loss, order, content).
//
// # Course of a run
//
//  1. The configuration is checked against the limits of the system, one stream
//     of each target is opened and closed again, and the messages are submitted.
//     With Config.Timestamp the offset of the server's clock is estimated, while
//     nothing loads the server.
//  2. Ramp: client i opens at i/Ramp seconds, whether or not those before it
//     got an answer (an open loop), so a server that is slow to accept cannot
//     slow down its own test. It lasts a tenth longer than the opens, a second
//     at most.
//     With Config.Stages or Config.Arrivals there is no ramp: the steady window
//     is all of the time in which clients come and go. Producers connect in the
//     ramp, too.
//  3. Steady: all clients should be there. With Config.Publish publications are
//     due from its beginning to its end, with Config.Live chunks of the live
//     messages, which are completed after it. A stream that ends is opened anew,
//     unless Config.Once, after Config.Think. A client whose visit is over
//     closes its connection: its stream is cut off, and nothing that it did not
//     wait for is lost.
//  4. Drain: nothing opens any more. Streams that end within Config.Drain may
//     do so, the others stay until all that was due by the end of the steady
//     window has come, at most as long.
//
// Run ends early, with what it has, when its context does, and also when every
// client has ended.
//
// # Who does what
//
// Each client is one goroutine, which runs an eventsource.Source. Clients are
// dealt to a few groups; a group's mutex guards its ledger and the judgement of
// its clients' streams, so nothing is shared between groups until the end.
//
// With Config.Publish the first worker has a publisher. One goroutine keeps the
// schedule; each publication has its own, which waits for the hub's answer. The
// publisher tells the clients nothing: track computes when each publication was
// due.
//
// With Config.Live each worker has the producers of its messages, a goroutine
// and, over HTTP/1.1, a connection for each. A producer tells its message, a
// track.Live, what it has sent and when that was answered; the streams of the
// message are judged by it. So both are in one process.
//
// With several processes, each is a worker with its share of the clients, told
// what to do and telling its result as JSON over its standard input and output.
// A worker stops when its input is closed, so none outlives the process that
// started it.
//
// A [LimitSearch] starts nothing. It names the load of the next run and is told
// the outcome; its caller makes the runs with [Config.AtLoad] and [Run].
//
// # The generator's own health
//
// A load generator that is out of breath measures itself. So each worker also
// reads an event stream that it sends itself every 10 ms over a pair of
// sockets, by the same client code, and measures how late that is; and it knows
// its processor time. [Health.Complaints] says what both mean for the run.
package load
