package broker_test

import (
	"context"
	"errors"
	"maps"
	"net/netip"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/broker"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// running is a broker that runs until the test ends or stop is called. Its
// methods that hide those of the Broker want success.
type running struct {
	*broker.Broker
	t     testing.TB
	start time.Time
	ended chan struct{} // closed when Run has returned
	stop  func()        // makes Run return, and waits for that
}

func start(t testing.TB, config broker.Config) *running {
	b := &running{Broker: broker.New(config), t: t, start: time.Now(), ended: make(chan struct{})}
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		defer close(b.ended)
		if err := b.Run(ctx); err != nil {
			t.Errorf("Run returned %v", err)
		}
	}()
	b.stop = func() {
		cancel()
		<-b.ended
	}
	t.Cleanup(b.stop)
	return b
}

func (b *running) Submit(text string) *broker.Message {
	b.t.Helper()
	message, err := b.Broker.Submit(b.t.Context(), netip.Prefix{}, text)
	if err != nil {
		b.t.Fatalf("submit %q: %v", text, err)
	}
	return message
}

func (b *running) Lookup(message *broker.Message) broker.Status {
	b.t.Helper()
	status, err := b.Broker.Lookup(b.t.Context(), message.ID)
	if err != nil || status.Message != message {
		b.t.Fatalf("lookup %v: %+v %v, want %+v", message.ID, status, err, message)
	}
	return status
}

func (b *running) Delete(message *broker.Message) broker.Removal {
	b.t.Helper()
	removal, found, err := b.Broker.Delete(b.t.Context(), message.ID)
	if err != nil || !found {
		b.t.Fatalf("delete %v: found %v, %v", message.ID, found, err)
	}
	return removal
}

const interval = 50 * time.Millisecond

// requestOf asks for the characters of a message from the beginning.
func requestOf(message *broker.Message) broker.Request {
	return broker.Request{MessageID: message.ID, Kind: broker.Characters, Interval: interval, After: broker.AfterNone}
}

// subscription is one whose context a test can look at.
type subscription struct {
	*broker.Subscription
	ctx context.Context
}

func (b *running) trySubscribe(ctx context.Context, request broker.Request) (subscription, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	s, err := b.Broker.Subscribe(ctx, cancel, request)
	if err != nil {
		cancel(err)
	}
	return subscription{s, ctx}, err
}

func (b *running) Subscribe(ctx context.Context, request broker.Request) subscription {
	b.t.Helper()
	subscription, err := b.trySubscribe(ctx, request)
	if err != nil {
		b.t.Fatalf("subscribe to %+v: %v", request, err)
	}
	return subscription
}

// wantMissing wants that nobody knows of the message any more.
func (b *running) wantMissing(message *broker.Message) {
	b.t.Helper()
	if status, err := b.Broker.Lookup(b.t.Context(), message.ID); !errors.Is(err, broker.ErrNotFound) {
		b.t.Errorf("lookup %v: %+v %v, want %v", message.ID, status, err, broker.ErrNotFound)
	}
	if _, found, err := b.Broker.Delete(b.t.Context(), message.ID); found || err != nil {
		b.t.Errorf("delete %v: found %v, %v", message.ID, found, err)
	}
	if _, err := b.trySubscribe(b.t.Context(), requestOf(message)); !errors.Is(err, broker.ErrNotFound) {
		b.t.Errorf("subscribe to %v: %v, want %v", message.ID, err, broker.ErrNotFound)
	}
}

// wantStats wants these counts once everything has come to rest.
func (b *running) wantStats(messages int, bytes int64, characters, progress int) {
	b.t.Helper()
	synctest.Wait()
	got, err := b.Stats(b.t.Context())
	want := map[broker.Kind]int{broker.Characters: characters, broker.Progress: progress}
	if err != nil || got.Messages != messages || got.Bytes != bytes || !maps.Equal(got.Streams, want) {
		b.t.Errorf("the broker holds %+v (%v), want %d messages, %d bytes, %v", got, err, messages, bytes, want)
	}
}

// wantNow wants this much time to have passed since the start.
func (b *running) wantNow(want time.Duration) {
	b.t.Helper()
	if got := time.Since(b.start); got != want {
		b.t.Errorf("%v have passed, want %v", got, want)
	}
}

// wantChunk takes the next chunk, which must come now.
func wantChunk(t *testing.T, subscription subscription, position int, text string) {
	t.Helper()
	asked := time.Now()
	chunk, ok := <-subscription.Chunks()
	if !ok {
		t.Fatalf("the stream ended with %v, want chunk %d", subscription.Err(), position)
	}
	if chunk.Position != position || chunk.Text != text {
		t.Errorf("got chunk %d, %q, want %d, %q", chunk.Position, chunk.Text, position, text)
	}
	if got := time.Since(asked); got != 0 {
		t.Errorf("chunk %d came %v late", position, got)
	}
}

// wantEnd wants the stream to have ended now, and with cause.
func wantEnd(t *testing.T, subscription subscription, cause error) {
	t.Helper()
	synctest.Wait()
	select {
	case chunk, ok := <-subscription.Chunks():
		if ok {
			t.Fatalf("got chunk %+v, want the end", chunk)
		}
		if !errors.Is(subscription.Err(), cause) {
			t.Errorf("the stream ended with %v, want %v", subscription.Err(), cause)
		}
	default:
		t.Fatal("the stream runs on")
	}
}

// wantRunning wants the stream to go on.
func wantRunning(t *testing.T, subscription subscription) {
	t.Helper()
	synctest.Wait()
	if subscription.ctx.Err() != nil {
		t.Errorf("the stream has been canceled")
	}
}

// wantTexts reads the stream to its end, which must be complete and on time.
func wantTexts(t *testing.T, subscription subscription, want []string) {
	t.Helper()
	var texts []string
	begin := time.Now()
	for chunk := range subscription.Chunks() {
		if due := begin.Add(time.Duration(len(texts)) * interval); !time.Now().Equal(due) || chunk.Due != due.Sub(subscription.Start) {
			t.Errorf("chunk %d came %v after it was due", chunk.Position, time.Since(due))
		}
		texts = append(texts, chunk.Text)
	}
	if !slices.Equal(texts, want) || subscription.Err() != nil {
		t.Errorf("got %q, %v\nwant %q", texts, subscription.Err(), want)
	}
}
