package broker_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/actors"
	"sseserver/broker"
)

// text reads what comes next of a stream, as long as it comes at once.
func text(t *testing.T, s subscription) string {
	t.Helper()
	var text strings.Builder
	for {
		synctest.Wait()
		select {
		case chunk, ok := <-s.Chunks():
			if !ok {
				return text.String()
			}
			text.WriteString(chunk.Text)
		default:
			return text.String()
		}
	}
}

func wantText(t *testing.T, s subscription, want string) {
	t.Helper()
	if got := text(t, s); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func (b *running) wantError(id broker.MessageID, want error) {
	b.t.Helper()
	if status, err := b.Broker.Lookup(b.t.Context(), id); !errors.Is(err, want) {
		b.t.Errorf("lookup: %+v %v, want %v", status, err, want)
	}
}

// TestAnyNode has a message that was submitted on one node and is streamed from
// another, which follows it only meanwhile.
func TestAnyNode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine()
		a, _ := e.node(t, broker.Config{})
		b, access := e.node(t, broker.Config{})
		message := a.Submit("Hi!")
		stream := b.Subscribe(t.Context(), requestOf(message))
		wantTexts(t, stream, []string{"H", "i", "!"})
		if status, err := b.Broker.Lookup(t.Context(), message.ID); err != nil || status.Message.SHA256 != message.SHA256 {
			t.Errorf("got %+v %v", status, err)
		}
		synctest.Wait()
		access.disturb(func() {
			if len(access.followers) != 0 {
				t.Errorf("%d messages are followed that nobody reads", len(access.followers))
			}
		})
		a.wantStats(1, 3, 0, 0)
		b.wantStats(1, 3, 0, 0)
	})
}

// TestAppendHereReadThere has producers and readers of one message on three nodes.
func TestAppendHereReadThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine()
		a, _ := e.node(t, broker.Config{})
		b, _ := e.node(t, broker.Config{})
		c, _ := e.node(t, broker.Config{})
		id := a.Open("one")
		stream := b.Subscribe(t.Context(), live(id))
		wantChunk(t, stream, 0, "one")
		time.Sleep(time.Millisecond) // the tails have begun by asking
		begun := time.Now()
		a.append(id, " two")
		wantChunk(t, stream, 1, " two")
		if took := time.Since(begun); took != engineTime {
			t.Errorf("it took %v to the other node, want %v", took, engineTime)
		}
		c.append(id, " three")
		a.append(id, " four")
		wantText(t, stream, " three four")
		if message, err := b.Append(t.Context(), id, 3, "no"); !errors.Is(err, broker.ErrPositionMismatch) || message.Text.Count(actors.Appended) != 4 {
			t.Errorf("got %+v %v", message, err)
		}
		if _, err := c.PutProgress(t.Context(), id, 40, "so far"); err != nil {
			t.Error(err)
		}
		if _, err := a.PutProgress(t.Context(), id, 39, ""); !errors.Is(err, broker.ErrPercentTooLow) {
			t.Errorf("got %v", err)
		}
		if _, ended, err := c.Complete(t.Context(), id, 4); err != nil || !ended {
			t.Errorf("got %v %v", ended, err)
		}
		if message, ended, err := a.Complete(t.Context(), id, 4); err != nil || ended || message.SHA256 != sha256.Sum256([]byte("one two three four")) {
			t.Errorf("got %+v %v %v", message, ended, err)
		}
		if _, _, err := b.Fail(t.Context(), id, "late"); !errors.Is(err, broker.ErrMessageClosed) {
			t.Errorf("got %v", err)
		}
		wantEnd(t, stream, nil)
		late := live(id)
		late.After = 1
		wantText(t, b.Subscribe(t.Context(), late), " three four")
	})
}

// TestOneWins has two producers that append at the same position at the same moment.
func TestOneWins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine()
		a, _ := e.node(t, broker.Config{})
		b, _ := e.node(t, broker.Config{})
		id := a.Open("")
		for position := range 20 {
			var both sync.WaitGroup
			var errs [2]error
			for i, node := range []*running{a, b} {
				both.Go(func() { _, errs[i] = node.Append(t.Context(), id, position, "x") })
			}
			both.Wait()
			if (errs[0] == nil) == (errs[1] == nil) || !errors.Is(errors.Join(errs[:]...), broker.ErrPositionMismatch) {
				t.Errorf("got %v, want one mismatch", errs)
			}
		}
	})
}

