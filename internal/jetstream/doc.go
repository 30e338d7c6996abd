// Package jetstream keeps the messages of several brokers in NATS JetStream, 2.11 or
// newer. Store is a broker.Store, and what a broker may rely on is said there.
//
// # What is in the engine
//
// One stream of JetStream holds all messages. The records of a message have the
// subject NAME.m.ID, and their version is their sequence in the stream, so it
// grows with each of them, and is one more for each record of any message. What is
// stored is published again as NAME.live.ID, for those who follow the message.
//
// Each record carries the version of the one before it, three times over: as the
// fence that the engine checks (Nats-Expected-Last-Subject-Sequence), in its own
// first line, which is how a reader finds that one is missing, and in what is
// published again. So of any number of nodes that add behind the same record one
// succeeds, and nobody takes a history for whole that is not.
//
// A record that a message is Gone rolls up its subject: it takes the place of
// whatever there is, in one step, and vanishes some minutes later. Until then it is
// the version that late records would have to know. Afterwards those that expect a
// record find none, and are refused just as well. Only where there is no room for
// it, what it takes the place of is purged first, or there would never be any.
//
// # Who is asked
//
// What must not overlook anything (Last, and whether a record was stored) is asked of
// the stream's leader. Histories are read from whichever engine is near, which may
// be behind: a Read that does not reach its end along an unbroken chain is
// repeated, and in the end answered by the leader. What is published again is sent
// at most once: of messages of which nothing has come for a second, the newest records are
// asked for, of many with one question; a broker notices what else is missing.
//
// # When the engine does not answer
//
// A request is repeated while its answer is missing. An Add may be, because a
// record has an origin, a random number of its own: if the engine says that
// another record was first, and that has our origin, it is ours.
//
// A leader that has failed is replaced within some seconds, for which calls wait,
// up to patience. A connection that is down for longer than a second, or a leader
// that has not answered anything for longer than patience, is an outage: calls
// fail at once, until a probe is answered.
//
// Goroutines: those of nats.go, which end with the connection; that of Run; and the
// two that it starts, for records that come and for the sweep, and waits for.
package jetstream
