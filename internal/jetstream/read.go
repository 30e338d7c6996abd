package jetstream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sseserver/broker"
	"sseserver/internal/jetstream/record"
)

// getRequest asks for one record, or directly for several.
type getRequest struct {
	Last  string `json:"last_by_subj,omitempty"`
	Next  string `json:"next_by_subj,omitempty"`
	From  uint64 `json:"seq,omitempty"`
	Batch int    `json:"batch,omitempty"`
	Bytes int    `json:"max_bytes,omitempty"`

	// Newest is subjects whose last records are wanted, as far as they are not
	// before From.
	Newest []string `json:"multi_last,omitempty"`
}

type getAnswer struct {
	refusal
	Message struct {
		Sequence uint64    `json:"seq"`
		Data     []byte    `json:"data"`
		Time     time.Time `json:"time"`
	} `json:"message"`
}

// Last implements broker.Store.
func (s *Store) Last(ctx context.Context, id broker.MessageID) (last broker.Record, err error) {
	err = s.ask(ctx, func(ctx context.Context) error {
		r, err := s.get(ctx, getRequest{Last: s.subjects.of(id)})
		last = r.Record
		return err
	})
	return last, err
}

// Newer implements broker.Store. Of a message that was removed, the record that says so
// is behind all others for some minutes.
func (s *Store) Newer(ctx context.Context, id broker.MessageID, after uint64) (newer bool, err error) {
	err = s.ask(ctx, func(ctx context.Context) error {
		_, err := s.next(ctx, id, after)
		newer = err == nil
		if errors.Is(err, broker.ErrNotFound) {
			return nil
		}
		return err
	})
	return newer, err
}

// next returns the first record of a message behind a version.
func (s *Store) next(ctx context.Context, id broker.MessageID, after uint64) (record.Stored, error) {
	return s.get(ctx, getRequest{From: after + 1, Next: s.subjects.of(id)})
}

// get asks the leader for one record.
func (s *Store) get(ctx context.Context, question getRequest) (record.Stored, error) {
	var answer getAnswer
	err := s.request(ctx, s.subjects.get, question, &answer)
	switch {
	case is(err, codeNoMessage):
		return record.Stored{}, broker.ErrNotFound
	case err != nil:
		return record.Stored{}, err
	}
	m := answer.Message
	return record.Decode(broker.Stamp{Version: m.Sequence, At: m.Time}, m.Data)
}

// knock returns an error if the leader does not answer.
func (s *Store) knock(ctx context.Context) error {
	_, err := s.get(ctx, getRequest{Last: s.subjects.none})
	if errors.Is(err, broker.ErrNotFound) {
		return nil
	}
	return err
}

// Read implements broker.Store.
func (s *Store) Read(ctx context.Context, id broker.MessageID, after, to uint64) (records []broker.Record, err error) {
	for after < to {
		more, err := s.readSome(ctx, id, after, to)
		if err != nil {
			return nil, err
		}
		records = append(records, more...)
		after = more[len(more)-1].Version
	}
	return records, nil
}

// errBehind is what an engine has that is behind, or a history that has become another
// one meanwhile. The leader knows.
var errBehind = errors.New("an engine is behind")

// directly is how often a part of a history is asked of any engine, until the leader
// is.
const directly = 3

// readSome returns at least one record, the first of those that Read returns.
func (s *Store) readSome(ctx context.Context, id broker.MessageID, after, to uint64) (records []broker.Record, err error) {
	tries := 0
	err = s.ask(ctx, func(ctx context.Context) error {
		tries++
		read := s.readDirect
		if tries > directly {
			read = s.readLeader
		}
		var err error
		if records, err = read(ctx, id, after, to); len(records) > 0 {
			return nil
		}
		return err
	})
	return records, err
}

// readLeader returns the record behind after as the leader has it.
func (s *Store) readLeader(ctx context.Context, id broker.MessageID, after, _ uint64) ([]broker.Record, error) {
	r, err := s.next(ctx, id, after)
	switch {
	case err != nil:
		return nil, err
	case r.Gone != "":
		return nil, broker.ErrNotFound
	case r.Before != after:
		return nil, fmt.Errorf("%w: the record behind %d is missing", broker.ErrStoreUnavailable, after)
	default:
		return []broker.Record{r.Record}, nil
	}
}

// readDirect returns the records behind after of which an engine has an unbroken
// chain, also when it then fails.
func (s *Store) readDirect(ctx context.Context, id broker.MessageID, after, to uint64) (records []broker.Record, err error) {
	question := getRequest{From: after + 1, Next: s.subjects.of(id), Batch: batch, Bytes: batchBytes}
	_, err = s.direct(ctx, question, func(_ string, r record.Stored) error {
		switch {
		case r.Gone != "" && r.Before >= to:
			return broker.ErrNotFound
		case r.Before != after || r.Version > to:
			return errBehind
		}
		records, after = append(records, r.Record), r.Version
		return nil
	})
	if err == nil && len(records) == 0 {
		err = errBehind
	}
	return records, err
}
