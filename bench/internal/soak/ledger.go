package soak

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Problem is something that does not add up, with the line that shows it where
// there is one.
type Problem struct {
	Where string // file:line, or empty
	Why   string
	Line  string
}

func (p Problem) String() string {
	text := p.Why
	if p.Where != "" {
		text = p.Where + ": " + text
	}
	if p.Line != "" {
		text += "\n\t" + strings.TrimSpace(p.Line)
	}
	return text
}

// Ledger reads the log of one server, file by file, and balances it. It is used
// by one goroutine.
type Ledger struct {
	problems []Problem
	streams  map[string]*account
	messages map[string]*account
	seen     map[string]int // by event, and by event and reason
	sequence sequence
	last     string // event of the last line
}

// account is a stream or a message: one line begins it, one ends it.
type account struct {
	begin, end *entry
}

// entry is what the ledger needs of a line. Which fields there are depends on the
// event.
type entry struct {
	Event     string  `json:"event"`
	Level     string  `json:"level"`
	Seq       *uint64 `json:"seq"`
	StreamID  string  `json:"stream_id"`
	MessageID string  `json:"message_id"`
	Kind      string  `json:"kind"`
	Reason    string  `json:"reason"`
	Count     uint64  `json:"count"`

	where, line string
}

func (e *entry) problem(format string, values ...any) Problem {
	return Problem{e.where, fmt.Sprintf(format, values...), e.line}
}

// NewLedger is an empty one.
func NewLedger() *Ledger {
	return &Ledger{streams: make(map[string]*account), messages: make(map[string]*account), seen: make(map[string]int)}
}

// Read takes the next file of the log, oldest first.
func (l *Ledger) Read(name string, file io.Reader) error {
	lines := bufio.NewReader(file)
	for n := 1; ; n++ {
		line, err := lines.ReadString('\n')
		if errors.Is(err, io.EOF) && line == "" {
			return nil
		}
		where := fmt.Sprintf("%s:%d", name, n)
		if errors.Is(err, io.EOF) {
			l.complain(Problem{where, "half a line at the end of a file", line})
			return nil
		}
		if err != nil {
			return fmt.Errorf("soak: %w", err)
		}
		e := &entry{where: where, line: line}
		if err := json.Unmarshal([]byte(line), e); err != nil {
			l.complain(e.problem("no JSON object: %v", err))
			continue
		}
		l.book(e)
	}
}

// book enters one line.
func (l *Ledger) book(e *entry) {
	l.seen[e.Event]++
	l.seen[e.Event+" "+e.Reason]++
	l.last = e.Event
	if problem, ok := l.sequence.next(e); !ok {
		l.complain(problem)
	}
	if e.Level == "error" {
		l.complain(e.problem("an error"))
	}
	switch e.Event {
	case "":
		l.complain(e.problem("no event"))
	case "server.shutdown_forced":
		l.complain(e.problem("the drain did not end by itself"))
	case "stream.opened":
		l.begin(l.streams, e.StreamID, e)
	case "stream.closed":
		l.end(l.streams, e.StreamID, e)
	case "message.submitted":
		l.begin(l.messages, e.MessageID, e)
	case "message.deleted", "message.evicted":
		l.end(l.messages, e.MessageID, e)
	}
}

func (l *Ledger) complain(p Problem) { l.problems = append(l.problems, p) }

func (l *Ledger) begin(accounts map[string]*account, id string, e *entry) {
	a := open(accounts, id)
	if a.begin != nil {
		l.complain(e.problem("%s a second time, after %s", e.Event, a.begin.where))
		return
	}
	a.begin = e
	// The broker reports an eviction on its own, maybe before the submitter's
	// line. A stream has one goroutine for both its lines.
	if e.Event == "stream.opened" && a.end != nil {
		l.complain(e.problem("opened after it was closed, in %s", a.end.where))
	}
}

func (l *Ledger) end(accounts map[string]*account, id string, e *entry) {
	a := open(accounts, id)
	if a.end != nil {
		l.complain(e.problem("%s a second time, after %s in %s", e.Event, a.end.Event, a.end.where))
		return
	}
	a.end = e
}

func open(accounts map[string]*account, id string) *account {
	a, ok := accounts[id]
	if !ok {
		a = &account{}
		accounts[id] = a
	}
	return a
}

// End is what is known of the server's end from elsewhere.
type End struct {
	Stored            []string // ids of the messages that are left
	Opened, Submitted int      // by the server's counters
}

// Balance says what does not add up, when all files were read.
func (l *Ledger) Balance(end End) []Problem {
	for _, id := range slices.Sorted(maps.Keys(l.streams)) {
		l.balanceStream(l.streams[id])
	}
	var stored []string
	for _, id := range slices.Sorted(maps.Keys(l.messages)) {
		switch a := l.messages[id]; {
		case a.begin == nil:
			l.complain(a.end.problem("the message was never submitted"))
		case a.end == nil && !slices.Contains(end.Stored, id):
			l.complain(a.begin.problem("the message is not stored, but was neither deleted nor evicted"))
		case a.end == nil:
			stored = append(stored, id)
		}
	}
	if len(stored) != len(end.Stored) {
		l.complain(Problem{Why: fmt.Sprintf("stored at the end: by the log %q, by the server %q", stored, end.Stored)})
	}
	l.count("stream.opened", end.Opened)
	l.count("message.submitted", end.Submitted)
	if l.last != "server.shutdown_completed" || l.seen[l.last] != 1 {
		l.complain(Problem{Why: fmt.Sprintf("the last line is %s, want the only server.shutdown_completed", l.last)})
	}
	if problem, ok := l.sequence.explained(); !ok {
		l.complain(problem)
	}
	return l.problems
}

func (l *Ledger) balanceStream(a *account) {
	switch {
	case a.begin == nil:
		l.complain(a.end.problem("closed, but never opened"))
	case a.end == nil:
		l.complain(a.begin.problem("opened, but never closed"))
	case a.begin.MessageID != a.end.MessageID || a.end.Kind != "" && a.begin.Kind != a.end.Kind:
		l.complain(a.end.problem("closed with another message or kind than opened with in %s", a.begin.where))
	case a.end.Reason == "" || a.end.Reason == "internal_error":
		l.complain(a.end.problem("closed for reason %q", a.end.Reason))
	case l.messages[a.begin.MessageID] == nil:
		l.complain(a.begin.problem("a stream of a message that was never submitted"))
	}
}

// count compares the lines of an event with the server's own counter.
func (l *Ledger) count(event string, counter int) {
	if got := l.seen[event]; got != counter {
		l.complain(Problem{Why: fmt.Sprintf("%d lines %s, but the server counted %d", got, event, counter)})
	}
}

// Missing is which of the events never happened, each a name or a name and a
// reason: a soak without them has tested less than it says.
func (l *Ledger) Missing(events []string) (missing []string) {
	for _, event := range events {
		if l.seen[event] == 0 {
			missing = append(missing, event)
		}
	}
	return missing
}

// Tally is how often each event happened, as text.
func (l *Ledger) Tally() string {
	var all []string
	for _, event := range slices.Sorted(maps.Keys(l.seen)) {
		if !strings.Contains(event, " ") {
			all = append(all, fmt.Sprintf("%s %d", event, l.seen[event]))
		}
	}
	return strings.Join(all, ", ")
}
