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
//   - It sleeps until its Clock says that a chunk is due, which is at the first
//     Tick that is not before: up to a millisecond late, and never early.
//   - It ends when the source is exhausted or its one context ends. It stores
//     why (Err), closes Chunks and returns, in this order.
//
// A panic inside a source ends that streamer alone, with a *PanicError.
//
// The package knows neither HTTP, nor JSON, nor the broker.
package actors
