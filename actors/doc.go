// Package actors holds the streamer: the one goroutine that serves one
// subscription; and the clock that wakes all streamers.
//
// The life of a streamer:
//
//   - New allocates it and starts nothing; the broker starts Run, nobody else.
//   - It takes text from its Source, waits until each chunk is due by its Pace,
//     and sends it on Chunks, from which one handler receives. It is the sole
//     sender and the sole closer.
//   - Chunk k of the subscription is due k·Interval after the start. A streamer
//     whose handler was away sends everything that is due by now, one chunk
//     behind the other without a pause. It never drops, repeats or reorders.
//   - It alone knows the time. Each chunk says when it was due, and whether more
//     follows at once, so that the handler can write all that is due together.
//   - A source may say that its text is not there yet. The streamer then waits
//     in its mailbox until it is told that there is more.
//   - After a silence of Plan.Heartbeat it sends a chunk without text.
//   - It sleeps until its Clock says that a chunk is due, and is never woken
//     early. It may be woken a little later, together with others: by less than
//     a fiftieth of its interval and 5 ms, or a millisecond if that is more. As
//     far as the interval is a whole number of milliseconds, each chunk is late
//     by the same, so the time between two of them is exact.
//   - It ends when the source is exhausted or its context is canceled, for which
//     there is no other way than the context of Run. It stores the cause (Err),
//     closes Chunks and returns, in this order.
//
// A panic inside a source ends that streamer alone, with a *PanicError.
//
// The package knows neither HTTP, nor JSON, nor the broker.
package actors