// TestManyAppendAtOnce has more producers at a time than one record has chunks.
func TestManyAppendAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine()
		a, _ := e.node(t, broker.Config{})
		id := a.Open("")
		time.Sleep(time.Millisecond)
		begun, version := time.Now(), e.version
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() { a.append(id, "x") })
		}
		all.Wait()
		status, err := a.Broker.Lookup(t.Context(), id)
		if err != nil || status.Message.Text.Count(actors.Appended) != 100 {
			t.Errorf("got %+v %v", status, err)
		}
		if records, took := e.version-version, time.Since(begun); records > 4 || took != time.Duration(records)*engineTime {
			t.Errorf("it took %d records and %v", records, took)
		}
	})
}

// TestLostDelivery loses the record of an append on its way to a reader, which gets it
// after a silent second, or with the next one.
func TestLostDelivery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine()
		a, _ := e.node(t, broker.Config{})
		b, access := e.node(t, broker.Config{})
		id := a.Open("1")
		stream := b.Subscribe(t.Context(), live(id))
		wantText(t, stream, "1")
		time.Sleep(10 * time.Second)
		access.disturb(func() { access.dropped = 1 })
		a.append(id, "2")
		wantText(t, stream, "")
		a.append(id, "3")
		time.Sleep(2 * engineTime)
		wantText(t, stream, "23")

		access.disturb(func() { access.dropped = 1 })
		a.append(id, "4")
		time.Sleep(time.Second)
		time.Sleep(2 * engineTime)
		wantText(t, stream, "4")
	})
}

// TestResumeAhead resumes on a node that has not yet heard of the position.
func TestResumeAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine()
		a, _ := e.node(t, broker.Config{})
		b, access := e.node(t, broker.Config{})
		id := a.Open("1")
		b.Subscribe(t.Context(), live(id))
		synctest.Wait()
		access.disturb(func() { access.dropped = 1 })
		a.append(id, "2")
		request := live(id)
		request.After = 1
		if stream := b.Subscribe(t.Context(), request); stream.From != 2 {
			t.Errorf("it begins at %d", stream.From)
		}
		request.After = 7 // which there is not
		if stream := b.Subscribe(t.Context(), request); stream.From != 0 {
			t.Errorf("it begins at %d", stream.From)
		}
	})
}

// TestNodeDies stops a node with a stream and a producer; both go on with another.
func TestNodeDies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine()
		a, _ := e.node(t, broker.Config{})
		b, _ := e.node(t, broker.Config{})
		id := a.Open("1")
		a.append(id, "2")
		wantText(t, a.Subscribe(t.Context(), live(id)), "12")
		a.stop()
		request := live(id)
		request.After = 0
		stream := b.Subscribe(t.Context(), request)
		wantText(t, stream, "2")
		if _, err := b.Append(t.Context(), id, 2, "3"); err != nil {
			t.Error(err)
		}
		wantText(t, stream, "3")
	})
}

