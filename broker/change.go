package broker

import (
	"context"
	"errors"
)

// How producers change a message that is in a Store: they ask its tail.

// changing is what a producer wants to change, or whoever removes the message.
type changing struct {
	become outcome
	full   error            // for become
	gone   RemovalReason    // in place of become
	sync   bool             // in place of both: only look what there is
	reply  chan changeReply // has room for one; the tail sends, nobody closes
}

type changeReply struct {
	message *Message // as it is with the change; with an error, as it is without
	changed bool
	removal Removal
	err     error
}

// askTail asks a tail to change its message. Errors are those of the change, errTailEnded
// if it has not tried, or the cause of ctx, if it was not asked.
func (b *Broker) askTail(ctx context.Context, t *tail, c changing) (changeReply, error) {
	c.reply = make(chan changeReply, 1)
	select {
	case t.changes <- c:
		return t.reply(c)
	case <-t.done:
		return changeReply{}, errTailEnded
	case <-ctx.Done():
		return changeReply{}, context.Cause(ctx)
	}
}

// reply waits for the answer to what was sent, which comes, as with a command, unless the
// tail panics.
func (t *tail) reply(c changing) (changeReply, error) {
	select {
	case reply := <-c.reply:
		return reply, reply.err
	case <-t.done:
	}
	select {
	case reply := <-c.reply:
		return reply, reply.err
	default:
		return changeReply{}, context.Cause(t.ctx)
	}
}

// errTailEnded is not told to anybody: one looks again.
var errTailEnded = errors.New("broker: the tail has ended")

// changeShared is change where the tail takes the turns.
func (b *Broker) changeShared(ctx context.Context, asked find, become outcome) (*Message, bool, error) {
	for tries := 1; ; tries++ {
		unavailable := b.fetch(ctx, asked.id)
		if unavailable != nil && !errors.Is(unavailable, ErrStoreUnavailable) {
			return nil, false, unavailable
		}
		found, err := b.finds.ask(ctx, b, asked)
		switch {
		case err != nil:
			return nil, false, err
		case unavailable != nil: // the producer is told what is known of it here
			return found.message, false, unavailable
		case found.message == nil && tries == fetches:
			return nil, false, ErrNotFound
		case found.message == nil:
			continue
		case found.message.State != StateOpen: // it never changes
			_, err = become(found.message, nil)
			return found.message, false, err
		}
		reply, err := b.askTail(ctx, found.tail, changing{become: become, full: found.full})
		if err != errTailEnded {
			return reply.message, reply.changed, err
		}
	}
}

// gathered is the most changes that one record has, each of which somebody waits for.
const gathered = 64

// gather adds to a change those that wait to be made behind it.
func (t *tail) gather(first changing) []changing {
	batch := []changing{first}
	for len(batch) < gathered {
		select {
		case next := <-t.changes:
			batch = append(batch, next)
		default:
			return batch
		}
	}
	return batch
}

// change makes changes, in order, and answers them.
func (t *tail) change(batch []changing) {
	current := false // whether the store was asked since the batch has come
	for len(batch) > 0 {
		replies, err := t.tryChange(batch, current)
		switch {
		case errors.Is(err, ErrConflict):
			current = true // and once more
			continue
		case err != nil:
			replies = make([]changeReply, max(len(replies), 1))
			for i := range replies {
				replies[i] = changeReply{message: t.message, err: t.ended(err)}
			}
		}
		for i, reply := range replies {
			batch[i].reply <- reply
		}
		batch = batch[len(replies):]
	}
}

// tryChange makes the first changes of a batch, as many as can be one record, and
// returns what to answer. An error is that of all of them; after ErrConflict the copy
// has been made what the store has.
func (t *tail) tryChange(batch []changing, current bool) ([]changeReply, error) {
	switch first := batch[0]; {
	case first.sync:
		return []changeReply{{message: t.message}}, t.refresh()
	case first.gone != "":
		removal, err := t.remove(first.gone)
		return []changeReply{{removal: removal}}, err
	}
	replies, after, record, refused := t.message.try(batch)
	if refused && !current { // perhaps for what is not so any more
		if err := t.refresh(); err != nil {
			return replies, err
		}
		return nil, ErrConflict
	}
	if after == t.message {
		return replies, nil
	}
	stamp, err := t.add(record)
	if err == nil {
		t.arrive(after.at(stamp), false)
	}
	return replies, err
}

// try makes the first changes of a batch of m, as many as can be one record: after is
// what m is with them. Some may be refused.
func (m *Message) try(batch []changing) (replies []changeReply, after *Message, record Record, refused bool) {
	after, record = m, Record{SubmittedAt: m.SubmittedAt}
	for _, c := range batch {
		if c.become == nil {
			break
		}
		next, err := c.become(after, c.full)
		if err != nil {
			replies = append(replies, changeReply{message: after, err: err})
			refused = true
			continue
		}
		if next != after {
			change := after.to(next)
			if after == m {
				record = change
			} else if !record.join(change) {
				break
			}
		}
		replies = append(replies, changeReply{message: next, changed: next != after})
		after = next
	}
	return replies, after, record, refused
}

// ended returns err, or what it is to those who asked if the tail was ended meanwhile.
func (t *tail) ended(err error) error {
	switch {
	case t.ctx.Err() == nil:
		return err
	case t.parent.Err() != nil:
		return ErrClosed
	case errors.Is(context.Cause(t.ctx), errReleased), errors.Is(context.Cause(t.ctx), errUndone):
		return errTailEnded
	default:
		return ErrNotFound
	}
}
