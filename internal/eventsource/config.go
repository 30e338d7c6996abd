package eventsource

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/net/http/httpguts"
)

// Config describes one source. Maps and pointers in it are shared, not copied,
// and are only read.
type Config struct {
	URL    string      // absolute, http or https; needed
	Method string      // empty means GET
	Header http.Header // wins over the headers that the source would send of itself
	Body   string      // sent again with each attempt

	// Requests, if set, says what each attempt sends, in place of the four
	// fields above: for requests that change, or that are many and cheaper to
	// make anew than to keep.
	Requests Requester

	// LastEventID is sent with the first request, as if an event had carried it.
	LastEventID string

	// ReconnectionTime is the wait between a connection's end and the next
	// attempt, until the server sets another with a retry field. Zero means 3
	// s, negative means no wait.
	ReconnectionTime time.Duration

	// NoReconnect makes every end of a connection final.
	NoReconnect bool

	// EndIsFinal makes one end final, ReasonEnded: the stream is complete when
	// the response and its last event are.
	EndIsFinal bool

	// Retry, if set, tells which statuses are followed by another attempt though they
	// are refusals, which the processing model takes as final: for a source whose
	// Requests know another server.
	Retry func(status int) bool

	// ReadTimeout ends an attempt when not one byte has come for this long,
	// counted from its beginning. Zero or less means never. It does not run
	// while the handler delays the reading.
	ReadTimeout time.Duration

	// MaxEventBytes bounds a line and an event, see eventstream.Parser.
	MaxEventBytes int

	// ErrorBody reads the first KiB of a response that is no event stream, for
	// which it waits for a second at most.
	ErrorBody bool

	Transport *Transport // nil means the zero Transport, not shared
	Handler   Handler    // needed
}

// Requester makes the requests of one source.
type Requester interface {
	// Request is called before each attempt, on the goroutine that connects. A
	// request that cannot be sent ends the source with ReasonBadRequest.
	Request() Request
}

// Request is what one attempt sends: the fields of Config of the same names.
type Request struct {
	URL    string
	Method string
	Header http.Header
	Body   string
}

// ask is the request of the next attempt.
func (c *Config) ask() Request {
	if c.Requests != nil {
		return c.Requests.Request()
	}
	return Request{URL: c.URL, Method: c.Method, Header: c.Header, Body: c.Body}
}

const defaultReconnectionTime = 3 * time.Second

func (c *Config) reconnectionTime() time.Duration {
	switch {
	case c.ReconnectionTime < 0:
		return 0
	case c.ReconnectionTime == 0:
		return defaultReconnectionTime
	}
	return c.ReconnectionTime
}

func (c *Config) check() error {
	if c.Handler == nil {
		return errors.New("eventsource: no handler")
	}
	if c.Requests != nil {
		return nil // each is checked in its turn
	}
	t := c.Transport
	if t == nil {
		t = new(Transport)
	}
	_, err := c.ask().check(t)
	return err
}

// Check tells whether the transport can send the request.
func (r Request) Check(t *Transport) error {
	_, err := r.check(t)
	return err
}

// check tells also where to.
func (r Request) check(t *Transport) (*url.URL, error) {
	u, err := url.Parse(r.URL)
	if err != nil {
		return nil, fmt.Errorf("eventsource: %w", err)
	}
	if err := usable(u); err != nil {
		return nil, fmt.Errorf("eventsource: url %q: %w", r.URL, err)
	}
	if r.Method != "" && !httpguts.ValidHeaderFieldName(r.Method) { // a method is a token, too
		return nil, fmt.Errorf("eventsource: method %q is not valid", r.Method)
	}
	if err := checkHeader(r.Header); err != nil {
		return nil, err
	}
	return u, t.check(u)
}

func checkHeader(h http.Header) error {
	for name, values := range h {
		if !httpguts.ValidHeaderFieldName(name) {
			return fmt.Errorf("eventsource: header name %q is not valid", name)
		}
		for _, v := range values {
			if !httpguts.ValidHeaderFieldValue(v) {
				return fmt.Errorf("eventsource: value %q of header %s is not valid", v, name)
			}
		}
	}
	return nil
}

func usable(u *url.URL) error {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return errors.New("the scheme must be http or https")
	case u.Hostname() == "":
		return errors.New("no host")
	}
	return nil
}
