package eventsource

import (
	"context"
	"time"

	"sseserver/internal/eventstream"
)

// Source is one client of one event stream. Run may be called once at a time.
type Source struct {
	cfg Config // immutable

	// Owned by the goroutine in Run, which lends them to the one that connects
	// or reads for it.
	parser eventstream.Parser
	wait   time.Duration // reconnection time
	short  backoff
	read   Read // the read being interpreted
}

// New checks the configuration and connects to nothing yet.
func New(cfg Config) (*Source, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	if cfg.Transport == nil {
		cfg.Transport = new(Transport)
	}
	s := &Source{cfg: cfg, wait: cfg.reconnectionTime()}
	s.parser.MaxEventBytes = cfg.MaxEventBytes
	s.parser.SetLastEventID(cfg.LastEventID)
	return s, nil
}

// Run connects, reads and reconnects until something final happens, and returns
// that as an *Error, never nil. Attempts are separated by the reconnection
// time, or more if they are all short; it ends promptly with ctx.
func (s *Source) Run(ctx context.Context) error {
	for {
		began := time.Now()
		a := newAttempt(ctx, s.cfg.ReadTimeout)
		wait, end := s.open(ctx, a)
		if end == nil {
			end = s.rest(ctx, a, wait)
		}
		if end == nil {
			end = s.whole(s.stream(ctx, a))
		}
		a.finish()
		if end.Reason == ReasonCancelled {
			end.Err = context.Cause(ctx)
		}
		if err := s.closed(ctx, began, end); err != nil {
			return err
		}
	}
}

// closed reports the end of an attempt and waits for the next. It returns an
// error if there is to be none.
func (s *Source) closed(ctx context.Context, began time.Time, end *Error) error {
	c := Closed{At: time.Now(), Err: end, Final: s.final(end)}
	if !c.Final {
		c.Wait = max(s.wait, s.short.after(c.At.Sub(began)+s.wait))
	}
	s.cfg.Handler.Closed(c)
	if c.Final {
		return end
	}
	pause(ctx, c.Wait)
	if ctx.Err() != nil {
		return fail(ReasonCancelled, context.Cause(ctx))
	}
	return nil
}

func (s *Source) final(end *Error) bool {
	switch {
	case s.cfg.NoReconnect:
		return true
	case end.Reason == ReasonBadStatus && s.cfg.Retry != nil && s.cfg.Retry(end.Status):
		return false
	}
	return end.Reason.final() || end.Reason == ReasonEnded && s.cfg.EndIsFinal
}

// ReconnectionTime is what is set as such: by the configuration, or since by
// the server. It must not be called while Run does.
func (s *Source) ReconnectionTime() time.Duration { return s.wait }

// open connects on a goroutine of its own, which ends when it has: its deep
// calls would leave this one with a large stack for as long as it reads.
func (s *Source) open(ctx context.Context, a *attempt) (wait time.Duration, end *Error) {
	opened := make(chan struct{})
	go func() {
		defer close(opened)
		wait, end = s.connect(ctx, a)
	}()
	<-opened // at the latest when the attempt is ended
	return wait, end
}

// connect gets an accepted response, redirects followed, and interprets what of
// the body came with its head. The wait is what the handler asked for after
// that.
func (s *Source) connect(ctx context.Context, a *attempt) (wait time.Duration, end *Error) {
	opened := Opened{Started: time.Now(), Resumed: len(s.parser.LastEventID()) > 0}
	req, end := s.request()
	if end != nil {
		return 0, end
	}
	r, end := s.cfg.Transport.follow(ctx, a, req)
	if end != nil {
		return 0, end
	}
	defer r.forgetAhead()
	if end := r.refusal(); end != nil {
		if s.cfg.ErrorBody && end.Reason != ReasonNoContent {
			end.Body = r.explanation(a)
		}
		return 0, end
	}
	s.cfg.Transport.receive(a, r)
	s.parser.Reset()
	opened.Requested, opened.Head, opened.Plan = r.requested, r.headAt, r.plan
	s.cfg.Handler.Open(opened)
	if len(r.ahead) == 0 {
		return 0, nil
	}
	return s.take(a, r.ahead, r.headAt)
}

// pause waits for d, for ever if it is negative, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	if d == 0 {
		return
	}
	var over <-chan time.Time
	if d > 0 {
		t := time.NewTimer(d)
		defer t.Stop()
		over = t.C
	}
	select {
	case <-over:
	case <-ctx.Done():
	}
}
