package track

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"sseserver/internal/eventstream"
	"sseserver/internal/fault"
	"sseserver/internal/load/measure"
)

// sent is one event of a connection, as a server sends it.
type sent struct {
	at      time.Duration
	pos     int
	text    string
	comment bool // before its data
}

// connection is what a server makes of a plan from one position on.
type connection struct {
	events []sent
	cause  Cause // of its end; Stopped if done is the last event
	noID   bool
	counts map[string]uint64 // of the faults that can be seen
}

// serve is a model of the server that knows nothing of turns and queues: it writes
// the whole connection down at once.
func serve(plan fault.Plan, seed uint64, text string, from int, resumed bool, t0 time.Duration) connection {
	of := plan.Of(seed, from, resumed)
	c := connection{cause: Stopped, noID: of.Whole().Has(fault.NoID), counts: map[string]uint64{}}
	if of.Whole().Has(fault.NoDone) {
		c.cause = Ended
	}
	var held []sent
	heldSwaps := uint64(0)
	flush := func(at time.Duration) {
		for _, e := range held {
			e.at = at
			c.events = append(c.events, e)
		}
		c.counts["swap"] += heldSwaps
		held, heldSwaps = nil, 0
	}
	paced, due := t0-interval, t0-interval
	before := -1
	for pos := from; pos < len(text); pos++ {
		set := of.At(before, pos)
		pause, late, together := of.Pace(before, pos)
		before = pos
		paced += interval + pause
		if !together || pause > 0 {
			due = max(due, paced+late)
		}
		if kind, ends := ending(set); ends {
			flush(due)
			c.counts[kind.String()]++
			c.cause = Truncated
			if kind == fault.End {
				c.cause = Ended
			}
			c.note()
			return c
		}
		one := sent{due, pos, text[pos : pos+1], set.Has(fault.Comment)}
		if set.Has(fault.Corrupt) {
			one.text = of.Corrupt(pos, one.text)
		}
		copies := []sent{one}
		if set.Has(fault.Double) {
			copies = append(copies, one)
		}
		if !set.Has(fault.Drop) {
			for _, kind := range []fault.Kind{fault.Stall, fault.Double} {
				if set.Has(kind) {
					c.counts[kind.String()]++
				}
			}
			for _, kind := range []fault.Kind{fault.Comment, fault.Corrupt} {
				if set.Has(kind) {
					c.counts[kind.String()] += uint64(len(copies))
				}
			}
		}
		switch {
		case set.Has(fault.Drop):
			c.counts["drop"]++
			flush(due)
		case set.Has(fault.Swap) && held == nil:
			held, heldSwaps = copies, 1
		default:
			c.events = append(c.events, copies...)
			flush(due)
		}
	}
	flush(due)
	if of.Whole().Has(fault.NoDone) {
		c.counts["nodone"]++
	}
	c.note()
	if len(c.events) > 0 && of.Whole().Has(fault.First) {
		c.counts["first"]++
	}
	return c
}

func (c *connection) note() {
	if len(c.events) > 0 && c.noID {
		c.counts["noid"]++
	}
}

// read is a client that reads connections until the stream is complete, or so often.
// The server can be made to do something else with each connection.
func read(t *testing.T, plan fault.Plan, seed uint64, text string, spoil func(i int, c *connection)) (*bench, map[string]uint64) {
	t.Helper()
	b := characters(text)
	want := map[string]uint64{}
	from, resumed := 0, false
	for i := range 20 {
		b.stream.Opened(b.ledger, b.now, b.now+ms, resumed)
		b.stream.Expect(b.ledger, plan, seed, resumed)
		if resumed {
			b.event(resumedFrom(from, true))
		}
		c := serve(plan, seed, text, from, resumed, b.now)
		if spoil != nil {
			spoil(i, &c)
		}
		for name, n := range c.counts {
			if n > 0 {
				want[name] += n
			}
		}
		for _, e := range c.events {
			b.now = e.at
			if e.comment {
				b.stream.Comment([]byte(" comment"))
			}
			event := chunk(e.pos, e.text, int64(len(text)))
			if c.noID {
				event.ID = nil
			} else {
				from, resumed = e.pos+1, true
			}
			b.event(event)
		}
		if c.cause == Stopped {
			b.done()
			return b, want
		}
		b.close(c.cause, false)
		if b.stream.Finished() {
			break
		}
		b.now += 10 * ms
	}
	b.close(Stopped, true)
	b.stream.Leave()
	b.stream.Finish(b.ledger)
	return b, want
}

