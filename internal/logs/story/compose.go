package story

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"sseserver/internal/logs"
	"sseserver/internal/logs/terminal"
)

// story tells it, after the last line.
func (t *teller) story() Story {
	about := t.subject
	story := Story{
		ID: about.id, Kind: about.kind, Found: about.kind != "" && len(about.others) == 0,
		Searched: t.scope.String(), Side: Nobody, Others: about.others, Lines: []Entry{},
		First: t.scope.first, Last: t.scope.last,
	}
	if !story.Found {
		story.Nearest = t.nearest.found
		story.Verdict = t.unknown()
		return story
	}
	t.model.End()
	story.Lines = t.lines()
	verdict := t.verdict()
	story.Side, story.Verdict = verdict.Side, verdict.Why
	return story
}

// unknown says why there is no story.
func (t *teller) unknown() string {
	about := t.subject
	switch {
	case len(about.others) > 0:
		return fmt.Sprintf("Several ids begin with it: %s.", strings.Join(append([]string{about.id}, about.others...), ", "))
	case len(about.id) < shortest:
		return fmt.Sprintf("An id needs at least %d digits.", shortest)
	case t.nearest.found != "":
		return fmt.Sprintf("No line has this id. Did you mean %s?", t.nearest.found)
	default:
		return "No line has this id."
	}
}

// lines are those of the story, in the order of time.
func (t *teller) lines() []Entry {
	all := fold(t.rest)
	shown, hidden := t.shown()
	for _, client := range shown {
		for _, id := range client.chain {
			if p := t.streams[id]; p != nil {
				all = append(all, p.told()...)
			}
		}
	}
	sortEntries(all)
	if len(all) == 0 {
		return all
	}
	all = append(all, t.around(shown, all[0].Time, all[len(all)-1].Time)...)
	sortEntries(all)
	if text := counted(hidden); text != "" {
		all = append(all, Entry{Time: all[len(all)-1].Time, Text: text})
	}
	for i := range all {
		all[i].AfterMS = float64(all[i].Time.Sub(all[0].Time).Microseconds()) / 1000
	}
	return all
}

func sortEntries(all []Entry) {
	slices.SortStableFunc(all, func(a, b Entry) int { return a.Time.Compare(b.Time) })
}

// told are the lines of a stream, and how many are left out before the last one.
func (p *part) told() []Entry {
	if p.more == 0 {
		return p.lines
	}
	last := p.lines[len(p.lines)-1]
	note := Entry{Time: last.Time, Text: fmt.Sprintf("… and %s of this stream", terminal.Count(p.more, "more line")), Stream: last.Stream}
	return slices.Insert(slices.Clone(p.lines), len(p.lines)-1, note)
}

// around are the lines of the servers between two times. While one of the clients
// still reads, the story goes on to the end of the log.
func (t *teller) around(clients []*Client, first, last time.Time) []Entry {
	var all []Entry
	for _, client := range clients {
		if client.State == Running || client.Reason == "" {
			last = t.scope.last
		}
	}
	for _, e := range t.context {
		if !e.Time.Before(first) && !e.Time.After(last) {
			all = append(all, e)
		}
	}
	return fold(all)
}

// shown are the clients whose lines are told, and how many others there are of each
// state.
func (t *teller) shown() (shown []*Client, hidden map[State]int) {
	hidden = make(map[State]int)
	for state, n := range t.folded {
		hidden[state] = n
	}
	shown = slices.Clone(t.clients)
	if t.subject.kind != "message" {
		shown = slices.DeleteFunc(shown, func(c *Client) bool {
			if !t.isSubject(c) {
				hidden[c.State]++
				return true
			}
			return false
		})
	}
	slices.SortStableFunc(shown, func(a, b *Client) int {
		return cmp.Or(cmp.Compare(t.rank(a), t.rank(b)), a.Opened.Compare(b.Opened))
	})
	for len(shown) > mostShown {
		hidden[shown[len(shown)-1].State]++
		shown = shown[:len(shown)-1]
	}
	return shown, hidden
}

