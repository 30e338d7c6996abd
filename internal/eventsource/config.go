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

	// LastEventID is sent with the first request, as if an event had carried it.
	LastEventID string

	// ReconnectionTime is the wait between a connection's end and the next
	// attempt, until the server sets another with a retry field. Zero means 3
	// s, negative means no wait.
	ReconnectionTime time.Duration

	// NoReconnect makes every end of a connection final.
	NoReconnect bool

	// EndIsFinal makes one end final, ReasonEnded: the stream is complete when
	// the response is.
	EndIsFinal bool

	// ReadTimeout ends an attempt when not one byte has come for this long,
	// counted from its beginning. Zero or less means never. It does not run
	// while the handler delays the reading.
	ReadTimeout time.Duration

	// MaxEventBytes bounds a line and an event, see eventstream.Parser.
	MaxEventBytes int

	Transport *Transport // nil means the zero Transport, not shared
	Handler   Handler    // needed
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
	u, err := url.Parse(c.URL)
	if err != nil {
		return fmt.Errorf("eventsource: %w", err)
	}
	if err := usable(u); err != nil {
		return fmt.Errorf("eventsource: url %q: %w", c.URL, err)
	}
	if c.Handler == nil {
		return errors.New("eventsource: no handler")
	}
	if c.Method != "" && !httpguts.ValidHeaderFieldName(c.Method) { // a method is a token, too
		return fmt.Errorf("eventsource: method %q is not valid", c.Method)
	}
	if err := checkHeader(c.Header); err != nil {
		return err
	}
	if c.Transport == nil {
		return nil
	}
	return c.Transport.check(u)
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
