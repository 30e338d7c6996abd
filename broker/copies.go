package broker

import (
	"cmp"
	"context"
	"errors"
	"net/netip"
	"time"
)

// What is asked of a broker whose messages are in a Store. All of it is done by the
// goroutine that asks: it reads what is not here, stores what is new, and tells the
// loop.

// fetch makes sure that there is a copy of the message, which is what the store has, or
// a tail sees to that. Errors: ErrNotFound, ErrStoreUnavailable, ErrStoreFull,
// ErrClosed, or the cause of ctx. Without a Store it does nothing.
func (b *Broker) fetch(ctx context.Context, id MessageID) error {
	if b.config.Store == nil {
		return nil
	}
	found, err := b.finds.ask(ctx, b, find{id: id})
	switch {
	case err != nil:
		return err
	case found.tail == nil, found.message.needsTouch(&b.config, time.Now()):
		return b.load(ctx, id)
	case found.message.State == StateOpen && !b.config.Store.Available():
		return ErrStoreUnavailable // there may be more of it
	default:
		return nil
	}
}

// load reads a message that several may want at once.
func (b *Broker) load(ctx context.Context, id MessageID) error {
	for {
		_, err, _ := b.loading.Do(string(id[:]), func() (any, error) {
			err := b.loadNow(ctx, id)
			if err != nil && ctx.Err() != nil {
				err = errAskerGone
			}
			return nil, err
		})
		if err != errAskerGone {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
}

// errAskerGone tells those who want the same that it was not done for them.
var errAskerGone = errors.New("broker: who was reading the message has left")

// loadNow makes the copy of a message what the store has, and tells that of the use.
func (b *Broker) loadNow(ctx context.Context, id MessageID) error {
	found, err := b.finds.ask(ctx, b, find{id: id})
	if err != nil {
		return err
	}
	message, err := b.newest(ctx, id, found)
	switch {
	case errors.Is(err, ErrStoreUnavailable) && found.message != nil && found.message.State != StateOpen:
		return nil // it is all here
	case errors.Is(err, ErrNotFound):
		return cmp.Or(b.forget(ctx, gone{id: id, reason: RemovedByRequest}), ErrNotFound)
	case err != nil:
		return err
	}
	now := time.Now()
	if !now.Before(message.expiry(&b.config)) {
		return b.expire(ctx, message)
	}
	if message.needsTouch(&b.config, now) {
		stamp, err := b.config.Store.Add(ctx, id, message.shared.Version, Record{SubmittedAt: message.SubmittedAt})
		if err == nil {
			message = message.at(stamp)
		}
	}
	err, failed := b.loads.ask(ctx, b, message)
	return cmp.Or(failed, err)
}

// newest returns a message as the store has it now: the copy that was found, if it is that.
func (b *Broker) newest(ctx context.Context, id MessageID, found findAnswer) (*Message, error) {
	copy := found.message
	if copy != nil && time.Since(found.asked) < toldFor {
		newer, err := b.config.Store.Newer(ctx, id, copy.shared.Version)
		if !newer || err != nil {
			return copy, err
		}
	}
	last, err := b.config.Store.Last(ctx, id)
	switch {
	case err != nil:
		return nil, err
	case last.Gone != "":
		return nil, ErrNotFound
	case copy != nil && copy.shared.Version >= last.Version: // if not the same, the store has lost something
		return copy, nil
	}
	return b.read(ctx, id, last.Version)
}

// readings is how many messages each core may read at a time. A long one takes some tens of
// milliseconds to split, and three times its size meanwhile.
const readings = 4

// read returns a message as it was at a version, when it is its turn.
func (b *Broker) read(ctx context.Context, id MessageID, version uint64) (*Message, error) {
	select {
	case b.reading <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	defer func() { <-b.reading }()
	records, err := b.config.Store.Read(ctx, id, 0, version)
	if err != nil {
		return nil, err
	}
	if message := fromRecords(id, records); message != nil {
		return message, nil
	}
	return nil, ErrNotFound // it never became whole
}

// expire removes a message that is not kept any longer, and then there is none, unless
// somebody has used it meanwhile.
func (b *Broker) expire(ctx context.Context, message *Message) error {
	r := Record{SubmittedAt: message.SubmittedAt, Gone: RemovedByTTL}
	_, err := b.config.Store.Add(ctx, message.ID, message.shared.Version, r)
	switch {
	case errors.Is(err, ErrConflict):
		return b.loadNow(ctx, message.ID)
	case err != nil:
		return err
	}
	return cmp.Or(b.forget(ctx, gone{id: message.ID, reason: r.Gone, submittedAt: r.SubmittedAt, decided: true}), ErrNotFound)
}

// forget removes the copy of a message that is gone.
func (b *Broker) forget(ctx context.Context, gone gone) error {
	_, err := b.removals.ask(ctx, b, gone)
	return err
}

// create stores a new message of client in the Store, if there is one, and if it would
// find room here.
func (b *Broker) create(ctx context.Context, client netip.Prefix, message *Message) (*Message, error) {
	if b.config.Store == nil {
		return message, nil
	}
	err, failed := b.mayStores.ask(ctx, b, submitting{client, message.size(), message.State})
	if err = cmp.Or(failed, err); err != nil {
		return nil, err
	}
	created := *message
	created.SubmittedAt = message.SubmittedAt.Truncate(time.Microsecond) // as other nodes read it
	stamp, err := b.addAll(ctx, created.ID, 0, created.first())
	if err != nil {
		return nil, err
	}
	return created.at(stamp), nil
}

// uncreate takes back what create did, if the store lets it. If not, nobody knows the
// id, and the message expires.
func (b *Broker) uncreate(ctx context.Context, message *Message) {
	if b.config.Store == nil {
		return
	}
	r := Record{SubmittedAt: message.SubmittedAt, Gone: RemovedByRequest}
	_, _ = b.config.Store.Add(context.WithoutCancel(ctx), message.ID, message.shared.Version, r)
}

// addAll stores a change of a message, which may be more than one record. With an error
// a part of it may be stored, which is none of the message.
func (b *Broker) addAll(ctx context.Context, id MessageID, after uint64, r Record) (stamp Stamp, err error) {
	stamp.Version = after
	for _, part := range r.split() {
		if stamp, err = b.config.Store.Add(ctx, id, stamp.Version, part); err != nil {
			return Stamp{}, err
		}
	}
	return stamp, nil
}

func (b *Broker) prepareShared(ctx context.Context, request Request) (_ Request, err error) {
	request.prepared = true
	if request.New != nil {
		request.New, err = b.create(ctx, request.Client, request.New)
		return request, err
	}
	if err = b.fetch(ctx, request.MessageID); err == nil {
		err = b.reach(ctx, request)
	}
	return request, err
}

// fetches is how often a copy is fetched that is evicted before it is used.
const fetches = 3

func (b *Broker) subscribeShared(ctx context.Context, cancel context.CancelCauseFunc, request Request) (subscription *Subscription, err error) {
	for tries := 1; ; tries++ {
		if !request.prepared {
			if request, err = b.prepareShared(ctx, request); err != nil {
				return nil, err
			}
		}
		subscription, err = b.subscribe(ctx, cancel, request)
		switch {
		case err != nil && request.New != nil:
			b.uncreate(ctx, request.New)
			return nil, err
		case err != ErrNotFound || tries == fetches:
			return subscription, err
		}
		request.prepared = false // it has been evicted since then
	}
}

// reach makes sure that the copy has the position after which a stream resumes, if the
// store has it: the client may have it from another node.
func (b *Broker) reach(ctx context.Context, request Request) error {
	if request.After == AfterNone {
		return nil
	}
	found, err := b.finds.ask(ctx, b, find{id: request.MessageID})
	if err != nil || found.tail == nil || found.message.State != StateOpen {
		return err
	}
	if first, from, _ := request.of(found.message).span(found.message); from > first {
		return nil
	}
	_, err = b.askTail(ctx, found.tail, changing{sync: true})
	if err == errTailEnded { // then so has the message
		return nil
	}
	return err
}

// deleteShared removes a message from the store, and its copy here.
func (b *Broker) deleteShared(ctx context.Context, id MessageID) (removal Removal, found bool, err error) {
	for {
		copy, err := b.finds.ask(ctx, b, find{id: id})
		if err != nil {
			return Removal{}, false, err
		}
		if copy.tail != nil {
			var reply changeReply
			reply, err = b.askTail(ctx, copy.tail, changing{gone: RemovedByRequest})
			removal = reply.removal
		} else {
			removal, err = b.removeNow(ctx, id)
		}
		switch {
		case errors.Is(err, ErrConflict), err == errTailEnded: // once more
		case errors.Is(err, ErrNotFound):
			return Removal{}, false, nil
		default:
			return removal, err == nil, err
		}
	}
}

// removeNow removes a message that no tail follows here. With ErrConflict it has changed
// meanwhile.
func (b *Broker) removeNow(ctx context.Context, id MessageID) (Removal, error) {
	last, err := b.config.Store.Last(ctx, id)
	if err == nil && last.Gone != "" {
		err = ErrNotFound
	}
	if err == nil {
		_, err = b.config.Store.Add(ctx, id, last.Version, Record{SubmittedAt: last.SubmittedAt, Gone: RemovedByRequest})
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Removal{}, err
	}
	removal, failed := b.removals.ask(ctx, b, gone{id: id, reason: RemovedByRequest, submittedAt: last.SubmittedAt})
	return removal, cmp.Or(failed, err)
}
