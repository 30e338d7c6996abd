package load

import (
	"math"
	"time"

	"sseserver/internal/load/track"
)

// Live says that the clients read live messages, which the run itself opens on a
// server, appends to in the steady window and completes at its end. Chunk k of
// message m is due (k + m/Messages) / Rate seconds after the ramp. The readers
// of a message and its producer are in one process, so that they share a clock.
type Live struct {
	On       bool    `json:"on,omitempty"`
	Messages int     `json:"messages,omitempty"`  // 0 means 1
	Rate     float64 `json:"rate,omitempty"`      // chunks per second of each message; 0 means 10
	Bytes    int     `json:"bytes,omitempty"`     // of a chunk; 0 means 4
	Pipe     bool    `json:"pipe,omitempty"`      // one request for each message, not for each chunk
	AppendTo string  `json:"append_to,omitempty"` // address of a server that has the messages, too; empty means where the clients read
}

const (
	defaultAppendRate  = 10
	defaultAppendBytes = 4
	maxAppendRate      = 10_000   // a second, of one message: one request after the other is not faster
	maxAppendBytes     = 64 << 10 // more is not one chunk to a server that gets it through a pipe
)

// interval is the time between two chunks of a message.
func (l Live) interval() time.Duration {
	return time.Duration(min(math.Ceil(float64(time.Second)/l.Rate), 1<<62))
}

// withLive fills in what follows from live messages.
func (c Config) withLive() Config {
	if !c.Live.On {
		return c
	}
	setDefault(&c.Live.Messages, 1)
	setDefault(&c.Live.Rate, defaultAppendRate)
	setDefault(&c.Live.Bytes, defaultAppendBytes)
	if !(c.Live.Rate > 0 && c.Live.Rate <= maxAppendRate) {
		return c // not valid, and told so
	}
	setDefault(&c.Interval, c.Live.interval())
	c.Once = true // a message is there once
	return c
}

// checkLive finds what makes no sense with live messages.
func (c Config) checkLive() error {
	l := c.Live
	switch {
	case !l.On && l != Live{}:
		return invalid("--live-messages, --append-rate, --append-bytes, --append-to and --pipe need --live")
	case !l.On:
		return nil
	case c.foreign():
		return invalid("--live needs the address of a server, to which it appends; not --url, --method or --preset")
	case l.Messages < 1 || l.Messages > maxClients:
		return invalid("--live-messages %d: want 1 to %d", l.Messages, maxClients)
	case l.Messages < c.Processes:
		return invalid("--processes %d: want as many as --live-messages, %d, at most: who appends to a message and who reads it are in one process", c.Processes, l.Messages)
	case !(l.Rate > 0 && l.Rate <= maxAppendRate):
		return invalid("--append-rate %v: want chunks per second of each message, %d at most", l.Rate, maxAppendRate)
	case l.Bytes < 1 || l.Bytes > maxAppendBytes:
		return invalid("--append-bytes %d: want 1 to %d", l.Bytes, maxAppendBytes)
	case l.interval() > c.Duration:
		return invalid("--append-rate %v: want one chunk of each message within --duration %v, at least", l.Rate, c.Duration)
	case c.Interval != l.interval():
		return invalid("--interval does not go with --live: chunks are due at --append-rate")
	case c.Kind == track.Progress:
		return invalid("--kind progress does not go with --live, whose messages are appended to")
	case c.Message != "" || c.MessageBytes != 0 || c.Shared:
		return invalid("--message, --message-bytes and --shared do not go with --live: see --live-messages and --append-bytes")
	case c.Think != 0:
		return invalid("--think does not go with --live: a client reads its message once")
	}
	return nil
}

// livePlan is the schedule of the live messages.
func (c Config) livePlan() track.LivePlan {
	return track.LivePlan{
		Messages: c.Live.Messages, Bytes: c.Live.Bytes, Start: c.windows().Ramp, Interval: c.Live.interval(), Piped: c.Live.Pipe,
	}
}

// liveShare is the number of live messages of one of the processes.
func (c Config) liveShare(process int) int {
	return (c.Live.Messages - process + c.Processes - 1) / c.Processes
}

// liveMessage is the number, in the whole run, of the job's i-th live message.
func (j *Job) liveMessage(i int) int { return j.Process + i*j.Config.Processes }

// producerOf is who appends to a live message, for placeholders.
func (c *Config) producerOf(message int) asker {
	client := message % c.Clients
	return asker{client: client, stream: message, row: c.row(client)}
}
