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
//   - A Message is never changed once it exists, so it is shared freely. Of a
//     message that changes there is one after the other.
//
// # Live messages
//
// Open stores a message whose producers then append to it, tell how far its job
// is, and end it as complete or failed. Each change makes another Message:
//
//   - The producer's goroutine finds the message, waits for its turn, and makes of
//     what the message is now what it is to be. Producers of one message take
//     turns, so that each begins with what the one before has left; those of
//     different messages never wait for each other.
//   - One command puts it in the place of the other, if that has not ended
//     meanwhile and there is room, which the end of it does not need. If not, nothing
//     has happened.
//   - The loop then shows it to the streams: it stores it where their sources look,
//     and tells each streamer by its mailbox that there is more. It does not wait
//     for any of them. A streamer reads what is there when it gets to it, however
//     much has come, so it misses nothing.
//   - A text that grows shares its bytes with what it was before, so a change costs
//     as much as what is appended, and nobody who reads sees it grow.
//
// In short, only one producer at a time makes what a message is next, only the loop
// says that it is so, and everybody else reads.
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
// A message is used when it is submitted, looked up or subscribed to, when it ends,
// and when one of its streams ends. Config.TTL after its last use it is evicted,
// and the streams that still run on it end with ErrEvicted. At capacity the least
// recently used message without a stream makes room for a new one, or for what is
// appended to another.
//
// A message that is open does not expire and is not evicted. Config.ProducerTimeout
// after the last change of its producers it fails, and Config.Failed is told of it.
// Whoever waits for more of it is told of its end by Message.Done.
//
// So the stored messages are in three lists: those that nothing holds and those
// that streams hold, by last use; and those that are open, by their producers' last
// change. Whatever is to leave or fail next is at the front of one.
//
// # Several nodes
//
// With Config.Store, messages are in a Store that the brokers of several nodes share,
// as a sequence of records each, and a broker has copies of those it serves:
//
//   - Whoever asks for a message asks the Store first, unless a tail follows the copy, and
//     reads from there what is not here. That is done by the goroutine that
//     asks, before the command, and a new copy comes to the loop as a command.
//   - A copy that is open, or has streams, has one tail, a goroutine that the loop
//     starts. It takes the records that the Store delivers, in unbroken sequence, asks
//     for what is missing, and after an outage, or a longer silence, what there is. It
//     alone changes the copy, with commands.
//   - What a producer changes, the tail stores, behind the record that it knows as the
//     last, before it is shown. If another node was first, the tail takes that in, and
//     tries again. The changes of several producers who wait can be one record.
//   - That something is not there, or may not be, is only said after the Store was asked.
//   - The end of a message, its removal and its expiry are records, too: of several
//     nodes, one is first, and tells of it. What the Store may not have been told of is
//     the last tenth of Config.TTL of uses, so a message is kept for that much longer.
//   - If the Store does not answer, streams go on with what is here, and a message that
//     is whole and here can be read. All else fails with ErrStoreUnavailable.
//   - A copy that nothing holds can leave at any time, and is read again. Of an append
//     that the Store has not answered, nobody knows: to repeat it with its position is
//     safe.
//
// # Shutdown
//
// Drain refuses new work and waits for the running streams, while producers go on
// with messages that are open; EndStreams ends the streams that remain; ending the
// context of Run ends the loop. Run returns, and closes the channel that every
// asker also waits on, after the last streamer.
package broker
