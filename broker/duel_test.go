package broker

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"sseserver/actors"
)

// duel has the state and the model do the same.
type duel struct {
	t         *testing.T
	state     *state
	model     *model
	now       time.Time
	submitted int      // messages so far, opened ones too, whose ids are 1 and so on
	stale     *Message // what one was that has ended
	history   []string // what was done so far, and the model's answer
}

// tick passes between two things that are done.
const tick = time.Millisecond

// FuzzStateAgainstModel takes a script of two bytes for each thing to do, and
// checks after each that the state did what the model does.
func FuzzStateAgainstModel(f *testing.F) {
	for seed := range uint64(40) {
		random := rand.New(rand.NewPCG(seed, 0))
		script := make([]byte, 1000)
		for i := range script {
			script[i] = byte(random.Uint32())
		}
		f.Add(script)
	}
	f.Fuzz(func(t *testing.T, script []byte) {
		limits := limits{ttl: 60 * tick, messages: 6, bytes: 40, streams: 5, clientBytes: 35, clientOpen: 2, clientStreams: 3, producerTimeout: 50 * tick}
		if len(script) > 0 && script[0]%2 == 0 {
			limits.clientBytes, limits.clientOpen, limits.clientStreams = 0, 0, 0
		}
		d := &duel{
			t:     t,
			state: newState(limits),
			model: &model{limits: limits},
			now:   time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC),
		}
		for len(script) >= 2 && !t.Failed() {
			d.act(script[0], int(script[1]))
			d.compare()
			d.now = d.now.Add(tick)
			script = script[2:]
		}
		if t.Failed() {
			t.Logf("after:\n%s", strings.Join(d.history, "\n"))
		}
	})
}

// act does what two bytes of a script say.
func (d *duel) act(what byte, arg int) {
	switch {
	case what < 30:
		d.submit(clientOf(arg), d.stored(arg%20))
	case what < 50:
		d.submit(clientOf(arg), d.opened(arg%20))
	case what < 95:
		d.change(arg)
	case what < 135:
		d.subscribe(clientOf(arg/2), d.pick(arg), Kinds[arg%len(Kinds)])
	case what < 165:
		d.ended(arg)
	case what < 190:
		d.lookup(d.pick(arg))
	case what < 200:
		d.delete(d.pick(arg))
	case what < 215:
		d.agree("expire", d.model.expire(d.now), d.state.expire(d.now))
	case what < 230:
		d.failSilent()
	case what < 245:
		d.now = d.now.Add(time.Duration(arg) * tick / 4)
	case what < 248:
		d.agree("end all", d.model.endAll(errStop), d.state.streams.endAll(errStop))
	case what == 255 && arg < 30: // rare, as it leaves little to do
		d.model.draining, d.state.draining = true, true
		d.history = append(d.history, "drain")
	default:
		d.submit(clientOf(arg), d.stored(30+arg%15)) // most of the store, or more than that
	}
}

// pick takes one of the last messages, which need not be stored any more, or
// the next, which is not yet.
func (d *duel) pick(arg int) MessageID { return numbered(max(1, d.submitted+1-arg%10)) }

func numbered(n int) MessageID { return MessageID{14: byte(n >> 8), 15: byte(n)} }

// clientOf is one of two clients.
func clientOf(arg int) netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(arg % 2)}), 32)
}

// stored and opened are the next message.
func (d *duel) stored(size int) *Message {
	return newMessage(numbered(d.submitted+1), strings.Repeat("x", size), d.now)
}

func (d *duel) opened(size int) *Message {
	return newLive(numbered(d.submitted+1), strings.Repeat("x", size), d.now)
}

func (d *duel) submit(client netip.Prefix, message *Message) {
	want, wantErr := d.model.submit(d.now, client, message)
	got, err := d.state.submit(d.now, client, message)
	d.agree(fmt.Sprintf("%v submits %d bytes, %s", client, message.size(), message.State), want, got)
	d.agree("  says", wantErr, err)
	if wantErr == nil {
		d.submitted++
	}
}

// change changes a message that its producer finds open. Some producers find what
// one was that has ended or gone.
func (d *duel) change(arg int) {
	before := d.findOpen(arg)
	if arg%16 == 15 || before == nil {
		before = d.stale
	}
	if before == nil {
		return
	}
	after, err := d.producer(before, arg)
	if err != nil {
		d.t.Fatalf("a producer of %+v: %v", before, err)
	}
	want, wantErr := d.model.change(d.now, before, after)
	got, err := d.state.change(d.now, before, after)
	d.agree(fmt.Sprintf("%v of %d bytes, %s, has %d bytes, %s", before.ID, before.size(), before.State, after.size(), after.State), want, got)
	d.agree("  says", wantErr, err)
	if after.State != StateOpen {
		d.stale = before
	}
}

