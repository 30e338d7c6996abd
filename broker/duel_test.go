package broker

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// duel has the state and the model do the same.
type duel struct {
	t         *testing.T
	state     *state
	model     *model
	now       time.Time
	submitted int      // messages so far, whose ids are 1 and so on
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
		limits := limits{ttl: 60 * tick, messages: 6, bytes: 40, streams: 5, clientBytes: 35, clientStreams: 3}
		if len(script) > 0 && script[0]%2 == 0 {
			limits.clientBytes, limits.clientStreams = 0, 0
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
	case what < 60:
		d.submit(clientOf(arg), arg%20)
	case what < 120:
		d.subscribe(clientOf(arg/2), d.pick(arg), Kinds[arg%len(Kinds)])
	case what < 160:
		d.ended(arg)
	case what < 190:
		d.lookup(d.pick(arg))
	case what < 205:
		d.delete(d.pick(arg))
	case what < 230:
		d.agree("expire", d.model.expire(d.now), d.state.expire(d.now))
	case what < 245:
		d.now = d.now.Add(time.Duration(arg) * tick / 4)
	case what < 248:
		d.agree("end all", d.model.endAll(errStop), d.state.streams.endAll(errStop))
	case what == 255 && arg < 30: // rare, as it leaves little to do
		d.model.draining, d.state.draining = true, true
		d.history = append(d.history, "drain")
	default:
		d.submit(clientOf(arg), 30+arg%15) // most of the store, or more than that
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

func (d *duel) submit(client netip.Prefix, size int) {
	message := newMessage(numbered(d.submitted+1), strings.Repeat("x", size), d.now)
	want, wantErr := d.model.submit(d.now, client, message)
	got, err := d.state.submit(d.now, client, message)
	d.agree(fmt.Sprintf("%v submits %d bytes", client, size), want, got)
	d.agree("  says", wantErr, err)
	if wantErr == nil {
		d.submitted++
	}
}

func (d *duel) subscribe(client netip.Prefix, id MessageID, kind Kind) {
	stream, wantErr := d.model.subscribe(d.now, client, id, kind)
	actual, _, err := d.state.subscribe(d.now, client, id, kind, stream.cancel)
	d.agree(fmt.Sprintf("%v subscribes to %v", client, id), wantErr, err)
	if stream != nil {
		stream.actual = actual
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
	if want.Messages != got.Messages || want.Bytes != got.Bytes || !maps.Equal(want.Streams, got.Streams) {
		d.t.Errorf("the state holds %+v, want %+v", got, want)
	}
	wantWait, wantOK := d.model.nextExpiry(d.now)
	if gotWait, ok := d.state.messages.nextExpiry(d.now); gotWait != wantWait || ok != wantOK {
		d.t.Errorf("the next message expires in %v %v, want %v %v", gotWait, ok, wantWait, wantOK)
	}
	for _, stream := range d.model.running {
		if stream.actualCause != stream.cause {
			d.t.Errorf("a stream of %v was canceled with %v, want %v", stream.message.ID, stream.actualCause, stream.cause)
		}
	}
}