// rank is the order in which clients are worth to be told of.
func (t *teller) rank(c *Client) int {
	switch {
	case t.isSubject(c):
		return 0
	case c.State == Failed:
		return 1
	case t.isSpecial(c):
		return 2
	default:
		return 3
	}
}

// counted says how many clients are left out.
func counted(hidden map[State]int) string {
	all, parts := 0, []string(nil)
	for _, s := range []struct {
		state State
		what  string
	}{{Finished, "finished"}, {Failed, "did not finish"}, {Running, "still reading"}, {Unknown, "of which the end is not known"}} {
		if n := hidden[s.state]; n > 0 {
			all += n
			parts = append(parts, terminal.Grouped(n)+" "+s.what)
		}
	}
	if all == 0 {
		return ""
	}
	return fmt.Sprintf("… and %s of the message: %s", terminal.Count(all, "more client"), strings.Join(parts, ", "))
}

// fold leaves out the middle of what happens again and again, such as the appends to
// a live message.
func fold(all []Entry) []Entry {
	var folded []Entry
	for len(all) > 0 {
		alike := slices.IndexFunc(all, func(e Entry) bool { return e.Event != all[0].Event || e.Level != all[0].Level })
		if alike < 0 {
			alike = len(all)
		}
		folded = append(folded, middleOut(all[:alike])...)
		all = all[alike:]
	}
	return folded
}

// mostAlike is how many lines of one event are told in a row.
const mostAlike = 5

func middleOut(alike []Entry) []Entry {
	if len(alike) <= mostAlike {
		return alike
	}
	left := len(alike) - 3
	note := Entry{Time: alike[len(alike)-2].Time, Text: fmt.Sprintf("… and %s like these", terminal.Count(left, "more line"))}
	return []Entry{alike[0], alike[1], note, alike[len(alike)-1]}
}

// verdict is the last sentence.
func (t *teller) verdict() Verdict {
	switch t.subject.kind {
	case "message":
		return t.ofMessage(t.subject.id)
	case "stream":
		return t.ofStream(t.subject.id)
	}
	if t.code != "" {
		return t.ofRefusal()
	}
	for _, c := range t.clients {
		if t.isSubject(c) {
			return t.ofStream(c.chain[slices.IndexFunc(c.chain, func(id string) bool { return t.subject.streams[id] })])
		}
	}
	if t.status == 0 {
		return verdict(Nobody, "Nothing went wrong, as far as the log tells.")
	}
	return verdict(Nobody, "Nothing went wrong: the answer was %d.", t.status)
}

// ofRefusal is about a request that got an error.
func (t *teller) ofRefusal() Verdict {
	message := ""
	for id := range t.subject.messages {
		message = id
	}
	v := t.model.judgeRefusal(message, t.code, t.codeAt)
	v.Why = fmt.Sprintf("The request was refused (%s): %s.", t.code, v.Why)
	return v
}

// ofStream is about one stream, and what became of its client.
func (t *teller) ofStream(id string) Verdict {
	i := slices.IndexFunc(t.clients, func(c *Client) bool { return slices.Contains(c.chain, id) })
	if i < 0 {
		return verdict(Nobody, "The log has only a part of it.")
	}
	client := t.clients[i]
	switch {
	case client.State == Finished && client.Resumes == 0:
		return verdict(Nobody, "Nobody failed: the client got %s.", client.share())
	case client.State == Finished && client.Stream == id:
		return verdict(Nobody, "Nobody failed: after %s, the client got %s.", terminal.Count(client.Resumes, "resume"), client.share())
	case client.Stream == id:
		return withShare(client)
	}
	v := Verdict{Side: Nobody, Why: "This stream ended early."}
	if p := t.streams[id]; p != nil && p.stream != nil && !p.stream.closed.IsZero() {
		v = t.model.judgeStream(p.stream)
	}
	switch client.State {
	case Finished:
		v.Why += fmt.Sprintf(" No harm was done: the client resumed %s and got %s.", times(client.Resumes), client.share())
	case Running:
		v.Why += " The client resumed, and still reads at the end of the log."
	default:
		v.Why += " The client resumed. Then: " + client.Why
		v.Side = client.Side
	}
	return v
}

