package broker

import "context"

// command is one request to the broker. The types below are all there are, so
// this file is the protocol. Each carries the channel for its answer, which has
// room for it: the loop never waits for an asker who left.
type command interface{ isCommand() }

type (
	submitCmd struct {
		message *Message
		reply   chan<- error // nil, ErrShuttingDown, ErrStoreFull
	}
	lookupCmd struct {
		id    MessageID
		reply chan<- lookupReply
	}
	deleteCmd struct {
		id    MessageID
		reply chan<- deleteReply
	}
	subscribeCmd struct {
		ctx     context.Context // ends the stream
		id      SubscriptionID
		request Request
		reply   chan<- subscribeReply
	}
	endedCmd struct { // sent by a streamer's goroutine as its last act
		stream *stream
	}
	statsCmd struct {
		reply chan<- Stats
	}
	drainCmd struct {
		drained chan<- struct{} // closed by the loop once no stream runs
	}
	endStreamsCmd struct {
		cause error
		reply chan<- int // how many it ended
	}
)

type (
	lookupReply struct {
		status Status
		err    error // ErrNotFound
	}
	deleteReply struct {
		removal Removal
		found   bool
	}
	subscribeReply struct {
		subscription *Subscription
		err          error // ErrNotFound, ErrShuttingDown, ErrTooManyStreams
	}
)

func (submitCmd) isCommand()     {}
func (lookupCmd) isCommand()     {}
func (deleteCmd) isCommand()     {}
func (subscribeCmd) isCommand()  {}
func (endedCmd) isCommand()      {}
func (statsCmd) isCommand()      {}
func (drainCmd) isCommand()      {}
func (endStreamsCmd) isCommand() {}