// wrong is what of the counts is a failure.
func wrong(b *bench) map[string]uint64 {
	c, found := b.counts(), map[string]uint64{}
	for name, n := range map[string]uint64{
		"lost": c.Lost, "duplicate": c.Duplicate, "reordered": c.Reordered, "corrupt": c.Corrupt, "resumed wrong": c.ResumedWrong,
		"truncated": c.Truncated, "failed": c.Failed, "early": c.Early, "missing": c.FaultMissing,
	} {
		if n > 0 {
			found[name] = n
		}
	}
	return found
}

func parsePlan(t *testing.T, text string) fault.Plan {
	t.Helper()
	plan, err := fault.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

var faultyPlans = []string{
	"cut@5", "truncate@5", "end@5", "cut@0", "stall:5s@5", "first:800ms", "jitter:120ms", "burst:4", "drop@5", "double@5", "swap@5", "corrupt@5",
	"noid", "nodone", "comment@5", "bom,eol:cr,split:1,retry:10ms",
	"swap@5,cut@6", "swap@5,truncate@6", "swap@5,end@7", "swap@5,drop@6", "double@5,cut@6", "swap@19", "drop@19", "cut@19", "swap@19,nodone", "drop@0",
	"swap@5,double@5,swap@6", "drop:100%,nodone", "drop@8,cut@9", "swap@7,cut@9", "noid,cut@12", "noid,drop:20%,swap:20%,end:5%", "corrupt:100%,double:50%",
	"cut:20%,drop:10%", "truncate:10%,swap:50%,double:20%", "drop:20%,double:20%,swap:20%,corrupt:20%,comment:20%,cut:5%,jitter:90ms,stall:300ms:10%",
	"burst:3,swap:30%,stall:1s:10%,end:5%,nodone", "double:100%,swap:100%", "swap:100%,drop:50%,first:2s,jitter:1s",
}

// Whatever a plan wants is no failure, is due when the plan says, and is counted.
func TestAskedForFaults(t *testing.T) {
	for _, text := range faultyPlans {
		for seed := range uint64(10) {
			b, want := read(t, parsePlan(t, text), seed, "abcdefghijklmnopqrst", nil)
			if found := wrong(b); len(found) > 0 {
				t.Fatalf("%s, seed %d: %v", text, seed, found)
			}
			happened := b.ledger.Tally.Faults.Happened
			if happened == nil {
				happened = map[string]uint64{}
			}
			if !maps.Equal(happened, want) {
				t.Fatalf("%s, seed %d: happened %v, want %v", text, seed, happened, want)
			}
			if late := b.ledger.Tally.Distributions.Overall(measure.Lateness).Max(); late != 0 {
				t.Fatalf("%s, seed %d: late by %d µs", text, seed, late)
			}
		}
	}
}

// Whatever is done to a connection beyond its plan is a failure.
func TestUnaskedFaults(t *testing.T) {
	spoils := map[string]func(c *connection, i int) bool{
		"lost":    func(c *connection, i int) bool { c.events = slices.Delete(c.events, i, i+1); return true },
		"doubled": func(c *connection, i int) bool { c.events = slices.Insert(c.events, i, c.events[i]); return true },
		"corrupt": func(c *connection, i int) bool { c.events[i].text = "?"; return true },
		"restored": func(c *connection, i int) bool { // the true text in the place of what the plan makes of it
			text := string(rune('a' + c.events[i].pos))
			changed := c.events[i].text != text
			c.events[i].text = text
			return changed
		},
		"swapped": func(c *connection, i int) bool {
			if i+1 == len(c.events) || c.events[i].pos == c.events[i+1].pos {
				return false
			}
			a, b := &c.events[i], &c.events[i+1]
			a.at, b.at = b.at, a.at
			*a, *b = *b, *a
			return true
		},
		"broken off": func(c *connection, i int) bool {
			c.events, c.cause = c.events[:i], Truncated
			return true
		},
		"ended": func(c *connection, i int) bool { c.events, c.cause = c.events[:i], Ended; return true },
		"not reset": func(c *connection, _ int) bool {
			changed := c.cause == Truncated
			c.cause = Ended
			return changed
		},
		"reset": func(c *connection, _ int) bool {
			changed := c.cause == Ended
			c.cause = Truncated
			return changed
		},
		"without its comment": func(c *connection, i int) bool {
			changed := c.events[i].comment
			c.events[i].comment = false
			return changed
		},
		"with ids": func(c *connection, _ int) bool {
			changed := c.noID
			c.noID = false
			return changed
		},
	}
	for _, text := range faultyPlans {
		for name, spoil := range spoils {
			for seed := range uint64(6) {
				changed := false
				b, _ := read(t, parsePlan(t, text), seed, "abcdefghijklmnopqrst", func(i int, c *connection) {
					if i == 0 && len(c.events) > 0 {
						changed = spoil(c, int(seed)*5%len(c.events))
					}
				})
				if changed && len(wrong(b)) == 0 {
					t.Errorf("%s, seed %d: %s is no failure: %+v", text, seed, name, b.counts())
				}
			}
		}
	}
}

// A server that knows nothing of plans does none of it, and each is missing.
func TestFaultsThatDoNotHappen(t *testing.T) {
	const text = "abcdefghijklmnopqrst"
	for plan, want := range map[string]string{
		"cut@5": "cut", "truncate@19": "truncate", "end@0": "end", "stall:2s@5": "stall", "first:2s": "first", "drop@5": "drop", "drop@19": "drop",
		"double@5": "double", "double@19": "double", "swap@5": "swap", "swap@19": "", "corrupt@5": "corrupt", "noid": "noid", "nodone": "nodone",
		"comment@5": "comment", "status:503": "status", "eol:cr,bom,split:1,retry:1s": "",
	} {
		b := characters(text)
		b.stream.Opened(b.ledger, b.now, b.now, false)
		b.stream.Expect(b.ledger, parsePlan(t, plan), 1, false)
		b.chunks(slices.Collect(func(yield func(int) bool) {
			for i := range len(text) {
				if !yield(i) {
					return
				}
			}
		})...)
		b.done()
		missing := slices.Collect(maps.Keys(b.ledger.Tally.Faults.Missing))
		found := wrong(b)
		delete(found, "missing")
		delete(found, "early") // all that follows a pause
		if len(found) > 0 {
			t.Errorf("%s: %v", plan, found)
		}
		if got := fmt.Sprint(missing); got != "["+want+"]" || b.counts().FaultMissing > 1 || (b.counts().Good == 0) != (want != "") {
			t.Errorf("%s: missing %s, want %q: %+v", plan, got, want, b.counts())
		}
	}
}

// A status that a plan wants is no stream that failed.
func TestStatusInstead(t *testing.T) {
	b := characters("abc")
	b.stream.Instead(b.ledger)
	b.stream.Finish(b.ledger)
	if c := b.counts(); c.Failed+c.CutOff+c.Completed+c.Judged != 0 || b.ledger.Tally.Faults.Happened["status"] != 1 {
		t.Errorf("%+v, %+v", c, b.ledger.Tally.Faults)
	}
}

// At the end of the run a connection must have ended that was to end before, though
// nothing is lost behind its end.
func TestEndThatIsDue(t *testing.T) {
	for at, missing := range map[int]uint64{3: 1, 3000: 0} {
		b := newBench(Plan{Kind: Characters, Script: NewScript(manyLetters), Interval: interval})
		b.stream.Opened(b.ledger, b.now, b.now, false)
		b.stream.Expect(b.ledger, parsePlan(t, fmt.Sprintf("cut@%d,drop@1", at)), 1, false)
		b.chunks(0, 2)
		if b.stream.Satisfied(b.ledger) {
			t.Errorf("cut@%d: nothing is waited for", at)
		}
		b.at(b.ledger.Windows.End).close(Stopped, true)
		b.stream.Finish(b.ledger)
		c := b.counts()
		if c.FaultMissing != missing || (c.Lost > 0) != (missing == 0) {
			t.Errorf("cut@%d: %+v", at, c)
		}
	}
}

// What was due while a client waited to resume after an end that was asked for is not
// lost, if the run ends first.
func TestRunEndsBeforeResuming(t *testing.T) {
	b := newBench(Plan{Kind: Characters, Script: NewScript(manyLetters), Interval: interval})
	b.stream.Opened(b.ledger, b.now, b.now, false)
	b.stream.Expect(b.ledger, parsePlan(t, "cut@3,retry:1h"), 1, false)
	b.chunks(0, 1, 2)
	b.close(Truncated, false)
	if b.stream.Satisfied(b.ledger) {
		t.Error("the connection that resumes it is not waited for")
	}
	b.stream.Finish(b.ledger)
	if found := wrong(b); len(found) > 0 || b.counts().CutOff != 1 || b.counts().Good != 1 {
		t.Errorf("%v: %+v", found, b.counts())
	}
}

// A stream of which all is missing completes all the same.
func TestPlanThatLeavesAllOut(t *testing.T) {
	b := characters("abc")
	b.stream.Opened(b.ledger, b.now, b.now, false)
	b.stream.Expect(b.ledger, parsePlan(t, "drop:100%"), 1, false)
	b.done()
	if found := wrong(b); len(found) > 0 || b.counts().Empty > 0 || b.counts().Completed != 1 {
		t.Errorf("%v: %+v", found, b.counts())
	}
}

// A stream that its plan never lets begin is not empty, wherever the run ends.
func TestPlanThatLetsNothingCome(t *testing.T) {
	for text, want := range map[string]uint64{"cut@0": 0, "drop@0,end@1": 0, "cut@1": 1} {
		b := characters("abc")
		b.stream.Opened(b.ledger, b.now, b.now, false)
		b.stream.Expect(b.ledger, parsePlan(t, text), 1, false)
		b.ledger.Windows.Steady = 0 // nothing was due
		b.close(Stopped, true)
		b.stream.Finish(b.ledger)
		if got := b.counts().Empty; got != want || b.counts().Lost+b.counts().FaultMissing > 0 {
			t.Errorf("%s: %d empty, want %d: %+v", text, got, want, b.counts())
		}
	}
}

var manyLetters = fmt.Sprintf("%5000s", "")

// Without ids the percent of a progress event is in its text, corrupt or not.
func TestProgressWithoutIDs(t *testing.T) {
	b := newBench(Plan{Kind: Progress, Interval: interval})
	plan := parsePlan(t, "noid,corrupt@7,drop@50")
	of := plan.Of(3, 1, false)
	b.stream.Opened(b.ledger, b.now, b.now, false)
	b.stream.Expect(b.ledger, plan, 3, false)
	for n := 1; n <= 100; n++ {
		e := percent(n)
		if n == 7 {
			e.Data = fmt.Appendf(nil, `{"messageId":%q,"completed":false,"chunk":%q,"total":100}`, id, of.Corrupt(7, percents[7]))
		}
		e.ID = nil
		if n != 50 {
			b.at(time.Second + time.Duration(n-1)*interval).event(e)
		}
	}
	b.event(eventstream.Event{Type: []byte("done"), Data: fmt.Appendf(nil, `{"messageId":%q,"total":100}`, id)})
	b.close(Stopped, true)
	b.stream.Finish(b.ledger)
	want := map[string]uint64{"noid": 1, "corrupt": 1, "drop": 1}
	if found := wrong(b); len(found) > 0 || !maps.Equal(b.ledger.Tally.Faults.Happened, want) || b.counts().Completed != 1 {
		t.Errorf("%v, happened %v, want %v: %+v", found, b.ledger.Tally.Faults.Happened, want, b.counts())
	}
}
