package story

import (
	"cmp"
	"slices"
	"time"

	"sseserver/internal/logs"
	"sseserver/internal/logs/reading"
)

// What failed.
const (
	FailedClient  = "client"  // it never got its whole stream
	FailedMessage = "message" // its producer never completed it
	RefusedClient = "refused" // it never got a stream
)

// Failure is something that never became whole.
type Failure struct {
	What    string    `json:"type"`
	Time    time.Time `json:"time"`
	Message string    `json:"messageId"`
	Address string    `json:"client,omitempty"`
	Agent   string    `json:"userAgent,omitempty"`
	Stream  string    `json:"streamId,omitempty"` // the newest
	Kind    string    `json:"kind,omitempty"`
	Unit    string    `json:"unit,omitempty"`
	// Opened, Got and Total are nil where the log does not tell.
	Opened *time.Time `json:"openedAt,omitempty"`
	Got    *int       `json:"got"`
	Total  *int       `json:"total"`
	// Reason is a word of the log, "" if that ends without one.
	Reason string `json:"reason"`
	// Resumes is how often it came back, Refused how often it was refused.
	Resumes int    `json:"resumes"`
	Refused int    `json:"refused,omitempty"`
	Side    Side   `json:"side"`
	Why     string `json:"why"`
}

// Failures tells from the lines of a log what never became whole. It must not be used
// by several goroutines at once.
type Failures struct {
	clients  *Clients
	each     func(Failure)
	ending   bool
	messages int
	sides    map[Side]int
	last     []Failure // those that wait for the end
}

// NewFailures returns those of no lines yet. Each one is given to each when the
// log has ended, in the order of their times; with more than 20 000, the oldest are given earlier.
func NewFailures(each func(Failure)) *Failures {
	f := &Failures{each: each, sides: make(map[Side]int)}
	f.clients = NewClients(f.client)
	return f
}

// Add takes the next line of the log.
func (f *Failures) Add(line *reading.Line) {
	f.clients.Add(line)
	if line.Event == logs.MessageFailed {
		f.message(line)
	}
}

func (f *Failures) client(c *Client) {
	if c.State != Failed {
		return
	}
	f.sides[c.Side]++
	failure := Failure{
		What: FailedClient, Time: c.Ended, Message: c.Message, Address: c.Address, Agent: c.Agent, Stream: c.Stream,
		Kind: c.Kind, Unit: c.Unit, Reason: c.Reason, Resumes: c.Resumes, Side: c.Side, Why: c.Why,
	}
	if !c.Opened.IsZero() {
		failure.Opened = &c.Opened
	}
	if c.Got >= 0 {
		failure.Got = &c.Got
	}
	if c.Total >= 0 {
		failure.Total = &c.Total
	}
	if c.refused != nil {
		failure.Refused = c.refused.count
	}
	if !f.ending { // there are too many to wait for the end
		f.each(failure)
		return
	}
	f.last = append(f.last, failure)
}

func (f *Failures) message(line *reading.Line) {
	f.messages++
	if len(f.last) >= most {
		return
	}
	reason, chunks := line.Str("reason"), number(line, "chunks", 0)
	f.last = append(f.last, Failure{
		What: FailedMessage, Time: line.Time, Message: line.Str("message_id"), Got: &chunks,
		Reason: reason, Side: TheProducer, Why: failureOf(reason),
	})
}

// End tells that there are no more lines. What is left of the failures is given to
// each, and what there was is returned.
func (f *Failures) End() Totals {
	f.ending = true
	totals := Totals{Counts: f.clients.End()}
	for _, r := range f.clients.refusals.of {
		if r.told == 0 {
			totals.Refused++
			f.last = append(f.last, f.refusal(r))
		}
	}
	totals.Messages, totals.Sides = f.messages, f.sides
	totals.Quiet, totals.Cut = f.clients.runs.gaps()
	slices.SortStableFunc(f.last, func(a, b Failure) int {
		return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Message, b.Message), cmp.Compare(a.Stream, b.Stream))
	})
	for _, failure := range f.last {
		f.each(failure)
	}
	return totals
}

func (f *Failures) refusal(r *refusal) Failure {
	v := f.clients.judgeRefusal(r.message, r.reason, r.last)
	return Failure{
		What: RefusedClient, Time: r.last, Message: r.message, Address: r.address,
		Reason: r.reason, Refused: r.count, Side: v.Side, Why: "It was refused " + times(r.count) + ": " + v.Why + ".",
	}
}

// Totals are what there was in a log.
type Totals struct {
	Counts
	// Refused are clients that never got a stream, Messages those that failed.
	Refused int `json:"refused"`
	// Sides are the failed clients by the side that failed.
	Sides    map[Side]int `json:"sides"`
	Messages int          `json:"failedMessages"`
	// Quiet says that the level of the log leaves out streams, Cut that its beginning is
	// missing.
	Quiet bool `json:"quiet"`
	Cut   bool `json:"cut"`
}