// TestDeletedElsewhere deletes what others read and append to.
func TestDeletedElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine()
		a, _ := e.node(t, broker.Config{})
		b, access := e.node(t, broker.Config{})
		whole, id := a.Submit(strings.Repeat("x", 1000)), a.Open("")
		first, second := b.Subscribe(t.Context(), requestOf(whole)), b.Subscribe(t.Context(), live(id))
		third := a.Subscribe(t.Context(), live(id))
		synctest.Wait()
		for i, deleted := range []broker.MessageID{whole.ID, id} {
			if removal, found, err := a.Broker.Delete(t.Context(), deleted); !found || err != nil || removal.ActiveStreams != i || removal.Reason != broker.RemovedByRequest {
				t.Errorf("got %+v %v %v", removal, found, err)
			}
			synctest.Wait()
			a.wantError(deleted, broker.ErrNotFound)
			b.wantError(deleted, broker.ErrNotFound)
			if _, found, err := b.Broker.Delete(t.Context(), deleted); found || err != nil {
				t.Errorf("deleted again: %v %v", found, err)
			}
		}
		for _, stream := range []subscription{first, second, third} {
			text(t, stream)
			wantEnd(t, stream, broker.ErrDeleted)
		}
		if _, err := b.Append(t.Context(), id, broker.AtEnd, "late"); !errors.Is(err, broker.ErrNotFound) {
			t.Errorf("got %v", err)
		}
		a.wantStats(0, 0, 0, 0)
		b.wantStats(0, 0, 0, 0)

		whole = a.Submit(strings.Repeat("x", 1000))
		stream := b.Subscribe(t.Context(), requestOf(whole))
		access.disturb(func() { access.dropped = 1 })
		a.Delete(whole)
		time.Sleep(15 * time.Second)
		text(t, stream)
		wantEnd(t, stream, broker.ErrDeleted)
		kept := a.Submit("x")
		wantTexts(t, b.Subscribe(t.Context(), requestOf(kept)), []string{"x"})
		time.Sleep(2 * time.Second)
		a.Delete(kept)
		b.wantError(kept.ID, broker.ErrNotFound) // it had a copy, and no tail
	})
}

// TestTTLOfAllNodes keeps a message as long as one node uses it. Who finds it too old
// removes it, and one tells of that.
func TestTTLOfAllNodes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var told []broker.Removal
		config := broker.Config{TTL: time.Hour, Evicted: func(r broker.Removal) {
			mu.Lock()
			defer mu.Unlock()
			told = append(told, r)
		}}
		e := newEngine()
		a, _ := e.node(t, config)
		b, _ := e.node(t, config)
		message := a.Submit("Hello")
		for range 5 {
			time.Sleep(50 * time.Minute)
			if _, err := b.Broker.Lookup(t.Context(), message.ID); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(59 * time.Minute)
		if _, err := a.Broker.Lookup(t.Context(), message.ID); err != nil {
			t.Error(err)
		}
		request := requestOf(message)
		request.Interval = time.Hour
		stream := b.Subscribe(t.Context(), request)
		time.Sleep(66 * time.Minute) // with the tenth
		time.Sleep(2 * engineTime)
		text(t, stream)
		wantEnd(t, stream, broker.ErrEvicted)
		a.wantError(message.ID, broker.ErrNotFound)
		unread := a.Submit("Hello")
		time.Sleep(67 * time.Minute)
		b.wantError(unread.ID, broker.ErrNotFound)
		a.wantError(unread.ID, broker.ErrNotFound)
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		if len(told) != 2 || told[0].MessageID != message.ID || told[0].ActiveStreams != 1 || told[0].Reason != broker.RemovedByTTL || told[1].MessageID != unread.ID {
			t.Errorf("told of %+v", told)
		}
	})
}

// TestProducerGoneOnce has a message without a producer on two nodes, one of which
// fails it.
func TestProducerGoneOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		told := make(chan *broker.Message, 2)
		config := broker.Config{ProducerTimeout: time.Minute, Failed: func(m *broker.Message) { told <- m }}
		e := newEngine()
		a, _ := e.node(t, config)
		b, _ := e.node(t, config)
		id := a.Open("x")
		stream := b.Subscribe(t.Context(), live(id))
		wantText(t, stream, "x")
		time.Sleep(30 * time.Second)
		b.append(id, "y")
		time.Sleep(59 * time.Second)
		wantText(t, stream, "y")
		wantRunning(t, stream)
		time.Sleep(time.Second + 3*engineTime)
		wantEnd(t, stream, nil)
		if m := stream.Newest(); m.State != broker.StateFailed || m.Reason != broker.ReasonProducerGone {
			t.Errorf("it is %s, %s", m.State, m.Reason)
		}
		synctest.Wait()
		if len(told) != 1 {
			t.Errorf("told %d times", len(told))
		}
		if _, err := a.Append(t.Context(), id, broker.AtEnd, "late"); !errors.Is(err, broker.ErrMessageClosed) {
			t.Errorf("got %v", err)
		}
	})
}

