package load

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"sseserver/internal/eventsource"
	"sseserver/internal/load/threshold"
	"sseserver/internal/load/track"
)

// Config says what to load and how. One of Servers and URLs is needed, the rest
// has defaults. It is sent to worker processes as JSON.
type Config struct {
	Servers []string `json:"servers,omitempty"` // addresses of a server as in this project: messages are submitted to it
	URLs    []string `json:"urls,omitempty"`    // of any event streams: clients begin at them in turn

	Clients  int           `json:"clients"`  // 0 means 100
	Ramp     float64       `json:"ramp"`     // opens per second; 0 means all within a second, but 1000 at most
	Duration time.Duration `json:"duration"` // of the steady window; 0 means 10 s
	Drain    time.Duration `json:"drain"`    // the longest wait after it; 0 means 5 s

	Stages   Stages        `json:"stages,omitempty"`   // in place of Clients, Ramp and Duration
	Arrivals float64       `json:"arrivals,omitempty"` // in place of Clients and Ramp: new clients per second, of one stream each
	Think    time.Duration `json:"think,omitempty"`    // pause between the streams of a client

	Kind         track.Kind    `json:"kind"` // with Servers, Any means Characters
	Message      string        `json:"message,omitempty"`
	MessageBytes int           `json:"message_bytes,omitempty"` // of a message made up; 0 means as long as the run
	Shared       bool          `json:"shared"`                  // one message for all clients, not one each
	Interval     time.Duration `json:"interval"`                // with Servers: 0 means 50 ms, or 100 ms for progress; with URLs: unknown
	Once         bool          `json:"once"`                    // do not open a stream anew that has ended

	Numbering  track.Numbering `json:"numbering"`   // with URLs
	Done       track.Done      `json:"done"`        // with URLs: the proper end of a stream; empty means not known
	NumberAt   track.Path      `json:"number_at"`   // for track.ByPath
	FirstEvent bool            `json:"first_event"` // with URLs: the schedule begins with the first event
	Token      track.Path      `json:"token"`       // with URLs: only events that have a value there count; none means all do

	Fault string `json:"fault,omitempty"` // with Servers: the plan that each stream asks for, as package fault has it; its seed is Seed and the number of the stream

	Publish Publish `json:"publish,omitzero"` // with URLs
	Live    Live    `json:"live,omitzero"`    // with Servers

	Timestamp   track.Timestamp `json:"timestamp"`              // with URLs: of the sending of an event, for latency
	ClockOffset *time.Duration  `json:"clock_offset,omitempty"` // the server's clock less ours, for Timestamp; nil means found out

	Method          string       `json:"method,omitempty"`  // with URLs; empty means GET. Streams of another are not resumed
	Body            string       `json:"body,omitempty"`    // needs Method
	User            string       `json:"user,omitempty"`    // name:password, for HTTP Basic
	Columns         []string     `json:"columns,omitempty"` // names of the values in Rows, see ReadData
	Rows            [][]string   `json:"-"`                 // one for each client, at least; a Job has those of its clients
	Protocol        string       `json:"protocol"`          // http1 (default), h2c or h2
	Header          http.Header  `json:"header,omitempty"`
	Insecure        bool         `json:"insecure"`                   // accept any certificate
	SourceAddresses []netip.Addr `json:"source_addresses,omitempty"` // used in turn; none means the system's choice, or several for very many clients on 127.0.0.0/8
	Processes       int          `json:"processes"`                  // 0 means 1, in this process
	MaxEventBytes   int          `json:"max_event_bytes"`            // 0 means 1 MiB

	Reconnect   int `json:"reconnect"`    // clients that drop their connection once, and resume
	SlowReaders int `json:"slow_readers"` // clients that read SlowRate bytes per second
	SlowRate    int `json:"slow_rate"`    // 0 means 512
	Stall       int `json:"stall"`        // clients that stop reading after their first event

	Thresholds []threshold.Threshold `json:"thresholds"` // the defaults are added

	// GeneratorLimit is how late the generator's own event may be, by its p99,
	// for the run to be valid. 0 means 10 ms.
	GeneratorLimit time.Duration `json:"generator_limit"`

	Seed uint64 `json:"seed"` // of what is random: who is slow, who drops when, which faults happen
}

// Defaults of Config that are worth a name.
const (
	DefaultClients       = 100
	DefaultDuration      = 10 * time.Second
	DefaultDrain         = 5 * time.Second
	DefaultMaxEventBytes = 1 << 20
	DefaultSlowRate      = 512 // bytes per second
)

// ErrConfig is what errors about the configuration wrap.
var ErrConfig = errors.New("bad configuration")

func invalid(format string, values ...any) error {
	return fmt.Errorf("%w: %s", ErrConfig, fmt.Sprintf(format, values...))
}

