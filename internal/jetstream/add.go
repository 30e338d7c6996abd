package jetstream

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"sseserver/broker"
	"sseserver/internal/jetstream/record"
)

// Headers of what is stored.
const (
	headerExpected = "Nats-Expected-Last-Subject-Sequence"
	headerRollup   = "Nats-Rollup"
	headerTTL      = "Nats-TTL"
)

// goneFor is how long a record stays that says that a message is gone: longer than
// anybody repeats a record that was behind another one.
const goneFor = 10 * time.Minute

// Add implements broker.Store. The time of the stamp is this node's.
func (s *Store) Add(ctx context.Context, id broker.MessageID, after uint64, change broker.Record) (broker.Stamp, error) {
	change.Before = after
	r := record.Stored{Record: change, Origin: newOrigin()}
	message, err := s.toStore(id, r)
	if err != nil {
		return broker.Stamp{}, fmt.Errorf("%w: %w", broker.ErrStoreUnavailable, err)
	}
	var stamp broker.Stamp
	unanswered := false
	err = s.ask(ctx, func(ctx context.Context) error {
		stamp, err = s.publish(ctx, message)
		switch {
		case is(err, codeWrongLast) && unanswered:
			stamp, err = s.find(ctx, id, r)
		case is(err, codeWrongLast):
			err = broker.ErrConflict
		case isFull(err) && change.Gone != "":
			stamp, err = s.replace(ctx, message, change)
		case isFull(err):
			err = broker.ErrStoreFull
		case err != nil && !isAnswer(err):
			unanswered = true
		}
		return err
	})
	if err != nil {
		return broker.Stamp{}, err
	}
	return stamp, nil
}

func newOrigin() record.Origin { return record.Origin(strconv.FormatUint(rand.Uint64(), 36)) }

// toStore returns a record as a message that the engine stores.
func (s *Store) toStore(id broker.MessageID, r record.Stored) (*nats.Msg, error) {
	data, err := record.Encode(r)
	if err != nil {
		return nil, err
	}
	header := nats.Header{headerExpected: {strconv.FormatUint(r.Before, 10)}}
	if r.Gone != "" {
		header[headerRollup] = []string{"sub"}
		header[headerTTL] = []string{strconv.Itoa(int(goneFor.Seconds()))}
	}
	return &nats.Msg{Subject: s.subjects.of(id), Header: header, Data: data}, nil
}

type added struct {
	refusal
	Sequence uint64 `json:"seq"`
}

// publish makes one attempt to add.
func (s *Store) publish(ctx context.Context, message *nats.Msg) (broker.Stamp, error) {
	var answer added
	if err := s.send(ctx, message, &answer); err != nil {
		return broker.Stamp{}, err
	}
	if answer.Sequence == 0 {
		return broker.Stamp{}, errors.New("the answer has no sequence")
	}
	return broker.Stamp{Version: answer.Sequence, At: time.Now()}, nil
}

type purgeRequest struct {
	Subject string `json:"filter"`
	Before  uint64 `json:"seq"`
}

// replace stores that a message is gone in an engine that has no room for a record
// more: what it takes the place of is removed first. Nothing comes in between, for
// nobody can add. If it fails after half of that, the message is gone as well.
func (s *Store) replace(ctx context.Context, message *nats.Msg, gone broker.Record) (broker.Stamp, error) {
	purge := purgeRequest{message.Subject, gone.Before + 1}
	if err := s.request(ctx, s.subjects.purge, purge, &refusal{}); err != nil {
		return broker.Stamp{}, err
	}
	alone := *message
	alone.Header = maps.Clone(message.Header)
	alone.Header.Set(headerExpected, "0")
	stamp, err := s.publish(ctx, &alone)
	if isFull(err) {
		err = broker.ErrStoreFull
	}
	return stamp, err
}

// find looks whether the record behind r.Before is r, whose answer was lost. That is an
// ErrConflict if it is another one.
func (s *Store) find(ctx context.Context, id broker.MessageID, r record.Stored) (broker.Stamp, error) {
	found, err := s.next(ctx, id, r.Before)
	switch {
	case errors.Is(err, broker.ErrNotFound):
		return broker.Stamp{}, broker.ErrConflict // and gone
	case err != nil:
		return broker.Stamp{}, err
	case found.Origin != r.Origin:
		return broker.Stamp{}, broker.ErrConflict
	default:
		return found.Stamp, nil
	}
}

// isAnswer says whether an error is what JetStream has answered, so that nothing is
// stored.
func isAnswer(err error) bool {
	var e *apiError
	return errors.As(err, &e)
}

// isFull says whether the engine had no room, of which it tells in many ways.
func isFull(err error) bool {
	if is(err, codeNotStored) {
		return strings.Contains(err.Error(), "maximum") || strings.Contains(err.Error(), "no space")
	}
	return is(err, fullCodes...)
}
