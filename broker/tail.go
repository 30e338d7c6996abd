package broker

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"sseserver/actors"
)

// tail keeps the copy of one message as the Store has it, as long as streams read it or
// it is open: it follows the records, asks the Store if none has come for a while, and
// stores what this node's producers change. It alone changes the copy, by commands.
type tail struct {
	// Immutable.
	id     MessageID
	broker *Broker
	parent context.Context // the loop's, with which all tails end
	ctx    context.Context
	cancel context.CancelCauseFunc

	// Filled by the store without waiting, nobody closes it. What finds no room is
	// missing from the sequence, and is read again.
	records chan *Record

	// Unbuffered: what was sent is being done, and is answered. Producers send, run
	// receives, nobody closes; askers also select on done.
	changes chan changing

	// Closed by run as its last act.
	done chan struct{}

	// Owned by run.
	message  *Message
	heard    time.Time // when the store has last told what the newest record is
	told     time.Time // and has told of it, not only that there is none behind it
	restored time.Time // when the store has last answered after an outage; zero if there was none

	olderSince time.Time // since when the store tells of an older one than there was; zero if it does not
}

// recordsRoom is for what comes while a record is being stored.
const recordsRoom = 64

// longestQuiet is how long the store may say nothing about a copy until it is asked,
// though Follow promises to deliver what is newest.
const longestQuiet = 15 * time.Second

// newTail returns the tail of a copy about which the store was last asked at asked.
func newTail(parent context.Context, b *Broker, message *Message, asked time.Time) *tail {
	ctx, cancel := context.WithCancelCause(parent)
	if message.State == StateOpen { // there may be more since then
		asked = time.Time{}
	}
	return &tail{
		id:      message.ID,
		broker:  b,
		parent:  parent,
		ctx:     ctx,
		cancel:  cancel,
		records: make(chan *Record, recordsRoom),
		changes: make(chan changing),
		done:    make(chan struct{}),
		message: message,
		heard:   asked,
		told:    asked,
	}
}

// run follows the message until cancel is called.
func (t *tail) run() {
	defer close(t.done)
	defer t.cancel(nil) // of what is left of it
	defer t.recover()
	stop := t.broker.config.Store.Follow(t.id, func(r Record) {
		select {
		case t.records <- &r:
		default:
		}
	})
	defer stop()
	apart(t.look) // for what has come before that
	timer := time.NewTimer(t.wait(time.Now()))
	defer timer.Stop()
	for t.ctx.Err() == nil {
		select {
		case r := <-t.records:
			t.take(*r)
		case first := <-t.changes:
			apart(func() { t.change(t.gather(first)) })
		case <-timer.C:
			apart(t.look)
			timer.Reset(t.wait(time.Now()))
		case <-t.ctx.Done():
		}
	}
	if errors.Is(context.Cause(t.ctx), errReleased) {
		t.touch()
	}
}

// recover ends the tail alone if it panics, and with it the copy, which may not be what it
// should. The streams of that end with an *actors.PanicError.
func (t *tail) recover() {
	v := recover()
	if v == nil {
		return
	}
	err, ok := v.(*actors.PanicError)
	if !ok {
		err = &actors.PanicError{Value: v, Stack: debug.Stack()}
	}
	t.cancel(err)
	_, _ = t.broker.removals.ask(t.parent, t.broker, gone{id: t.id, cause: err})
}

// apart calls do, which asks the store, on a goroutine that ends then. Its deep calls would
// leave that of the tail with a large stack for as long as it follows the message. If
// do panics, apart does so with an *actors.PanicError.
func apart(do func()) {
	done := make(chan *actors.PanicError, 1)
	go func() {
		defer func() {
			if v := recover(); v != nil {
				done <- &actors.PanicError{Value: v, Stack: debug.Stack()}
			}
			close(done)
		}()
		do()
	}()
	if panicked := <-done; panicked != nil {
		panic(panicked)
	}
}

// wait returns how long after now the tail has to look.
func (t *tail) wait(now time.Time) time.Duration {
	wait := t.quiet()
	for _, due := range []time.Time{t.heard.Add(t.quiet()), t.deadline()} {
		if left := due.Sub(now); left > 0 { // else it has just been tried
			wait = min(wait, left)
		}
	}
	return wait
}

// quiet returns how long the store may say nothing. It is up to a quarter less for some
// messages than for others: else all tails that have asked at once, as after an outage,
// would do so each time.
func (t *tail) quiet() time.Duration {
	return longestQuiet - time.Duration(t.id[len(t.id)-1])*longestQuiet/(4*256)
}

// deadline returns when the message fails or expires, unless it changes. What a
// producer said while the store did not answer was refused, so it was not silent then.
func (t *tail) deadline() time.Time {
	if t.message.State == StateOpen {
		said := t.message.shared.At
		if said.Before(t.restored) {
			said = t.restored
		}
		return said.Add(t.broker.config.ProducerTimeout)
	}
	return t.message.expiry(&t.broker.config)
}

// hear takes that the store tells what the newest record is, perhaps after an outage.
func (t *tail) hear() {
	now := time.Now()
	if !t.heard.IsZero() && now.Sub(t.heard) >= 2*t.quiet() { // asked at least once, in vain
		t.restored = now
	}
	t.heard = now
}

