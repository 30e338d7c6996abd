package story

import (
	"cmp"
	"math"
	"slices"
	"time"

	"sseserver/internal/logs"
	"sseserver/internal/logs/reading"
)

// Clients tells the clients of a log from its lines. It must not be used by several
// goroutines at once.
type Clients struct {
	each     func(*Client)
	open     map[string]*stream
	count    int
	finished int
	unknown  int

	// Those that have not finished, and may come back.
	aside   shelf              // by how far they came
	ended   map[string]*Client // by their newest stream
	queue   []turn             // as they ended; some have gone on since
	turns   int
	waiting int // how many have not
	room    int // how many may wait

	// Those that began with a resume, and whose first stream may be read later.
	strangers shelf              // by where they began
	named     map[string]*Client // by that stream, where the server knew it
	strange   int

	// Evidence.
	ends     *ends
	refusals *refusals
	moments  moments
	runs     runs

	texts texts
}

// turn is one time that a client was put aside.
type turn struct {
	client *Client
	number int
}

func (t turn) over() bool { return t.client.aside != t.number }

// NewClients returns the clients of no lines yet. Each one is given to each, once:
// when it has finished, or when the log has ended. Those that have failed are in the
// order of their ends; of more than 20 000, the oldest are given earlier.
func NewClients(each func(*Client)) *Clients {
	return &Clients{
		each: each, open: make(map[string]*stream), aside: make(shelf), ended: make(map[string]*Client),
		strangers: make(shelf), named: make(map[string]*Client), room: most,
		ends: newEnds(), refusals: newRefusals(), moments: make(moments), runs: make(runs), texts: make(texts),
	}
}

// Add takes the next line of the log.
func (c *Clients) Add(line *reading.Line) {
	c.runs.note(line, c.vanish)
	switch line.Event {
	case logs.StreamOpened:
		c.opened(line)
	case logs.StreamClosed:
		c.closed(line)
	case logs.StreamSlow, logs.StreamRecovered, logs.StreamEndRequested, logs.StreamFault:
		if s := c.open[string(line.Text("stream_id"))]; s != nil {
			s.note(line)
		}
		if line.Event == logs.StreamSlow {
			lag, _ := line.Float("lag_ms")
			run := c.runs.of(line.Run)
			run.stalls.note(line.Time, milliseconds(lag), run.open)
		}
	case logs.StreamRejected:
		c.refusals.add(line)
	case logs.MessageSubmitted:
		c.ends.begin(line.Str("message_id"), line.Run)
	case logs.MessageFailed, logs.MessageDeleted, logs.MessageEvicted:
		c.ends.add(line)
	case logs.HTTPRequest:
		c.requested(line)
	}
}

// requested takes from a request who it was that ended a message, or was refused.
func (c *Clients) requested(line *reading.Line) {
	if status, _ := line.Int("http.response.status_code"); len(c.refusals.requests) == 0 && status != 204 {
		return
	}
	message, request, address := messageOf(line), line.Str("request_id"), line.Str("client.address")
	c.refusals.by(request, message, address)
	c.ends.by(message, request, address)
}

func (c *Clients) opened(line *reading.Line) {
	s := openedBy(line, c.texts)
	if s.id == "" || c.open[s.id] != nil {
		return // a line that is not whole, or stands twice
	}
	c.runs.of(s.run).open++
	c.refusals.letIn(s.message, s.address)
	client := c.earlier(s)
	c.open[s.id] = s
	if client == nil {
		client = new(Client)
		c.count++
	}
	first := client.last == nil
	client.goOn(s)
	if first && s.resumed && c.strange < c.room {
		c.welcome(client, s)
	}
}

// welcome keeps a client that began with a resume, until its first stream is read.
func (c *Clients) welcome(client *Client, s *stream) {
	c.strange++
	client.origin = s
	c.strangers.put(s.likeness(), s.reached, s.opened, client)
	if s.previous != "" {
		c.named[s.previous] = client
	}
}

// introduce takes such a client, whose first stream is found.
func (c *Clients) introduce(client *Client) {
	s := client.origin
	c.strange--
	client.origin = nil
	c.strangers.remove(s.likeness(), s.reached, client)
	if c.named[s.previous] == client {
		delete(c.named, s.previous)
	}
}

// earlier is the client that goes on with s, if the lines so far have it. The server
// may have taken two streams for the sequel of one: then it is known for the first of
// them, and has to be found for the other.
func (c *Clients) earlier(s *stream) *Client {
	if !s.resumed {
		return c.again(s)
	}
	// It may be open, if the server has not noticed yet that its client is gone.
	if before := c.open[s.previous]; before != nil && before.client.whole().last == before {
		return before.client.whole()
	}
	if client := c.ended[s.previous]; client != nil {
		c.takeBack(client)
		return client
	}
	client := c.aside.takeAbove(s.likeness(), s.reached, s.opened)
	if client != nil {
		c.forget(client)
	}
	return client
}

// again is the client that has to begin anew, as its stream was ended before it got
// anything: it has no position to resume from.
func (c *Clients) again(s *stream) *Client {
	client := c.aside.takeEmpty(s.likeness(), s.opened, func(before *stream) bool {
		return before.plan == s.plan && (before.reason == logs.ReasonFault || before.reason == logs.ReasonServerShutdown)
	})
	if client != nil {
		c.forget(client)
	}
	return client
}

func (c *Clients) closed(line *reading.Line) {
	id := line.Text("stream_id")
	if len(id) == 0 {
		return
	}
	s := c.open[string(id)]
	if s == nil { // the beginning of the log is gone
		s = newStream(line, c.texts)
		s.resumed, _ = line.Bool("resumed")
		new(Client).goOn(s)
		c.count++
	} else {
		delete(c.open, s.id)
		run := c.runs.of(s.run)
		if string(line.Text("reason")) == logs.ReasonClientGone {
			c.moments.note(line.Time, run.open)
		}
		run.open--
	}
	s.close(line, c.texts)
	c.over(s)
}

