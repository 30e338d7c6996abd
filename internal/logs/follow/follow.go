// Package follow reads the log of a running server while it is written, from the
// admin listener's event stream of it. A connection that is lost is made anew, and
// the log goes on after the last line that was read, also in a server that has been
// started anew meanwhile.
package follow

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"sseserver/internal/eventsource"
	"sseserver/internal/eventstream"

	"github.com/tidwall/gjson"
)

// Config says what to follow. URL, Line and Note are required.
type Config struct {
	URL   string      // of /log/events, without a query
	Token string      // of the admin listener; "" is none
	TLS   *tls.Config // nil means the default one

	Level    string   // the least; "" is all that the server logs
	Where    []string // key=value or key~text, which must all hold
	Backfill int      // how many of the lines that are there already are read

	// Line is called with each line as JSON, without its newline, valid only during the
	// call. An error ends Run, which then returns it.
	Line func(text []byte) error
	// Flush is called when no further line is there yet.
	Flush func() error
	// Note is called with what a person should know: lines that are missing, the end of
	// the server, its return.
	Note func(text string)
}

// MaxBackfill is how many lines a server gives at most, for one that was started anew:
// all its lines are new to us.
const MaxBackfill = 5000

// RefusedError is that the server does not take what it is asked.
type RefusedError struct {
	Status int
	Detail string // in words, for a person
}

func (e *RefusedError) Error() string { return e.Detail }

// Run follows the log until ctx ends, for which it returns nil. Its error is that of
// Line or Flush, a *RefusedError, or that no server answers at first; later it waits
// for one.
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

// readTimeout is how long a server may say nothing. Its heartbeats come every 15 s, but
// that can be set.
const readTimeout = 5 * time.Minute

// follower hears what happens to the connection. Its methods are called one at a time.
type follower struct {
	config Config
	cancel context.CancelFunc
	opened bool  // once at least
	lost   bool  // and told
	err    error // for which it ended itself
}

// Request is asked before each attempt.
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

// Open is told of a connection.
func (f *follower) Open(eventsource.Opened) {
	f.opened = true
	if f.lost {
		f.lost = false
		f.config.Note("the server answers again")
	}
}

// Event is told of each line, and of what is to be known of them.
func (f *follower) Event(e eventstream.Event, _ time.Time) error {
	switch string(e.Type) {
	case "":
		f.err = f.config.Line(e.Data)
	case "gap":
		gap := gjson.ParseBytes(e.Data)
		f.note("lines %d to %d are not all here: up to %d are missing", gap.Get("from").Int(), gap.Get("to").Int(), gap.Get("count").Int())
	case "restarted":
		f.note("the server has been started anew, and counts its lines from 1 again")
	}
	return f.err
}

// note tells a person something, after the lines that came before it.
func (f *follower) note(format string, args ...any) {
	if f.err = f.config.Flush(); f.err == nil {
		f.config.Note(fmt.Sprintf(format, args...))
	}
}

// Comment is told of heartbeats.
func (f *follower) Comment([]byte, time.Time) {}

// ReadDone is called when all that has come was read.
func (f *follower) ReadDone(eventsource.Read) time.Duration {
	if f.err = errors.Join(f.err, f.config.Flush()); f.err != nil {
		f.cancel()
	}
	return 0
}

// Closed is told of the end of a connection, or that there was none.
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
		f.note("the connection is lost (%s); trying again", plain(c.Err))
	}
}

// plain says what went wrong, without where in the program that was noticed.
func plain(err *eventsource.Error) string {
	if err.Err == nil {
		return strings.ReplaceAll(err.Reason.String(), "_", " ")
	}
	return err.Err.Error()
}

// refusalOf says in words why a server does not answer, or not so.
func refusalOf(err error) error {
	ended, ok := errors.AsType[*eventsource.Error](err)
	switch {
	case !ok || ended.Reason == eventsource.ReasonStopped:
		return err
	case ended.Reason == eventsource.ReasonBadContentType:
		return &RefusedError{Detail: "it has no log to follow: is it another program, or an older version?"}
	case ended.Reason != eventsource.ReasonBadStatus:
		return fmt.Errorf("no server answers: %s", plain(ended))
	}
	refused := &RefusedError{Status: ended.Status, Detail: visible(gjson.Get(ended.Body, "detail").String())}
	switch {
	case ended.Status == http.StatusUnauthorized:
		refused.Detail = "it needs its token: --admin-token, or SSESERVER_ADMIN_TOKEN"
	case ended.Status == http.StatusNotFound:
		refused.Detail = "it has no log to follow: is it another program, or an older version?"
	case refused.Detail == "":
		refused.Detail = fmt.Sprintf("it answers %d %s", ended.Status, http.StatusText(ended.Status))
	}
	return refused
}

// visible escapes what is seen otherwise than it stands there. Whoever answers may be
// any server.
func visible(text string) string {
	var b strings.Builder
	for _, r := range text {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
			continue
		}
		b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
	}
	return b.String()
}
