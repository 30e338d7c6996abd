package broker

import (
	"net/netip"
	"sync/atomic"
	"time"

	"sseserver/actors"
)

// Kind is what a stream shows of its message.
type Kind string

const (
	Characters Kind = "characters" // the text, unit by unit
	Progress   Kind = "progress"   // a simulated processing of it, 1 to 100 %; of a live one, what its job tells
)

// Kinds are all kinds of streams.
var Kinds = []Kind{Characters, Progress}

// Request is what a client asks for when it subscribes.
type Request struct {
	Client    netip.Prefix // what counts as one for Config.MaxStreamsPerClient
	Address   netip.Addr   // of the client itself, for Subscription.Client
	Agent     uint64       // a hash of what the client calls itself, which tells those of one address apart
	MessageID MessageID
	New       *Message // of NewMessage, to be stored with its stream, as Client's; MessageID is not looked at then
	Kind      Kind
	Unit      actors.Unit   // of Characters only; DefaultUnit leaves it to the message
	Interval  time.Duration // between two chunks; must be positive
	// LiveInterval is the same for a live message; 0 sends each chunk as it comes.
	LiveInterval time.Duration
	After        int           // resume after this position; AfterNone begins at the start
	Heartbeat    time.Duration // silence after which a chunk without text comes; 0 sends none
	// Bend returns what departs from the interval in a stream that begins at the
	// position from, which is resumed or not; nil if nothing does. The broker's
	// goroutine calls it, so it must not wait.
	Bend func(from int, resumed bool) actors.Bend

	prepared bool // by Prepare
}

// DefaultUnit is Appended for a live message, and Character for any other.
const DefaultUnit actors.Unit = -1

// AfterNone is a Request.After that is no position of any stream.
const AfterNone = -1

// of returns the request with what it leaves to message.
func (r Request) of(message *Message) Request {
	if message.isLive() {
		r.Interval = r.LiveInterval
	}
	if r.Unit == DefaultUnit {
		r.Unit = actors.Character
		if message.isLive() {
			r.Unit = actors.Appended
		}
	}
	return r
}

// reader returns who reads the stream that the request has led to.
func (r Request) reader(subscription *Subscription) reader {
	return reader{subscription.Message.ID, r.Client, r.Agent, subscription.Kind, subscription.Unit}
}

// span returns the positions that a stream of this request has on message now,
// first to end-1, and the one it begins at.
func (r Request) span(message *Message) (first, from, end int) {
	switch {
	case r.Kind == Characters:
		first, end = 0, message.Text.Count(r.Unit)
	case message.isLive():
		first, end = 0, message.told()+1
	default:
		first, end = actors.FirstPercent, actors.LastPercent+1
	}
	if r.After < first || r.After >= end {
		return first, first, end
	}
	return first, r.After + 1, end
}

// bend returns what departs from the pace of the stream.
func (r Request) bend(first, from int) actors.Bend {
	if r.Bend == nil {
		return nil
	}
	return r.Bend(from, from > first)
}

// source returns the texts of the stream.
func (r Request) source(message *Message) actors.Source {
	switch {
	case r.Kind == Progress && message.isLive():
		return actors.FollowProgress(message.live)
	case r.Kind == Progress:
		return actors.Progress()
	case message.State == StateOpen:
		return actors.Follow(message.live, r.Unit)
	default:
		return message.Text.Source(r.Unit)
	}
}

// Subscription is a running stream, as given to the one who asked for it. Its
// fields are not changed; one goroutine at a time reads Chunks.
type Subscription struct {
	ID       SubscriptionID
	Message  *Message // as it was at Start
	Kind     Kind
	Unit     actors.Unit
	Interval time.Duration // 0 if each chunk is sent as it comes
	Start    time.Time     // T0, from which Chunk.Due is counted
	First    int           // position at which a stream from the beginning starts
	From     int           // position of the first chunk here; more than First if resumed

	Client   netip.Addr     // who reads it; the zero Addr if that is not known
	Previous SubscriptionID // the stream that a resumed one most likely goes on with; zero if none is known

	streamer *actors.Streamer

	// Mark is where its reader tells how far it has come.
	Mark *Mark
}

// Mark is how far the reader of a stream has come: for Streams, and for who comes back.
// It outlives the stream, whose last chunk may be written when its streamer has ended.
// The reader alone tells; any goroutine may ask at any time.
type Mark struct {
	position atomic.Int64 // of the last chunk that was written; From-1 before
	lag      atomic.Int64 // nanoseconds
}

func newMark(position int) *Mark {
	m := new(Mark)
	m.position.Store(int64(position))
	return m
}

// newSubscription returns the stream of message that who asks for, from now on.
func newSubscription(who subscriber, message *Message, clock *actors.Clock, now time.Time) *Subscription {
	request := who.request.of(message)
	first, from, _ := request.span(message)
	subscription := &Subscription{
		ID:       who.id,
		Client:   request.Address,
		Message:  message,
		Kind:     request.Kind,
		Unit:     request.Unit,
		Interval: request.Interval,
		Start:    now,
		First:    first,
		From:     from,
		Mark:     newMark(from - 1),
		streamer: actors.New(actors.Plan{
			Clock:     clock,
			Source:    request.source(message),
			From:      from,
			Start:     now,
			Pace:      actors.Pace{Interval: request.Interval},
			Bend:      request.bend(first, from),
			Latest:    request.Kind == Progress && message.isLive(),
			Heartbeat: request.Heartbeat,
		}),
	}
	return subscription
}

// Wrote tells that the reader has written all chunks up to a position, and how far
// behind its schedule the stream is.
func (m *Mark) Wrote(position int, lag time.Duration) {
	m.position.Store(int64(position))
	m.lag.Store(int64(lag))
}

// Behind is Wrote for a reader that cannot write.
func (m *Mark) Behind(lag time.Duration) { m.lag.Store(int64(lag)) }

// Written returns the position of the last chunk that the reader has written, From-1
// before the first one, and how far behind its schedule the stream was then.
func (m *Mark) Written() (position int, lag time.Duration) {
	return int(m.position.Load()), time.Duration(m.lag.Load())
}

// Newest returns what the message is now. Any goroutine may call it at any time.
func (s *Subscription) Newest() *Message {
	if !s.Message.isLive() {
		return s.Message
	}
	return s.Message.live.newest.Load()
}

// Total returns how many chunks the whole stream has. Of characters, that is not
// known as long as the message is open. Any goroutine may call it at any time.
func (s *Subscription) Total() (total int, known bool) {
	if s.Kind == Progress {
		return actors.LastPercent, true
	}
	message := s.Newest()
	return message.Text.Count(s.Unit), message.State != StateOpen
}

// Has says whether there is a chunk of a position by now. Any goroutine may call it
// at any time.
func (s *Subscription) Has(position int) bool {
	message := s.Newest()
	switch {
	case s.Kind == Characters:
		return position < message.Text.Count(s.Unit)
	case message.isLive():
		return position <= message.told()
	default:
		return position <= actors.LastPercent
	}
}

// Chunks returns the chunks in order. The streamer closes the channel when the
// stream has ended. The reader reads until then, also after it has canceled the
// context of Subscribe, which is how a stream is ended early.
func (s *Subscription) Chunks() <-chan actors.Chunk { return s.streamer.Chunks() }

// Err returns why the stream ended: nil if every chunk was sent, else the cause
// of its context, or a *actors.PanicError. Call it only after Chunks is closed.
func (s *Subscription) Err() error { return s.streamer.Err() }