// TestProducerRefused has a producer whom an outage keeps from appending for longer than
// it may be silent.
func TestProducerRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, access := newEngine().node(t, broker.Config{ProducerTimeout: time.Minute})
		id := a.Open("x")
		stream := a.Subscribe(t.Context(), live(id))
		time.Sleep(2 * engineTime)
		wantText(t, stream, "x")
		access.disturb(func() { access.cut = true })
		time.Sleep(2 * time.Minute)
		access.join()
		time.Sleep(55 * time.Second)
		wantRunning(t, stream)
		a.append(id, "y")
		wantText(t, stream, "y")
		time.Sleep(time.Minute + 3*engineTime)
		wantEnd(t, stream, nil) // for now it is silent itself
		if m := stream.Newest(); m.Reason != broker.ReasonProducerGone {
			t.Errorf("it is %s, %s", m.State, m.Reason)
		}
	})
}

// TestCutOff has a node without its store for 20 s.
func TestCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine()
		a, _ := e.node(t, broker.Config{})
		b, access := e.node(t, broker.Config{})
		whole, other, id := a.Submit("Hello"), a.Submit("x"), a.Open("1")
		stream := b.Subscribe(t.Context(), live(id))
		running := b.Subscribe(t.Context(), requestOf(whole))
		synctest.Wait()
		access.disturb(func() { access.cut = true })
		wantTexts(t, running, []string{"H", "e", "l", "l", "o"})
		a.append(id, "2")
		time.Sleep(10 * time.Second)
		wantText(t, stream, "1")
		wantRunning(t, stream)
		wantTexts(t, b.Subscribe(t.Context(), requestOf(whole)), []string{"H", "e", "l", "l", "o"}) // which is here
		b.wantError(other.ID, broker.ErrStoreUnavailable)
		b.wantError(id, broker.ErrStoreUnavailable)
		if _, err := b.trySubscribe(t.Context(), live(id)); !errors.Is(err, broker.ErrStoreUnavailable) {
			t.Errorf("got %v", err)
		}
		if _, err := b.Append(t.Context(), id, broker.AtEnd, "3"); !errors.Is(err, broker.ErrStoreUnavailable) {
			t.Errorf("got %v", err)
		}
		if _, err := b.Broker.Submit(t.Context(), netip.Prefix{}, "x"); !errors.Is(err, broker.ErrStoreUnavailable) {
			t.Errorf("got %v", err)
		}
		if _, found, err := b.Broker.Delete(t.Context(), id); found || !errors.Is(err, broker.ErrStoreUnavailable) {
			t.Errorf("got %v %v", found, err)
		}
		a.Delete(other)
		time.Sleep(10 * time.Second)
		access.join()
		time.Sleep(2 * engineTime)
		wantText(t, stream, "2")
		b.append(id, "3")
		wantText(t, stream, "3")
		b.wantMissing(other)
	})
}

// TestPrepare waits for the store before the subscription, and not in it.
func TestPrepare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine()
		a, _ := e.node(t, broker.Config{MaxStreams: 3})
		b, _ := e.node(t, broker.Config{})
		other := live(b.Open("x"))
		other.After = 5 // which there is not
		created := live(broker.MessageID{})
		created.New = a.NewMessage("Hi")
		for _, request := range []broker.Request{requestOf(b.Submit("Hello")), other, created} {
			ready, err := a.Prepare(t.Context(), request)
			if err != nil {
				t.Fatal(err)
			}
			begun := time.Now()
			stream := a.Subscribe(t.Context(), ready)
			if took := time.Since(begun); took != 0 {
				t.Errorf("it took %v to subscribe", took)
			}
			if _, err := b.Broker.Lookup(t.Context(), stream.Message.ID); err != nil {
				t.Error(err)
			}
		}
		created.New = a.NewMessage("too many")
		if _, err := a.trySubscribe(t.Context(), created); !errors.Is(err, broker.ErrTooManyStreams) {
			t.Errorf("got %v", err)
		}
		b.wantError(created.New.ID, broker.ErrNotFound)
	})
}