func (d *duel) findOpen(arg int) *Message {
	for i := range d.model.stored {
		if message := d.model.stored[(i+arg)%len(d.model.stored)]; message.State == StateOpen {
			return message.Message
		}
	}
	return nil
}

func (d *duel) producer(m *Message, arg int) (*Message, error) {
	switch arg % 8 {
	case 0:
		return m.complete(AtEnd, d.now)
	case 1:
		return m.fail("a reason", d.now)
	case 2, 3:
		return m.progress(min(m.Percent+1, actors.LastPercent), strings.Repeat("x", arg%11))
	default:
		return m.append(AtEnd, strings.Repeat("x", 1+arg%12), 1<<20, nil)
	}
}

// failSilent takes from the state what became of the messages: it makes that itself.
func (d *duel) failSilent() {
	silent := d.model.silent(d.now)
	failed := d.state.failSilent(d.now)
	d.agree("fail", len(silent), len(failed))
	for i, message := range silent {
		if d.t.Failed() {
			return
		}
		want := *message.Message
		want.Text, want.State, want.Reason, want.EndedAt = failed[i].Text, StateFailed, ReasonProducerGone, d.now
		d.agree("  of text", message.Text.String(), failed[i].Text.String())
		d.agree("  as", want, *failed[i])
		d.stale = message.Message
		d.model.become(d.now, message, failed[i])
	}
}

func (d *duel) subscribe(client netip.Prefix, id MessageID, kind Kind) {
	stream, wantErr := d.model.subscribe(d.now, client, id, kind)
	actual, _, err := d.state.subscribe(d.now, client, id, kind, stream.cancel)
	d.agree(fmt.Sprintf("%v subscribes to %v", client, id), wantErr, err)
	if stream != nil {
		stream.actual = actual
		actual.tell = stream.tell
	}
}

func (d *duel) ended(arg int) {
	if len(d.model.running) == 0 {
		return
	}
	i := arg % len(d.model.running)
	actual := d.model.running[i].actual
	d.history = append(d.history, fmt.Sprintf("a stream of %v ends", actual.message))
	d.model.ended(d.now, i)
	d.state.ended(d.now, actual)
}

func (d *duel) lookup(id MessageID) {
	want, wantErr := d.model.lookup(d.now, id)
	got, err := d.state.lookup(d.now, id)
	d.agree(fmt.Sprintf("lookup %v", id), want, got)
	d.agree("  says", wantErr, err)
}

func (d *duel) delete(id MessageID) {
	want, wantFound := d.model.delete(d.now, id)
	got, found := d.state.delete(d.now, id)
	d.agree(fmt.Sprintf("delete %v", id), want, got)
	d.agree("  found", wantFound, found)
}

// agree notes what the model answered and wants the same of the state.
func (d *duel) agree(what string, want, got any) {
	answer := fmt.Sprintf("%+v", want)
	d.history = append(d.history, fmt.Sprintf("%v %s: %s", d.now.Format("05.000"), what, answer))
	if got := fmt.Sprintf("%+v", got); got != answer {
		d.t.Errorf("%s: got %s\nwant %s", what, got, answer)
	}
}

// compare compares what both hold.
func (d *duel) compare() {
	checkInvariants(d.t, d.state)
	want, got := d.model.stats(), d.state.stats()
	if want.Messages != got.Messages || want.Open != got.Open || want.Bytes != got.Bytes || !maps.Equal(want.Streams, got.Streams) {
		d.t.Errorf("the state holds %+v, want %+v", got, want)
	}
	wantWait, wantOK := d.model.nextExpiry(d.now)
	if gotWait, ok := d.state.messages.nextExpiry(d.now); gotWait != wantWait || ok != wantOK {
		d.t.Errorf("the next message expires in %v %v, want %v %v", gotWait, ok, wantWait, wantOK)
	}
	for _, stream := range d.model.running {
		if stream.actualCause != stream.cause || stream.actualTold != stream.told {
			d.t.Errorf("a stream of %v was canceled with %v and told %d times, want %v and %d",
				stream.message.ID, stream.actualCause, stream.actualTold, stream.cause, stream.told)
		}
	}
	for _, message := range d.model.stored {
		if e := d.state.messages.find(message.ID); e == nil || e.message != message.Message {
			d.t.Errorf("the state has %+v, want %v, %+v", e, message.ID, message.Message)
		}
	}
}
