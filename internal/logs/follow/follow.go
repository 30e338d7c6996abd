// Package follow reads the log of a running server while it is written, from the event
// stream of the admin listener. It reconnects after a lost connection and continues after
// the last line that it read, even if the server was restarted meanwhile.
package follow

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"sseserver/internal/eventsource"
	"sseserver/internal/eventstream"

	"github.com/tidwall/gjson"
)

// Config says what to follow. URL, Line, Flush and Note are required. Run calls the
// functions one at a time.
type Config struct {
	URL   string      // of /log/events, without a query
	Token string      // of the admin listener; "" sends none
	TLS   *tls.Config // nil means the default one

	Level    string   // the least level; "" is everything that the server logs
	Where    []string // key=value or key~text; all must hold
	Backfill int      // how many earlier lines to begin with, at most MaxBackfill

	// Line is called with each line as JSON, without its newline, valid only during the
	// call. An error ends Run, which returns it.
	Line func(text []byte) error
	// Flush is called when all lines that have arrived were passed to Line. An error ends
	// Run, which returns it.
	Flush func() error
	// Note is called with a sentence for a person: that lines are missing, that the
	// connection is lost, or that the server answers again. What the server says in it
	// can have control characters.
	Note func(text string)
}

// MaxBackfill is how many earlier lines a server sends at most.
const MaxBackfill = 5000

// Run follows the log until ctx ends, and then returns nil. Its error is that of Line or
// Flush, a *RefusedError, or that no server answers at first. Later it waits for one.
func Run(ctx context.Context, config Config) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	f := &follower{config: config, cancel: cancel}
	source, err := eventsource.New(eventsource.Config{
		Requests: f, Handler: f, ErrorBody: true, ReadTimeout: readTimeout,
		Retry:     func(status int) bool { return f.opened && status == http.StatusServiceUnavailable },
		Transport: &eventsource.Transport{TLS: config.TLS},
	})
	if err != nil {
		return err
	}
	err = source.Run(ctx)
	if f.err != nil {
		return f.err
	}
	if ended, ok := errors.AsType[*eventsource.Error](err); ok && ended.Reason == eventsource.ReasonCancelled {
		return nil
	}
	return refusalOf(err)
}

// readTimeout is how long a server may send nothing. Its heartbeats come every 15 s by
// default.
const readTimeout = 5 * time.Minute

// follower is the eventsource's Requests and Handler, whose methods are called one at a
// time.
type follower struct {
	config Config
	cancel context.CancelFunc
	opened bool  // at least once
	lost   bool  // the connection is, and Note was told
	err    error // why Run is to end
}

// Request returns the request of the next attempt. A server that answers again may have
// been restarted, and then all its lines are new.
func (f *follower) Request() eventsource.Request {
	query := url.Values{"where": f.config.Where}
	if f.config.Level != "" {
		query.Set("level", f.config.Level)
	}
	backfill := f.config.Backfill
	if f.opened {
		backfill = MaxBackfill
	}
	query.Set("backfill", strconv.Itoa(backfill))
	header := http.Header{"User-Agent": {"sseserver-logs"}}
	if f.config.Token != "" {
		header.Set("Authorization", "Bearer "+f.config.Token)
	}
	return eventsource.Request{URL: f.config.URL + "?" + query.Encode(), Header: header}
}

// Open is called with each connection.
func (f *follower) Open(eventsource.Opened) {
	f.opened = true
	if f.lost {
		f.lost = false
		f.config.Note("the server answers again")
	}
}

// Event is called with each line, and with what the server reports about lines.
func (f *follower) Event(e eventstream.Event, _ time.Time) error {
	switch string(e.Type) {
	case "":
		f.err = f.config.Line(e.Data)
	case "gap":
		gap := gjson.ParseBytes(e.Data)
		f.note("lines %d to %d are not all here: up to %d are missing", gap.Get("from").Int(), gap.Get("to").Int(), gap.Get("count").Int())
	case "restarted":
		f.note("the server was restarted and counts its lines from 1 again")
	}
	return f.err
}

// note calls Note, after a flush of the lines that came before.
func (f *follower) note(format string, args ...any) {
	if f.err = f.config.Flush(); f.err == nil {
		f.config.Note(fmt.Sprintf(format, args...))
	}
}

// Comment is called with each heartbeat.
func (f *follower) Comment([]byte, time.Time) {}

// ReadDone is called when everything that has arrived was read.
func (f *follower) ReadDone(eventsource.Read) time.Duration {
	if f.err = errors.Join(f.err, f.config.Flush()); f.err != nil {
		f.cancel()
	}
	return 0
}

// Closed is called at the end of a connection, or of an attempt that led to none.
func (f *follower) Closed(c eventsource.Closed) {
	switch {
	case c.Final || f.lost || c.Err.Reason == eventsource.ReasonCancelled:
	case !f.opened:
		f.err = refusalOf(c.Err)
		f.cancel()
	case c.Err.Reason == eventsource.ReasonEnded:
		f.lost = true
		f.note("the server has ended; waiting for it to come back")
	default:
		f.lost = true
		f.note("the connection is lost (%s); trying again", causeOf(c.Err))
	}
}