// TestLostAnswer appends what is stored without an answer. Who repeats it with its
// position doubles nothing.
func TestLostAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine()
		a, access := e.node(t, broker.Config{})
		id := a.Open("")
		stream := a.Subscribe(t.Context(), live(id))
		synctest.Wait()
		access.disturb(func() { access.lost = 1 })
		if _, err := a.Append(t.Context(), id, 0, "x"); !errors.Is(err, broker.ErrStoreUnavailable) {
			t.Errorf("got %v", err)
		}
		if message, err := a.Append(t.Context(), id, 0, "x"); !errors.Is(err, broker.ErrPositionMismatch) || message.Text.String() != "x" {
			t.Errorf("got %+v %v", message, err)
		}
		a.append(id, "y")
		wantText(t, stream, "xy")
	})
}

// TestLongTexts stores texts that are more than one record, also if a part of one is
// all that came.
func TestLongTexts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine()
		a, access := e.node(t, broker.Config{MaxMessageBytes: 4 << 20})
		b, _ := e.node(t, broker.Config{MaxMessageBytes: 4 << 20})
		long := strings.Repeat("a€", 200_000) // no multiple of it is 256 KiB
		message := a.Submit(long)
		if status, err := b.Broker.Lookup(t.Context(), message.ID); err != nil || status.Message.Text.String() != long || status.Message.SHA256 != message.SHA256 {
			t.Errorf("got %v", err)
		}
		id := a.Open(long)
		access.disturb(func() { access.lost = 1 }) // and so the rest is not stored
		if _, err := a.Append(t.Context(), id, broker.AtEnd, "lost"+long); !errors.Is(err, broker.ErrStoreUnavailable) {
			t.Errorf("got %v", err)
		}
		b.append(id, long, "end")
		time.Sleep(2 * engineTime) // a reads what it has missed
		for _, node := range []*running{a, b} {
			status, err := node.Broker.Lookup(t.Context(), id)
			if err != nil || status.Message.Text.String() != long+long+"end" || status.Message.Text.Count(actors.Appended) != 3 {
				t.Errorf("it has %d chunks, %d bytes, %v", status.Message.Text.Count(actors.Appended), status.Message.Text.Len(), err)
			}
		}
	})
}

// TestCopiesMakeRoom has more messages than a node has room for.
func TestCopiesMakeRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine()
		a, _ := e.node(t, broker.Config{MaxMessages: 2, Evicted: func(r broker.Removal) { t.Errorf("told of %+v", r) }})
		var messages []*broker.Message
		for i := range 5 {
			messages = append(messages, a.Submit(fmt.Sprint(i)))
		}
		for i, message := range messages {
			if status, err := a.Broker.Lookup(t.Context(), message.ID); err != nil || status.Message.Text.String() != fmt.Sprint(i) {
				t.Errorf("got %+v %v", status, err)
			}
		}
		a.wantStats(2, 2, 0, 0)
		time.Sleep(2 * time.Hour)
		a.wantStats(0, 0, 0, 0)
	})
}

// TestStoreFull tells of a store without room, and of a node without.
func TestStoreFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine()
		a, access := e.node(t, broker.Config{MaxMessages: 1})
		b, _ := e.node(t, broker.Config{})
		held, other := a.Open(""), b.Submit("x")
		a.wantError(other.ID, broker.ErrStoreFull)
		if _, err := a.Broker.Submit(t.Context(), netip.Prefix{}, "x"); !errors.Is(err, broker.ErrStoreFull) {
			t.Errorf("got %v", err)
		}
		access.disturb(func() { access.full = true })
		if _, err := a.Append(t.Context(), held, broker.AtEnd, "x"); !errors.Is(err, broker.ErrStoreFull) {
			t.Errorf("got %v", err)
		}
	})
}

// TestNodesAgree appends to messages at random, on nodes that are cut off, lose what is
// delivered and what is answered. All readers get the same, and each producer's chunks
// in its order.
func TestNodesAgree(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) { nodesAgree(t, rand.New(rand.NewPCG(seed, 1))) })
	}
}

