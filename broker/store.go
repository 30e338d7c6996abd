package broker

import (
	"context"
	"errors"
	"time"
)

// Store is what the brokers of several nodes keep their messages in, so that each of
// them can serve any. There a message is a sequence of records. A broker has a copy of
// the messages that it serves, and follows what becomes of them.
//
// Any number of goroutines may call the methods at once. Each waits no longer than the
// store is worth waiting for, which is longer than it takes to replace a part of it
// that has failed. The errors that are not named are ErrStoreUnavailable, which may
// wrap its reason, or the cause of ctx.
type Store interface {
	// Add stores a record of a message behind its last one, whose version must be
	// after, 0 if there is none, and returns once it will not be lost. With
	// ErrConflict, another record was first; with ErrStoreFull, there is no room. With
	// ErrStoreUnavailable or the cause of ctx the record may be stored nevertheless, also
	// later. A record that is Gone takes the place of all others. The text of record is
	// only lent: after the return it may be written over.
	Add(ctx context.Context, id MessageID, after uint64, record Record) (Stamp, error)

	// Last returns the newest record of a message, without any that was stored before
	// being overlooked. Error: ErrNotFound if there is none.
	Last(ctx context.Context, id MessageID) (Record, error)

	// Newer says whether a message has a record behind the version after, without any that
	// was stored before being overlooked. It costs much less than Last if there is none. Of
	// a message that was removed minutes ago it may say that, too, so after was the last one
	// a short time ago.
	Newer(ctx context.Context, id MessageID, after uint64) (bool, error)

	// Read returns the records of a message behind the version after, up to the version
	// to, which was the last of the message when the caller asked, in order. Error:
	// ErrNotFound if it is not there any more.
	Read(ctx context.Context, id MessageID, after, to uint64) ([]Record, error)

	// Follow calls deliver with each record of a message that is stored from now on, in
	// order and soon, until stop is called. Some may be missing: then Record.Before of the
	// next one is not the version of the one before. A record without a version says
	// that some may be missing now. If the newest is missing, it is delivered about a
	// second later; one may come twice. Several goroutines may call deliver at
	// once, which must not wait; it may be called once more while stop is.
	Follow(id MessageID, deliver func(Record)) (stop func())

	// Available says whether the store answers.
	Available() bool
}

// Stamp is what the store gives to a record.
type Stamp struct {
	Version uint64    // that of a later record of a message is greater
	At      time.Time // when it was stored
}

// Record is one change of a message, as a Store keeps it. What is zero has not
// changed. Of text, a record has at most recordBytes.
type Record struct {
	Stamp         // set by the store
	Before uint64 // version of the message's record before it, 0 if that is not known; set by the store, in Follow

	SubmittedAt time.Time // of the message; in every record, to the microsecond
	Live        bool      // of the first record: the message was opened, and not submitted whole

	// Chunks are appended. The first one Continues the last one of the record before if
	// that was Unfinished. If it does not, that one never became a chunk.
	Chunks                []string
	Continues, Unfinished bool

	Percent  *int // how far the job is
	Activity string

	State  State // StateComplete or StateFailed, with which the message ends
	Reason string

	Gone RemovalReason // the message is removed
}

// recordBytes is the most text that a record has.
const recordBytes = 256 << 10

// Errors of a Store.
var (
	// ErrStoreUnavailable also tells whoever asked a Broker for what only the store knows.
	ErrStoreUnavailable = errors.New("broker: the store does not answer")
	ErrConflict         = errors.New("broker: another record was first")
)