// over is told that a stream has ended, or that nothing more is to come of it.
func (c *Clients) over(s *stream) {
	client := s.client.whole()
	if client.last != s {
		return // it has gone on with another one
	}
	client.tell()
	if s.finished() && client.spoiler == "" {
		client.State = Finished
		c.conclude(client)
		return
	}
	client.State = Failed
	if later := c.later(s); later != nil {
		later.follow(client)
		c.count--
		return
	}
	if s.reason == "" && c.runs.of(s.run).lacks(s.opened) {
		client.State = Unknown
		c.conclude(client)
		return
	}
	c.putAside(client)
}

// later is the client that went on with s, if that was read before the end of s: on
// another server, or because the server noticed late that its client was gone.
func (c *Clients) later(s *stream) *Client {
	later := c.named[s.id]
	if later == nil && s.comesBack() {
		since := s.opened
		if since.IsZero() {
			since = s.closed
		}
		later = c.strangers.takeBelow(s.likeness(), s.limit(), since, s.client.whole())
	}
	if later == nil {
		return nil
	}
	c.introduce(later)
	if later.whole() == s.client.whole() {
		return nil
	}
	return later.whole()
}

// comesBack says whether a client may resume after such an end.
func (s *stream) comesBack() bool {
	switch s.reason {
	case logs.ReasonMessageFailed, logs.ReasonMessageDeleted, logs.ReasonMessageEvicted:
		return false
	}
	return !s.finished()
}

// putAside keeps a client that has not finished, in case it comes back.
func (c *Clients) putAside(client *Client) {
	c.turns++
	c.waiting++
	client.aside = c.turns
	c.queue = append(c.queue, turn{client, c.turns})
	c.ended[client.Stream] = client
	if s := client.last; s.comesBack() {
		c.aside.put(s.likeness(), s.limit(), s.closed, client)
	}
	if c.waiting > c.room {
		c.giveUp()
	}
	if len(c.queue) > 2*c.room {
		c.queue = slices.DeleteFunc(c.queue, turn.over)
	}
}

// limit is the position up to which a client may have a stream: that of one without
// an end is not known.
func (s *stream) limit() int {
	if s.reason == "" {
		return math.MaxInt
	}
	return s.reached
}

// takeBack takes a client that goes on from where it was put aside.
func (c *Clients) takeBack(client *Client) {
	c.aside.remove(client.last.likeness(), client.last.limit(), client)
	c.forget(client)
}

func (c *Clients) forget(client *Client) {
	client.aside = 0
	c.waiting--
	delete(c.ended, client.Stream)
}

// giveUp concludes the client that has been aside for longest.
func (c *Clients) giveUp() {
	c.queue = c.queue[slices.IndexFunc(c.queue, func(t turn) bool { return !t.over() }):]
	client := c.queue[0].client
	c.queue = c.queue[1:]
	c.takeBack(client)
	c.conclude(client)
}

func (c *Clients) conclude(client *Client) {
	switch client.State {
	case Finished:
		c.finished++
	case Unknown:
		c.unknown++
	}
	client.Verdict = c.judge(client)
	c.each(client)
}

// vanish ends what a server left open that ended without a word.
func (c *Clients) vanish(run int, last time.Time) {
	for _, s := range c.leftOpen(func(s *stream) bool { return s.run == run }) {
		delete(c.open, s.id)
		s.closed = last
		c.over(s)
	}
}

// moveOn joins the streams that are open to those with which their clients went on
// elsewhere, since the last word of their server: one that was killed and not started
// again.
func (c *Clients) moveOn() {
	for _, s := range c.leftOpen(func(s *stream) bool { return s.client.whole().last == s }) {
		client := s.client.whole()
		later := c.strangers.takeBelow(s.likeness(), s.limit(), c.runs.of(s.run).last, client)
		if later == nil {
			continue
		}
		delete(c.open, s.id)
		c.introduce(later)
		later.whole().follow(client)
		c.count--
	}
}

// leftOpen are the open streams that are chosen, as they were opened.
func (c *Clients) leftOpen(chosen func(*stream) bool) []*stream {
	var all []*stream
	for _, s := range c.open {
		if chosen(s) {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b *stream) int {
		return cmp.Or(a.opened.Compare(b.opened), cmp.Compare(a.id, b.id))
	})
	return all
}

// End tells that there are no more lines, and returns how many clients there were.
func (c *Clients) End() Counts {
	c.refusals.settle()
	for number, run := range c.runs {
		if run.over() {
			c.vanish(number, run.last)
		}
	}
	c.moveOn()
	failed := slices.DeleteFunc(c.queue, turn.over)
	slices.SortStableFunc(failed, func(a, b turn) int { return a.client.Ended.Compare(b.client.Ended) })
	for _, t := range failed {
		c.conclude(t.client)
	}
	running := 0
	for _, s := range c.leftOpen(func(s *stream) bool { return s.client.whole().last == s }) {
		client := s.client.whole()
		client.tell()
		if c.runs.of(s.run).lacks(s.opened) {
			client.State = Unknown
		} else {
			running++
		}
		c.conclude(client)
	}
	return Counts{Clients: c.count, Finished: c.finished, Running: running, Unknown: c.unknown, Failed: c.count - c.finished - c.unknown - running}
}

// Counts are those of clients.
type Counts struct {
	Clients  int `json:"clients"`
	Finished int `json:"finished"`
	Failed   int `json:"failed"`
	Running  int `json:"running"`
	// Unknown are those whose end would be told by a line that is missing.
	Unknown int `json:"unknown"`
}