// withDefaults fills in what was left open.
func (c Config) withDefaults() Config {
	c = c.withShape().withLive()
	setDefault(&c.Drain, DefaultDrain)
	setDefault(&c.Protocol, "http1")
	setDefault(&c.Processes, 1)
	setDefault(&c.MaxEventBytes, DefaultMaxEventBytes)
	setDefault(&c.GeneratorLimit, DefaultGeneratorLimit)
	setDefault(&c.SlowRate, DefaultSlowRate)
	if !c.foreign() {
		setDefault(&c.Kind, track.Characters)
		if c.Kind == track.Progress {
			setDefault(&c.Interval, 100*time.Millisecond)
		}
		setDefault(&c.Interval, 50*time.Millisecond)
	}
	said := c.said()
	if !c.resumes() || c.Arrivals > 0 && c.foreign() {
		setDefault(&c.Done, track.DoneClose) // there is no other, if nothing follows it
	}
	c.Servers, c.URLs = slices.Clone(c.Servers), slices.Clone(c.URLs)
	for i, server := range c.Servers {
		c.Servers[i] = strings.TrimSuffix(c.withScheme(server), "/")
	}
	c.Live.AppendTo = strings.TrimSuffix(c.withScheme(c.Live.AppendTo), "/")
	for i, stream := range c.URLs {
		c.URLs[i] = c.withScheme(stream)
	}
	given := c.Thresholds
	c.Thresholds = threshold.WithDefaults(given, said...)
	c.Thresholds = c.withoutStreams(given)
	return c.withPublishing()
}

// said are conditions on what the streams were said to be like, without which
// the other figures mean nothing.
func (c Config) said() (conditions []string) {
	if c.Done != "" || c.Live.On && len(c.Stages) == 0 {
		conditions = append(conditions, "completed>0")
	}
	if c.foreign() && c.Numbering != track.Auto && c.Numbering != track.Unnumbered {
		conditions = append(conditions, "unnumbered==0")
	}
	if !c.Timestamp.Path.IsZero() {
		conditions = append(conditions, "before_sent==0")
	}
	return conditions
}

func setDefault[T comparable](value *T, def T) {
	var zero T
	if *value == zero {
		*value = def
	}
}

// withScheme lets people write a host and port alone.
func (c Config) withScheme(address string) string {
	switch {
	case address == "" || strings.Contains(address, "://"):
		return address
	case c.Protocol == "h2":
		return "https://" + address
	}
	return "http://" + address
}

// check finds what cannot work, before anything is opened. It wants the
// defaults filled in.
func (c Config) check() error {
	switch {
	case len(c.Servers)+len(c.URLs) == 0:
		return invalid("say what to load: the address of a server, or --url with that of an event stream")
	case len(c.Servers) > 0 && len(c.URLs) > 0:
		return invalid("a server's address and --url exclude each other")
	case c.Clients < 1 || c.Clients > maxClients:
		return invalid("%d clients: want 1 to %d", c.Clients, maxClients)
	case c.Processes < 1 || c.Processes > c.Clients:
		return invalid("--processes %d: want 1 to the number of clients, %d", c.Processes, c.Clients)
	case c.Duration < 0 || c.Drain < 0 || c.Interval < 0 || c.GeneratorLimit < 0:
		return invalid("--duration, --drain, --interval and --generator-limit must not be negative")
	case c.Interval > 0 && c.Interval < leastInterval:
		return invalid("--interval %v: want %v or more", c.Interval, leastInterval)
	case c.SlowReaders+c.Stall == c.Clients:
		return invalid("--slow-readers %d and --stall %d leave no client whose stream is judged", c.SlowReaders, c.Stall)
	case !(c.Ramp > 0) && !c.comeAndGo():
		return invalid("--ramp %v: want a number of opens per second", c.Ramp)
	case c.Reconnect+c.SlowReaders+c.Stall > c.Clients:
		return invalid("--reconnect %d, --slow-readers %d and --stall %d are more than the %d clients, and no client is two of these",
			c.Reconnect, c.SlowReaders, c.Stall, c.Clients)
	case c.SlowRate < 0:
		return invalid("--slow-rate %d: want bytes per second", c.SlowRate)
	}
	if err := c.checkAsking(); err != nil {
		return err
	}
	if err := c.checkRequests(); err != nil {
		return err
	}
	if err := c.checkPublish(); err != nil {
		return err
	}
	if err := c.checkLive(); err != nil {
		return err
	}
	if err := c.checkFaults(); err != nil {
		return err
	}
	return c.checkContent()
}

// leastInterval bounds the schedule of a silent stream: each event of it that
// does not come is lost on its own.
const leastInterval = 100 * time.Microsecond

// foreign tells whether the streams are of a server that is not known.
func (c Config) foreign() bool { return len(c.URLs) > 0 }

// Scheduled tells whether it is known when events are due. It knows the
// defaults.
func (c Config) Scheduled() bool { return c.withDefaults().Interval > 0 }

