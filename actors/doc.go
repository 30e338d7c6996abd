// Package actors holds the streamer: the one goroutine that serves one
// subscription; the clock that wakes all streamers; and the texts that they send,
// of which some grow.
//
// The life of a streamer:
//
//   - New allocates it and starts nothing; the broker starts Run, nobody else.
//   - It takes text from its Source, waits until each chunk is due by its Pace,
//     and sends it on Chunks, from which one handler receives. It is the sole
//     sender and the sole closer.
//   - Chunk k of the subscription is due k·Interval after the start; or, if its text
//     was not there by then, when it is, and those after it an Interval later each.
//     Without an Interval each is due as soon as it is there.
//   - A streamer whose handler was away sends everything that is due by now, one
//     chunk behind the other without a pause. It never drops, repeats or reorders;
//     only with Plan.Latest a text gives way to a later one before it is sent.
//   - It alone knows the time. Each chunk says when it was due, and whether more
//     follows at once, so that the handler can write all that is due together.
//   - A source may say that its text is not there yet. The streamer then waits
//     in its mailbox until it is told that there is more (Tell). A signal says no
//     more than that, so one that finds the mailbox full is not missed: whoever
//     takes the one before looks at the source after that.
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
// A Text is a value: appending to one returns another, which shares its bytes. Its
// units are those of the whole text wherever it was cut when it was appended, since
// a unit is counted only when no later text can change it. Follow is a source of
// the newest Text there is.
//
// A panic inside a source ends that streamer alone, with a *PanicError.
//
// The package knows neither HTTP, nor JSON, nor the broker.
package actors
