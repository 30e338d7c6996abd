package broker

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// model is what the state promises, said in the plainest way: two slices that
// are searched from one end to the other.
type model struct {
	limits   limits
	stored   []*modelMessage // by last use, the oldest first
	running  []*modelStream  // by their beginning
	draining bool
}

type modelMessage struct {
	*Message
	lastUse time.Time
}

type modelStream struct {
	message *modelMessage
	kind    Kind
	cause   error // with which it should have been canceled

	actual      *stream // the state's, and what it was canceled with
	actualCause error
}

func (m *model) find(id MessageID) *modelMessage {
	for _, message := range m.stored {
		if message.ID == id {
			return message
		}
	}
	return nil
}

func (m *model) use(now time.Time, message *modelMessage) {
	if m.find(message.ID) == nil {
		return
	}
	message.lastUse = now
	m.stored = append(m.without(message), message)
}

func (m *model) without(leaving *modelMessage) []*modelMessage {
	return slices.DeleteFunc(slices.Clone(m.stored), func(message *modelMessage) bool { return message == leaving })
}

func (m *model) streamsOf(message *modelMessage) int {
	n := 0
	for _, stream := range m.running {
		if stream.message == message {
			n++
		}
	}
	return n
}

func (m *model) bytes() (n int64) {
	for _, message := range m.stored {
		n += int64(len(message.Text))
	}
	return n
}

// cancel ends the streams of a message with cause.
func (m *model) cancel(message *modelMessage, cause error) (n int) {
	for _, stream := range m.running {
		if stream.message == message {
			n++
			if stream.cause == nil {
				stream.cause = cause
			}
		}
	}
	return n
}

func (m *model) remove(now time.Time, message *modelMessage, reason RemovalReason, cause error) Removal {
	m.stored = m.without(message)
	return Removal{message.ID, reason, now.Sub(message.SubmittedAt), m.cancel(message, cause)}
}

// submit evicts one idle message after the other until the new one fits. Where
// it never does, none of that has happened.
func (m *model) submit(now time.Time, message *Message) (removals []Removal, err error) {
	if m.draining {
		return nil, ErrShuttingDown
	}
	before := m.stored
	for len(m.stored)+1 > m.limits.messages || m.bytes()+int64(len(message.Text)) > m.limits.bytes {
		idle := slices.IndexFunc(m.stored, func(message *modelMessage) bool { return m.streamsOf(message) == 0 })
		if idle < 0 {
			m.stored = before
			return nil, ErrStoreFull
		}
		removals = append(removals, m.remove(now, m.stored[idle], RemovedByCapacity, ErrEvicted))
	}
	m.stored = append(slices.Clone(m.stored), &modelMessage{message, now})
	return removals, nil
}

func (m *model) lookup(now time.Time, id MessageID) (Status, error) {
	message := m.find(id)
	if message == nil {
		return Status{}, ErrNotFound
	}
	m.use(now, message)
	return Status{message.Message, now.Add(m.limits.ttl), m.streamsOf(message)}, nil
}

func (m *model) subscribe(now time.Time, id MessageID, kind Kind) (*modelStream, error) {
	message := m.find(id)
	switch {
	case m.draining:
		return nil, ErrShuttingDown
	case message == nil:
		return nil, ErrNotFound
	case len(m.running) >= m.limits.streams:
		return nil, ErrTooManyStreams
	}
	stream := &modelStream{message: message, kind: kind}
	m.running = append(m.running, stream)
	m.use(now, message)
	return stream, nil
}

func (m *model) ended(now time.Time, i int) {
	message := m.running[i].message
	m.running = slices.Delete(m.running, i, i+1)
	m.use(now, message)
}

func (m *model) delete(now time.Time, id MessageID) (Removal, bool) {
	message := m.find(id)
	if message == nil {
		return Removal{}, false
	}
	return m.remove(now, message, RemovedByRequest, ErrDeleted), true
}

func (m *model) expire(now time.Time) (removals []Removal) {
	for len(m.stored) > 0 && now.Sub(m.stored[0].lastUse) >= m.limits.ttl {
		removals = append(removals, m.remove(now, m.stored[0], RemovedByTTL, ErrEvicted))
	}
	return removals
}

func (m *model) endAll(cause error) (n int) {
	for _, message := range m.stored {
		n += m.cancel(message, cause)
	}
	return n
}

func (m *model) stats() Stats {
	streams := map[Kind]int{Characters: 0, Progress: 0}
	for _, stream := range m.running {
		streams[stream.kind]++
	}
	return Stats{len(m.stored), m.bytes(), streams}
}

func (m *model) nextExpiry(now time.Time) (time.Duration, bool) {
	if len(m.stored) == 0 {
		return 0, false
	}
	return m.stored[0].lastUse.Add(m.limits.ttl).Sub(now), true
}

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
		limits := limits{ttl: 60 * tick, messages: 6, bytes: 40, streams: 5}
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
		d.submit(arg % 20)
	case what < 120:
		d.subscribe(d.pick(arg), Kinds[arg%len(Kinds)])
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
		d.agree("end all", d.model.endAll(errStop), d.state.endAll(errStop))
	case what == 255 && arg < 30: // rare, as it leaves little to do
		d.model.draining, d.state.draining = true, true
		d.history = append(d.history, "drain")
	default:
		d.submit(30 + arg%15) // most of the store, or more than that
	}
}

// pick takes one of the last messages, which need not be stored any more, or
// the next, which is not yet.
func (d *duel) pick(arg int) MessageID { return numbered(max(1, d.submitted+1-arg%10)) }

func numbered(n int) MessageID { return MessageID{14: byte(n >> 8), 15: byte(n)} }

func (d *duel) submit(size int) {
	message := newMessage(numbered(d.submitted+1), strings.Repeat("x", size), d.now)
	want, wantErr := d.model.submit(d.now, message)
	got, err := d.state.submit(d.now, message)
	d.agree(fmt.Sprintf("submit %d bytes", size), want, got)
	d.agree("  says", wantErr, err)
	if wantErr == nil {
		d.submitted++
	}
}

func (d *duel) subscribe(id MessageID, kind Kind) {
	stream, wantErr := d.model.subscribe(d.now, id, kind)
	actual, err := d.state.subscribe(d.now, id, kind, func(cause error) {
		if stream.actualCause == nil { // like that of a context
			stream.actualCause = cause
		}
	})
	d.agree(fmt.Sprintf("subscribe to %v", id), wantErr, err)
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
	d.history = append(d.history, fmt.Sprintf("a stream of %v ends", actual.entry.message.ID))
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
	if gotWait, ok := d.state.nextExpiry(d.now); gotWait != wantWait || ok != wantOK {
		d.t.Errorf("the next message expires in %v %v, want %v %v", gotWait, ok, wantWait, wantOK)
	}
	for _, stream := range d.model.running {
		if stream.actualCause != stream.cause {
			d.t.Errorf("a stream of %v was canceled with %v, want %v", stream.message.ID, stream.actualCause, stream.cause)
		}
	}
}
