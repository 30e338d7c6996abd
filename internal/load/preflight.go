package load

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"sseserver/internal/eventsource"
	"sseserver/internal/eventstream"
	"sseserver/internal/load/measure"
	"sseserver/internal/load/track"
)

var noAddress netip.Addr

// preflight opens one stream and closes it again, so that a wrong address or a
// server that does not answer with an event stream is told in one line, and not
// once by each of many clients. It returns the plan that the server tells.
func (c Config) preflight(ctx context.Context, request eventsource.Request) (plan string, err error) {
	source := noAddress
	if len(c.SourceAddresses) > 0 {
		source = c.SourceAddresses[0]
	}
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("no answer within %v", patience))
	defer cancel()
	first := &glance{enough: cancel, timestamp: c.Timestamp}
	s, err := eventsource.New(eventsource.Config{
		URL: request.URL, Method: request.Method, Header: request.Header, Body: request.Body,
		NoReconnect: true, ErrorBody: true, Transport: c.transport(source), Handler: first,
	})
	if err != nil {
		return "", invalid("%s: %v", Redacted(request.URL), err)
	}
	err = s.Run(ctx)
	if first.opened || c.isAskedFor(err) {
		return first.plan, first.complaint
	}
	return "", fmt.Errorf("cannot stream %s: %w", Redacted(request.URL), withAdvice(readable(err)))
}

// readable is the part of an error that a person wants to read.
func readable(err error) error {
	e, ok := errors.AsType[*eventsource.Error](err)
	switch {
	case !ok:
		return err
	case e.Reason == eventsource.ReasonNoContent:
		return errors.New("the server answered 204, which tells an EventSource to stop")
	case e.Err != nil && e.Body != "":
		return fmt.Errorf("%w: %s", e.Err, measure.OneLine(e.Body))
	case e.Err != nil:
		return e.Err
	}
	return errors.New(e.Reason.String())
}

// glance is a handler that has seen enough when the stream is open, or when its
// first event tells the time.
type glance struct {
	enough    func()
	timestamp track.Timestamp // zero if no event is of interest
	opened    bool
	plan      string
	complaint error
}

func (g *glance) Open(o eventsource.Opened) {
	g.opened, g.plan = true, o.Plan
	if g.timestamp.Path.IsZero() {
		g.enough()
		return
	}
	time.AfterFunc(firstEventPatience, g.enough) // harmless once all is over
}

func (g *glance) Event(e eventstream.Event, at time.Time) error {
	if track.IsHeartbeat(e) {
		return nil
	}
	g.complaint = doubt(g.timestamp, e.Data, at)
	g.enough()
	return errOver
}

func (g *glance) Comment([]byte, time.Time)               {}
func (g *glance) ReadDone(eventsource.Read) time.Duration { return 0 }
func (g *glance) Closed(eventsource.Closed)               {}
