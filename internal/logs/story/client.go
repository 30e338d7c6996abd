package story

import (
	"slices"
	"time"

	"sseserver/internal/logs"
)

// Client is one reader of one message, and what became of it: a chain of streams
// that resume each other.
type Client struct {
	Message       string
	Kind, Unit    string // of its streams; a progress stream has no unit
	Address       string
	Agent         string
	Stream        string // the newest
	Resumes       int
	Opened, Ended time.Time // zero where the log does not tell
	// Got is how much of the message was sent to it, in chunks from the first one on or
	// in percent, and Total how much there is; -1 where the log does not tell.
	Got, Total int
	Reason     string // of its last end, "" if the log has none
	State      State
	Verdict

	spoiler  string // the test plan that left out or changed a chunk of its, "" if none did
	spoiltAt int    // position of the first such chunk

	chain   []string // the streams, in their order
	origin  *stream  // the first one, if it resumes one that was not read yet
	last    *stream
	into    *Client // the one that it turned out to be
	refused *refusal
	aside   int // its turn among those that have not finished, 0 if it is none of them
}

// State is what became of a client.
type State int

// The states of clients.
const (
	Running State = iota // at the end of the log
	Finished
	Failed
	Unknown // how it ended would be told by a line that is missing
)

// goOn makes s the stream with which the client goes on.
func (c *Client) goOn(s *stream) {
	if c.last == nil {
		c.Message, c.Kind, c.Unit, c.Opened = s.message, s.kind, s.unit, s.opened
	} else {
		c.Resumes++
		if s.reached <= c.spoiltAt { // it gets that chunk once more
			c.spoiler = ""
		}
	}
	c.chain = append(c.chain, s.id)
	c.Address, c.Agent, c.Stream = s.address, s.agent, s.id
	c.last, s.client = s, c
	c.State = Running
}

// spoil notes that the plan left out or changed the chunk at this position.
func (c *Client) spoil(plan string, position int) {
	if c.spoiler == "" || position < c.spoiltAt {
		c.spoiler, c.spoiltAt = plan, position
	}
}

// follow makes earlier, which was read later, the beginning of the client.
func (c *Client) follow(earlier *Client) {
	earlier.into = c
	c.chain = append(slices.Clone(earlier.chain), c.chain...)
	c.Resumes += earlier.Resumes + 1
	if !earlier.Opened.IsZero() {
		c.Opened = earlier.Opened
	}
}

// whole is the client that this one turned out to be.
func (c *Client) whole() *Client {
	for c.into != nil {
		c = c.into
	}
	return c
}

// tell takes from the newest stream how it stands.
func (c *Client) tell() {
	c.Ended, c.Reason = c.last.closed, c.last.reason
	c.Got, c.Total = c.last.reached, c.last.total
	c.Kind, c.Unit = c.last.kind, c.last.unit
	if c.Total >= 0 {
		c.Got = min(c.Got, c.Total)
	}
	switch c.Reason {
	case "":
		c.Got = -1
	case logs.ReasonMessageFailed: // how much it would have been is not known
		c.Total = -1
	}
}