// resumes tells whether a stream whose connection ended is resumed, as only a
// GET may be: to repeat any other request may do twice what it does.
func (c Config) resumes() bool { return c.Method == "" || c.Method == http.MethodGet }

// targets are the addresses to load.
func (c Config) targets() []string { return slices.Concat(c.Servers, c.URLs) }

// checkAsking finds settings of requests that exclude each other, or lack
// another.
func (c Config) checkAsking() error {
	if err := checkMethod(c.Method); err != nil {
		return err
	}
	if err := checkFraming("--header", c.Header); err != nil {
		return err
	}
	_, authorized := c.Header["Authorization"]
	switch {
	case c.Method != "" && !c.foreign():
		return invalid("--method is for event streams; messages are submitted by POST, and streamed by GET")
	case c.Body != "" && c.Method == "":
		return invalid("a body needs a method: use --method POST")
	case !utf8.ValidString(c.Body):
		return invalid("the body is not UTF-8")
	case c.User != "" && !strings.Contains(c.User, ":"):
		return invalid("--user: want name:password")
	case c.User != "" && authorized:
		return invalid("--user and --header Authorization exclude each other")
	case len(c.Columns) > 0 && len(c.Rows) < c.Clients:
		return invalid("--data has %d rows, which is too few for %d clients", len(c.Rows), c.Clients)
	}
	return nil
}

func (c Config) checkAddress(address string) error {
	u, err := url.Parse(address)
	protocol, known := protocols[c.Protocol]
	shown := Redacted(address)
	switch {
	case err != nil && strings.Contains(address, "@"): // the error may quote the password
		return invalid("address %q: not valid; in a name or password, special characters are written as in %%2F", redactedAll(address))
	case err != nil:
		return invalid("address %q: %v", shown, errors.Unwrap(err))
	case u.Scheme != "http" && u.Scheme != "https":
		return invalid("address %q: the scheme must be http or https", shown)
	case u.Hostname() == "":
		return invalid("address %q: no host", shown)
	case !known:
		return invalid("--protocol %q: want http1, h2c or h2", c.Protocol)
	case protocol == eventsource.H2C && u.Scheme != "http":
		return invalid("--protocol h2c needs an http address")
	case protocol == eventsource.H2 && u.Scheme != "https":
		return invalid("--protocol h2 needs an https address; h2c is HTTP/2 without TLS")
	}
	return nil
}

// checkContent finds settings that only the other of Servers and URLs knows.
func (c Config) checkContent() error {
	if !c.foreign() {
		switch {
		case c.Numbering != track.Auto || c.FirstEvent:
			return invalid("--sequence and --anchor are for --url; a server's own streams are known")
		case c.Done != "":
			return invalid("--expect-done is for --url; a server's own streams have a known end")
		case !c.Token.IsZero():
			return invalid("--token is for --url; a server's own events are known")
		case !c.Timestamp.Path.IsZero():
			return invalid("--timestamp is for --url; a server's own events have none")
		case c.Kind == track.Any:
			return invalid("--kind: want characters or progress")
		case c.Message != "" && c.MessageBytes != 0:
			return invalid("--message and --message-bytes exclude each other")
		case c.MessageBytes < 0:
			return invalid("--message-bytes %d: want a length", c.MessageBytes)
		}
		return nil
	}
	switch {
	case (c.Numbering == track.ByPath) == c.NumberAt.IsZero():
		return invalid("--sequence %v: say where the number is, for example data.n", c.Numbering)
	case c.Timestamp.Path.IsZero() && (c.Timestamp.Unit != "" || c.ClockOffset != nil):
		return invalid("--unit and --clock-offset need --timestamp")
	case c.Kind != track.Any || c.Message != "" || c.MessageBytes != 0 || c.Shared:
		return invalid("--kind, --message, --message-bytes and --shared are for a server's address, not for --url")
	case c.Reconnect > 0 && !c.resumes():
		return invalid("--reconnect: a stream of method %s is not resumed", c.Method)
	case c.Interval == 0 && c.FirstEvent:
		return invalid("--anchor needs --interval: without it there is no schedule")
	}
	for _, t := range c.Thresholds {
		if c.Interval == 0 && (t.Name == "lateness" || t.Name == "stall") {
			return invalid("threshold %s needs --interval: without it nobody knows when events are due", t.Text)
		}
	}
	return nil
}

// plan is what all streams have in common.
func (c Config) plan(script *track.Script) *track.Plan {
	plan := &track.Plan{
		Kind: c.Kind, Script: script, Numbering: c.Numbering, NumberAt: c.NumberAt, Done: c.Done,
		Interval: c.Interval, FirstEvent: c.FirstEvent,
		Token: c.Token, Timestamp: c.Timestamp, Budgets: threshold.Budgets(c.Thresholds),
	}
	if c.Publish.on() {
		plan.Publications = c.publications()
	}
	return plan
}
