// Package broker owns all message state. One goroutine, Broker.Run, holds the
// stored messages and the registry of running streams, and starts one streamer
// (package actors) for each subscription.
//
// # Ownership
//
//   - Every question to the broker is a method that sends one command into the
//     inbox and waits for its answer. Any number of goroutines may ask at once.
//   - An asker whose context ends, or who finds the broker closed, gives up only
//     while its command was not received, so nothing has happened then. From
//     there the answer comes at once, and is waited for. (Drain, which waits
//     for streams, may give up at any time.)
//   - Commands are carried out one at a time, in the order in which they
//     arrive: what one caller was told is true for the next one who asks.
//   - The loop does no I/O, takes no lock and never waits for a caller, a
//     streamer or a client. Splitting, hashing and naming a message is done by
//     the caller's goroutine, before the command.
//   - A Message is never changed once it exists, so it is shared freely.
//
// # A stream
//
// Subscribe registers a stream and starts its streamer in the context that the
// caller made for it. The stream ends when its message was sent, or with this
// context, which the caller and the broker can cancel: because the client has
// left, the message is removed, or all streams are to end. Subscription.Err is the
// cause. The streamer reports its end with a command of its own, after which the
// stream is in no count.
//
// # Life of a message
//
// A message is used when it is submitted, looked up or subscribed to, and when
// one of its streams ends. Config.TTL after its last use it is evicted, and the
// streams that still run on it end with ErrEvicted. At capacity the least
// recently used message without a stream makes room for a new one.
//
// # Shutdown
//
// Drain refuses new work and waits for the running streams; EndStreams ends
// those that remain; ending the context of Run ends the loop. Run returns, and
// closes the channel that every asker also waits on, after the last streamer.
package broker