// take takes a record that the store has delivered.
func (t *tail) take(r Record) {
	newest := t.message.shared.Version
	switch {
	case r.Version != 0 && r.Version <= newest: // known
	case r.Gone != "":
		t.gone(r, false)
	case r.Before != newest: // there are others before it, or there may be
		apart(func() { _ = t.sync() })
	default:
		t.hear()
		t.arrive(t.message.with(r), false)
	}
}

// toldFor is how long the store need not tell of a newest record that it has told of, if
// there is none behind it. The text of a record can be long, and what asks for it can
// be short, or comes every second.
const toldFor = time.Minute

// refresh is sync if there is no reason to think that the copy is not what the store has.
func (t *tail) refresh() error {
	if time.Since(t.told) < toldFor {
		newer, err := t.broker.config.Store.Newer(t.ctx, t.id, t.message.shared.Version)
		if err != nil {
			return err
		}
		if !newer {
			t.hear()
			return nil
		}
	}
	return t.sync()
}

// sync makes the copy what the store has.
func (t *tail) sync() error {
	store := t.broker.config.Store
	last, err := store.Last(t.ctx, t.id)
	switch {
	case errors.Is(err, ErrNotFound):
		t.gone(Record{Gone: RemovedByTTL, SubmittedAt: t.message.SubmittedAt}, false)
		return err
	case err != nil:
		return err
	case last.Gone != "":
		t.gone(last, false)
		return ErrNotFound
	case last.Version < t.message.shared.Version:
		return t.undone()
	case last.Version > t.message.shared.Version:
		records, err := store.Read(t.ctx, t.id, t.message.shared.Version, last.Version)
		if err != nil {
			return err
		}
		next := t.message
		for _, r := range records {
			next = next.with(r)
		}
		t.arrive(next, false)
	}
	t.hear()
	t.olderSince = time.Time{}
	t.told = t.heard
	return nil
}

// arrive makes next of the copy. If that is not what the tail has left any more, there
// is another tail, or nothing left to follow.
func (t *tail) arrive(next *Message, failed bool) {
	current, err := t.broker.arrivals.ask(t.ctx, t.broker, arrival{t.message, next, failed})
	switch {
	case err != nil: // ctx has ended
	case current == nil:
		t.cancel(errRemoved)
	default:
		t.message = current
	}
}

// gone removes the copy of a message that is gone, which this node has decided or not.
func (t *tail) gone(r Record, decided bool) (removal Removal) {
	removal, _ = t.broker.removals.ask(t.parent, t.broker, gone{id: t.id, reason: r.Gone, submittedAt: r.SubmittedAt, decided: decided})
	t.cancel(errRemoved)
	return removal
}

// undoneAfter is how long the store has to tell the same: a part of it that has been
// replaced may not know that yet.
const undoneAfter = 15 * time.Second

// undone takes that the newest record that the store has is older than one that it had, as
// after a loss of power. If it stays so, the copy is removed, for nothing can ever be
// added behind a record that is lost. Whoever asks for the message then gets what
// the store has.
func (t *tail) undone() error {
	now := time.Now()
	if t.olderSince.IsZero() {
		t.olderSince = now
	}
	if now.Sub(t.olderSince) < undoneAfter {
		return fmt.Errorf("%w: it has lost the newest record, or is behind", ErrStoreUnavailable)
	}
	t.cancel(errUndone)
	_, _ = t.broker.removals.ask(t.parent, t.broker, gone{id: t.id, reason: RemovedByTTL})
	return errTailEnded
}

// look is what the tail does from time to time.
func (t *tail) look() {
	now := time.Now()
	if now.Sub(t.heard) >= t.quiet() && t.refresh() != nil || now.Before(t.deadline()) {
		return
	}
	if t.message.State != StateOpen {
		_, _ = t.remove(RemovedByTTL)
		return
	}
	failed, _ := t.message.fail(ReasonProducerGone, now) // it is open
	if stamp, err := t.add(t.message.to(failed)); err == nil {
		t.arrive(failed.at(stamp), true)
	}
}

// remove removes the message everywhere, as long as it is what the tail has.
func (t *tail) remove(reason RemovalReason) (removal Removal, err error) {
	r := Record{SubmittedAt: t.message.SubmittedAt, Gone: reason}
	if _, err = t.add(r); err == nil {
		removal = t.gone(r, true)
	}
	return removal, err
}

// touch tells the store that the message was used.
func (t *tail) touch() {
	b := t.broker
	if t.message.needsTouch(&b.config, time.Now()) && b.config.Store.Available() {
		_, _ = b.config.Store.Add(t.parent, t.id, t.message.shared.Version, Record{SubmittedAt: t.message.SubmittedAt})
	}
}

// add stores a change of what the tail has. With ErrConflict the copy has been made what
// the store has.
func (t *tail) add(r Record) (stamp Stamp, err error) {
	stamp, err = t.broker.addAll(t.ctx, t.id, t.message.shared.Version, r)
	if errors.Is(err, ErrConflict) {
		err = t.sync()
		if err == nil {
			err = ErrConflict
		}
	}
	return stamp, err
}