func nodesAgree(t *testing.T, random *rand.Rand) {
	e := newEngine()
	var nodes []*running
	for range 3 {
		node, _ := e.node(t, broker.Config{})
		nodes = append(nodes, node)
	}
	id := nodes[0].Open("")
	const producers, chunks = 4, 40
	var producing, reading sync.WaitGroup
	for p := range producers {
		own := rand.New(rand.NewPCG(random.Uint64(), 2))
		producing.Go(func() {
			for k := range chunks {
				produce(t, nodes, own, id, fmt.Sprintf("%d.%d ", p, k))
			}
		})
	}
	got := make([]string, 6)
	for r := range got {
		own := rand.New(rand.NewPCG(random.Uint64(), 3))
		reading.Go(func() { got[r] = readAnywhere(t, nodes, own, id) })
	}
	stop := make(chan struct{})
	var trouble sync.WaitGroup
	trouble.Go(func() {
		for {
			access := e.nodes[random.IntN(len(nodes))]
			access.disturb(func() { access.dropped, access.lost = random.IntN(3), random.IntN(2) })
			if random.IntN(4) == 0 {
				access.disturb(func() { access.cut = true })
				time.Sleep(time.Duration(random.IntN(3000)) * time.Millisecond)
				access.join()
			}
			select {
			case <-stop:
				access.disturb(func() { access.dropped, access.lost = 0, 0 })
				return
			case <-time.After(time.Duration(random.IntN(50)) * time.Millisecond):
			}
		}
	})
	producing.Wait()
	close(stop)
	trouble.Wait()
	for _, access := range e.nodes {
		access.disturb(func() { access.dropped, access.lost = 0, 0 })
	}
	if _, _, err := nodes[1].Complete(t.Context(), id, broker.AtEnd); err != nil {
		t.Fatal(err)
	}
	reading.Wait()
	for p := range producers {
		rest := got[0]
		for k := range chunks {
			_, behind, found := strings.Cut(rest, fmt.Sprintf("%d.%d ", p, k))
			if !found || strings.Contains(behind, fmt.Sprintf("%d.%d ", p, k)) {
				t.Fatalf("chunk %d of producer %d is not there once, in order, in\n%s", k, p, got[0])
			}
			rest = behind
		}
	}
	for r := range got {
		if got[r] != got[0] {
			t.Errorf("reader %d got\n%s\nand another\n%s", r, got[r], got[0])
		}
	}
}

// produce appends a chunk on any node, until it is there: after an error it looks.
func produce(t *testing.T, nodes []*running, random *rand.Rand, id broker.MessageID, chunk string) {
	for {
		node := nodes[random.IntN(len(nodes))]
		_, err := node.Append(t.Context(), id, broker.AtEnd, chunk)
		for errors.Is(err, broker.ErrStoreUnavailable) {
			time.Sleep(20 * time.Millisecond)
			node = nodes[random.IntN(len(nodes))]
			var message *broker.Message
			if message, err = node.Append(t.Context(), id, 1<<30, ""); errors.Is(err, broker.ErrPositionMismatch) {
				if strings.Contains(message.Text.String(), chunk) {
					return
				}
				break
			}
		}
		if err == nil {
			return
		}
		if !errors.Is(err, broker.ErrPositionMismatch) {
			t.Errorf("append: %v", err)
			return
		}
	}
}

// readAnywhere reads a message to its end, from one node after the other.
func readAnywhere(t *testing.T, nodes []*running, random *rand.Rand, id broker.MessageID) string {
	var text strings.Builder
	request := live(id)
	for {
		ctx, leave := context.WithCancel(t.Context())
		stream, err := nodes[random.IntN(len(nodes))].trySubscribe(ctx, request)
		if err != nil {
			leave()
			time.Sleep(10 * time.Millisecond)
			continue
		}
		if request.After != broker.AfterNone && stream.From != request.After+1 {
			t.Errorf("it resumes at %d after %d", stream.From, request.After)
			leave()
			return ""
		}
		left := random.IntN(30)
		for chunk := range stream.Chunks() {
			if left--; left < 0 {
				break
			}
			text.WriteString(chunk.Text)
			request.After = chunk.Position
		}
		leave()
		for range stream.Chunks() {
		}
		if left >= 0 {
			return text.String()
		}
	}
}