// withShare is the verdict on a client with how far it came.
func withShare(c *Client) Verdict {
	if c.State != Failed {
		return c.Verdict
	}
	return Verdict{c.Side, fmt.Sprintf("The client got %s. %s", Share(c.Kind, c.Unit, c.Got, c.Total), c.Why)}
}

func (c *Client) share() string {
	if c.Total < 0 {
		return "the whole message"
	}
	return "all " + Amount(c.Kind, c.Unit, c.Total)
}

// ofMessage is about a message and all its clients.
func (t *teller) ofMessage(id string) Verdict {
	count := make(map[State]int)
	for state, n := range t.folded {
		count[state] += n
	}
	var failed []*Client
	for _, c := range t.clients {
		count[c.State]++
		if c.State == Failed {
			failed = append(failed, c)
		}
	}
	all := count[Failed] + count[Finished] + count[Running] + count[Unknown]
	end := t.model.ends.of[id]
	switch {
	case end != nil && end.event == logs.MessageFailed:
		return verdict(TheProducer, "%s It had %s.", failureOf(end.reason), terminal.Count(all, "client"))
	case all == 0:
		return t.unread(end)
	case count[Failed] > 0:
		return t.ofFailed(failed, count[Failed], all)
	case count[Unknown] > 0:
		return verdict(Nobody, "Of %s, %s finished; how %s ended is not known, as lines of the log are missing.",
			terminal.Count(all, "client"), terminal.Grouped(count[Finished]), terminal.Grouped(count[Unknown]))
	case count[Running] > 0:
		return verdict(Nobody, "Nobody failed: of %s, %s finished, and %s still reading at the end of the log.",
			terminal.Count(all, "client"), terminal.Grouped(count[Finished]), are(count[Running]))
	case all == 1:
		return verdict(Nobody, "Nobody failed: its client got the whole message.")
	default:
		return verdict(Nobody, "Nobody failed: all its %s got the whole message.", terminal.Count(all, "client"))
	}
}

// are is the beginning of what is said of so many.
func are(n int) string {
	if n == 1 {
		return "1 is"
	}
	return terminal.Grouped(n) + " are"
}

// unread is about a message without streams.
func (t *teller) unread(end *end) Verdict {
	if t.code != "" {
		v := t.model.judgeRefusal(t.subject.id, t.code, t.codeAt)
		return Verdict{v.Side, fmt.Sprintf("What was asked of it was refused, the last time with %s: %s.", t.code, v.Why)}
	}
	if end == nil {
		return verdict(Nobody, "Nobody has asked for it, as far as the log tells.")
	}
	return verdict(Nobody, "Nobody had asked for it when it was %s.", strings.TrimPrefix(end.event.Name, "message."))
}

// ofFailed is about those of a message's clients that did not finish.
func (t *teller) ofFailed(failed []*Client, count, all int) Verdict {
	by := make(map[Side][]*Client)
	for _, c := range failed {
		by[c.Side] = append(by[c.Side], c)
	}
	main := failed[0].Side
	for side, clients := range by {
		if len(clients) > len(by[main]) || len(clients) == len(by[main]) && side < main {
			main = side
		}
	}
	first := by[main][0]
	switch {
	case all == 1:
		return withShare(first)
	case count == 1:
		return Verdict{main, fmt.Sprintf("1 of %s did not finish. %s", terminal.Count(all, "client"), withShare(first).Why)}
	}
	why := fmt.Sprintf("%s of %s did not finish, ", terminal.Grouped(count), terminal.Count(all, "client"))
	if len(by) == 1 {
		why += fmt.Sprintf("all on the side of the %s.", main)
	} else {
		why += fmt.Sprintf("%s of them on the side of the %s.", terminal.Grouped(len(by[main])), main)
	}
	return Verdict{main, why + " The first: " + withShare(first).Why}
}
