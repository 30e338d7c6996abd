package jetstream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/nats-io/nats.go"

	"sseserver/broker"
)

// apiError is how JetStream says no.
type apiError struct {
	Code        int    `json:"err_code"`
	Description string `json:"description"`
}

func (e *apiError) Error() string { return e.Description }

// What JetStream says, of what matters here.
const (
	codeAccountFull     = 10002
	codeFull            = 10023
	codeTooManyStreams  = 10027
	codeMemoryFull      = 10028
	codeNoMessage       = 10037
	codeNotForAccount   = 10039
	codeStorageFull     = 10047
	codeNoStream        = 10059
	codeWrongLast       = 10071 // another record was first
	codeNoReplicas      = 10074 // of a single server
	codeNotEnabled      = 10076
	codeNotStored       = 10077 // for many reasons
	codeAnotherInFlight = 10164 // which is stored or not
)

var fullCodes = []int{codeAccountFull, codeFull, codeMemoryFull, codeStorageFull}

// is says whether err is one of these codes.
func is(err error, codes ...int) bool {
	var e *apiError
	if !errors.As(err, &e) {
		return false
	}
	for _, code := range codes {
		if e.Code == code {
			return true
		}
	}
	return false
}

// errNoStream is ours, so that nobody takes it for a message that is not there.
var errNoStream = errors.New("the stream is not there")

// How an attempt is repeated.
const (
	attemptTime = 2 * time.Second
	firstPause  = 5 * time.Millisecond
	longest     = 250 * time.Millisecond
)

// ask makes attempts until one succeeds, or fails with an error of the broker's. It
// waits for an engine that is being repaired, and not for one that is lost.
func (s *Store) ask(ctx context.Context, attempt func(context.Context) error) error {
	there := s.health.now()
	call, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(there, func() { cancel(context.Cause(there)) })()
	timer := time.AfterFunc(patience, func() { cancel(errSilent) })
	defer timer.Stop()

	pause := firstPause
	for {
		err := s.try(call, attempt)
		switch {
		case err == nil || isFinal(err):
			return err
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case call.Err() != nil || !wait(call, pause/2+rand.N(pause)):
			return unavailable(ctx, context.Cause(call), err)
		}
		pause = min(2*pause, longest)
	}
}

// try makes one attempt, which is over when the connection is.
func (s *Store) try(ctx context.Context, attempt func(context.Context) error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	link := s.health.link()
	if link.Err() != nil { // nats.go would let it wait for the next connection
		return context.Cause(link)
	}
	ctx, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	defer context.AfterFunc(link, cancel)()
	return attempt(ctx)
}

// isFinal says whether an error is an answer, and not the lack of one.
func isFinal(err error) bool {
	for _, final := range []error{broker.ErrConflict, broker.ErrNotFound, broker.ErrStoreFull, broker.ErrStoreUnavailable} {
		if errors.Is(err, final) {
			return true
		}
	}
	return false
}

// unavailable tells that an attempt has failed for good. What it failed with says more
// than that it took too long, if it is not just that.
func unavailable(ctx context.Context, cause, last error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if cause == errSilent && !errors.Is(last, context.DeadlineExceeded) && !errors.Is(last, context.Canceled) {
		cause = last
	}
	return fmt.Errorf("%w: %w", broker.ErrStoreUnavailable, cause)
}

// wait says whether ctx lasts so long.
func wait(ctx context.Context, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// askedAtOnce is how many questions of one node may wait for an answer. If ten thousand
// wait in it, of all nodes together, an engine forgets all of them.
const askedAtOnce = 256

// request asks JetStream's API, and reads the answer into one that has an error. Only
// leaders answer.
func (s *Store) request(ctx context.Context, subject string, question any, answer interface{ refused() error }) error {
	data, err := json.Marshal(question)
	if err != nil {
		return err
	}
	select {
	case s.asking <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { <-s.asking }()
	return s.send(ctx, &nats.Msg{Subject: subject, Data: data}, answer)
}

func (s *Store) send(ctx context.Context, message *nats.Msg, answer interface{ refused() error }) error {
	reply, err := s.conn.RequestMsgWithContext(ctx, message)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(reply.Data, answer); err != nil {
		return err
	}
	err = answer.refused()
	switch {
	case is(err, codeNoStream):
		return errNoStream
	case err == nil, is(err, codeWrongLast, codeNoMessage, codeNotStored), is(err, fullCodes...):
		s.health.heard(time.Now())
	}
	return err
}

// refusal is part of each answer.
type refusal struct {
	Error *apiError `json:"error"`
}

func (r refusal) refused() error {
	if r.Error == nil {
		return nil
	}
	return r.Error
}
