package jetstream

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"sseserver/broker"
)

// Config says where the engine is, and whom to tell what. Its zero value means an
// engine on this machine.
type Config struct {
	URLs     []string      // of the engine's servers, any of them will do; default nats.DefaultURL
	Creds    string        // file with the credentials; default none
	Stream   string        // where the messages are; default "sseserver"
	Replicas int           // of the stream, of which fewer than half may fail; default 1
	TTL      time.Duration // of a message after its newest record; default one hour

	// ProducerTimeout is how long the producers of an open message may be silent before the
	// brokers end it; default 5 minutes.
	ProducerTimeout time.Duration

	// Run calls them. Each may be nil, and must not wait. Lost is told why the engine is
	// not there, Restored for how long it was not, one after the other; Expired, at any
	// time, of a message that this node, among several, has removed because nobody has
	// used it.
	Lost     func(reason error)
	Restored func(outage time.Duration)
	Expired  func(broker.Removal)
}

func (c Config) withDefaults() Config {
	if len(c.URLs) == 0 {
		c.URLs = []string{nats.DefaultURL}
	}
	c.Stream = cmp.Or(c.Stream, "sseserver")
	c.Replicas = cmp.Or(c.Replicas, 1)
	c.TTL = cmp.Or(c.TTL, time.Hour)
	c.ProducerTimeout = cmp.Or(c.ProducerTimeout, 5*time.Minute)
	if c.Lost == nil {
		c.Lost = func(error) {}
	}
	if c.Restored == nil {
		c.Restored = func(time.Duration) {}
	}
	if c.Expired == nil {
		c.Expired = func(broker.Removal) {}
	}
	return c
}

// check finds what cannot work, before anything is tried.
func (c Config) check() error {
	for i, address := range c.URLs {
		if !isServerURL(address) { // which may have a password in it, so it is not shown
			return fmt.Errorf("jetstream: URL %d of %d is not that of a NATS server, such as nats://127.0.0.1:4222", i+1, len(c.URLs))
		}
	}
	if !isName(c.Stream) {
		return fmt.Errorf("jetstream: %q cannot be a stream's name: use letters, digits, '-' and '_'", c.Stream)
	}
	if c.Replicas < 1 || c.Replicas > mostReplicas {
		return fmt.Errorf("jetstream: a stream has 1 to %d replicas, not %d", mostReplicas, c.Replicas)
	}
	if c.TTL < 0 || c.ProducerTimeout < 0 {
		return errors.New("jetstream: a time is negative")
	}
	return nil
}

// mostReplicas is what JetStream has.
const mostReplicas = 5

// isServerURL says whether the client can use an address. Without a scheme it is host
// and port.
func isServerURL(address string) bool {
	if !strings.Contains(address, "://") {
		address = "nats://" + address
	}
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return false
	}
	switch u.Scheme {
	case "nats", "tls", "ws", "wss":
		return true
	default:
		return false
	}
}

// isName says whether a name can be that of a stream, of a directory and a part of
// subjects.
func isName(name string) bool {
	for _, r := range name {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '-', r == '_':
		default:
			return false
		}
	}
	return len(name) <= longestName
}

// longestName is what JetStream allows.
const longestName = 255
