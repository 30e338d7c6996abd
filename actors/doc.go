// Package actors holds the streamer: the one goroutine that serves one
// subscription; and the clock that wakes all streamers.
//
// The life of a streamer:
//
//   - New allocates it and starts nothing; the broker starts Run, nobody else.
//   - It takes text from its Source, waits until each chunk is due by its Pace,
//     and sends it on Chunks. It is the sole sender and the sole closer.
//   - Chunk k of the subscription is due at Start + k·Interval. A streamer whose
//     reader was away sends everything that is due by now, one chunk behind the
//     other without a pause. It never drops, repeats or reorders.
//   - It sleeps until its Clock says that a chunk is due, and is never woken
//     early. It may be woken a little later, together with others: by less than
//     a fiftieth of its interval and 5 ms, or a millisecond if that is more. As
//     far as the interval is a whole number of milliseconds, each chunk is late
//     by the same, so the time between two of them is exact.
//   - A reader either waits for Chunks, and is handed each, or is told by
//     Reader.Ready when there is one, and needs no goroutine until then.
//   - It ends when the source is exhausted or it is canceled, by Cancel or by the
//     end of the context that New was given. It stores why (Err), closes Chunks
//     and returns, in this order.
//
// A panic inside a source ends that streamer alone, with a *PanicError.
//
// The package knows neither HTTP, nor JSON, nor the broker.
package actors
