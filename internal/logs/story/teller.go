package story

import (
	"time"

	"sseserver/internal/logs"
	"sseserver/internal/logs/reading"
)

// How much of a long story is told.
const (
	mostShown   = 12   // clients whose lines are shown
	mostSpecial = 1000 // clients of which something is known that is worth to be shown
	mostOfOne   = 60   // lines of one stream
	mostRest    = 5000 // lines of no stream
)

// teller makes a story of lines.
type teller struct {
	subject *subject
	model   *Clients
	streams map[string]*part // of the subject's messages
	clients []*Client        // of the same, that are worth to be told of
	plain   int              // how many of those are there although nothing is special about them
	folded  map[State]int    // clients of which no more is known than what became of them
	rest    []Entry          // lines of no stream
	context []Entry          // lines of the servers
	code    string           // of the last error that was answered
	codeAt  time.Time
	status  int // of its answer
	nearest nearest
	scope   scope
}

// part is what one stream gives to a story.
type part struct {
	stream  *stream // nil if the log does not have its beginning
	lines   []Entry
	more    int  // lines that are left out
	special bool // something happened in it
}

func newTeller(about *subject) *teller {
	t := &teller{subject: about, streams: make(map[string]*part), folded: make(map[State]int), nearest: nearest{id: about.id}}
	t.model = NewClients(t.concluded)
	return t
}

func (t *teller) add(line *reading.Line) {
	t.scope.add(line)
	if t.subject.kind == "" {
		t.nearest.look(line)
		return
	}
	t.model.Add(line)
	switch {
	case t.subject.has(line):
		t.keep(line)
	case isContext[line.Event] && len(t.context) < mostRest:
		t.context = append(t.context, entry(line))
	}
}

// isContext are the events of a server that a story may have to do with.
var isContext = map[*logs.Event]bool{
	logs.ServerStarting: true, logs.ServerShutdownStarted: true, logs.ServerShutdownForced: true,
	logs.LogEntriesDropped: true, logs.StoreLost: true, logs.StoreRestored: true,
}

// isSpecial are the events that make a stream worth to be told of.
var isSpecial = map[*logs.Event]bool{
	logs.StreamSlow: true, logs.StreamRecovered: true, logs.StreamFault: true, logs.HTTPPanic: true,
}

// keep takes a line of the subject.
func (t *teller) keep(line *reading.Line) {
	t.noteAnswer(line)
	id := line.Str("stream_id")
	if id == "" {
		if t.isTold(line) && len(t.rest) < mostRest {
			t.rest = append(t.rest, entry(line))
		}
		return
	}
	p := t.streams[id]
	if p == nil {
		p = new(part)
		t.streams[id] = p
	}
	if line.Event == logs.StreamOpened {
		p.stream = t.model.open[id]
	}
	p.special = p.special || isSpecial[line.Event]
	switch {
	case !t.isTold(line):
	case len(p.lines) < mostOfOne || line.Event == logs.StreamClosed:
		p.lines = append(p.lines, entry(line))
	default:
		p.more++
	}
}

// isTold says whether a line adds to a story: single chunks do not, nor do requests
// whose outcome has a line of its own.
func (t *teller) isTold(line *reading.Line) bool {
	switch line.Event {
	case logs.StreamChunk:
		return false
	case logs.HTTPRequest:
		if t.subject.kind != "message" && t.subject.kind != "stream" && t.subject.asks(line) {
			return true
		}
		method := line.Str("http.request.method")
		return method != "GET" && method != "HEAD" || number(line, "http.response.status_code", 0) >= 400
	}
	return true
}

// noteAnswer takes from a line how the request of the subject was answered.
func (t *teller) noteAnswer(line *reading.Line) {
	switch line.Event {
	case logs.HTTPRequest:
		t.status = number(line, "http.response.status_code", 0)
	case logs.StreamRejected, logs.MessageRejected:
		t.code, t.codeAt = line.Str("reason"), line.Time
	case logs.HTTPRequestRejected:
		t.code, t.codeAt = line.Str("code"), line.Time
	case logs.HTTPPanic:
		t.code, t.codeAt = logs.CodeInternalError, line.Time
	}
}

// concluded is told what became of a client.
func (t *teller) concluded(c *Client) {
	if !t.subject.messages[c.Message] {
		return
	}
	if special := t.isSpecial(c); special && len(t.clients)-t.plain < mostSpecial || t.isSubject(c) {
		t.clients = append(t.clients, c)
		return
	}
	if t.plain < mostShown {
		t.plain++
		t.clients = append(t.clients, c)
		return
	}
	t.folded[c.State]++
	for _, id := range c.chain {
		delete(t.streams, id)
	}
}

// isSpecial says whether something is to be told of a client.
func (t *teller) isSpecial(c *Client) bool {
	if c.State != Finished || c.Resumes > 0 {
		return true
	}
	for _, id := range c.chain {
		if p := t.streams[id]; p != nil && p.special {
			return true
		}
	}
	return false
}

// isSubject says whether the story is about a stream of this client.
func (t *teller) isSubject(c *Client) bool {
	for _, id := range c.chain {
		if t.subject.streams[id] {
			return true
		}
	}
	return false
}

func entry(line *reading.Line) Entry {
	return Entry{
		Seq: line.Seq, Time: line.Time, Level: line.Level.String(), Event: line.Name,
		Text: sentence(line), Stream: line.Str("stream_id"),
	}
}
