package broker_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/actors"
	"sseserver/broker"

	"github.com/google/uuid"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// running is a broker that runs until the test ends or stop is called. Its
// methods that hide those of the Broker want success.
type running struct {
	*broker.Broker
	t     *testing.T
	start time.Time
	ended chan struct{} // closed when Run has returned
	stop  func()        // makes Run return, and waits for that
}

func start(t *testing.T, config broker.Config) *running {
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
	message, err := b.Broker.Submit(b.t.Context(), text)
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

func (b *running) Subscribe(ctx context.Context, request broker.Request) *broker.Subscription {
	b.t.Helper()
	subscription, err := b.Broker.Subscribe(ctx, request)
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
	if _, err := b.Broker.Subscribe(b.t.Context(), requestOf(message)); !errors.Is(err, broker.ErrNotFound) {
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

func TestSubmit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ids := []uuid.UUID{{1}, {2}, {3}}
		b := start(t, broker.Config{TTL: time.Minute, NewID: func() uuid.UUID {
			id := ids[0]
			ids = ids[1:]
			return id
		}})
		var bytes int64
		for i, test := range []struct {
			text              string
			characters, words int
		}{
			{"Hi there", 8, 2},
			{"👨‍👩‍👧‍👦 🇩🇪\r\n", 4, 2},
			{"\x00", 1, 1},
		} {
			message := b.Submit(test.text)
			want := broker.Message{
				ID:          broker.MessageID{byte(i + 1)},
				Name:        broker.MessageID{byte(i + 1)}.String(),
				Text:        test.text,
				Characters:  test.characters,
				Words:       test.words,
				SHA256:      sha256.Sum256([]byte(test.text)),
				SubmittedAt: time.Now(),
			}
			if *message != want {
				t.Errorf("got %+v\nwant %+v", *message, want)
			}
			bytes += int64(len(test.text))
			b.wantStats(i+1, bytes, 0, 0)
			time.Sleep(time.Second)
			wantStatus := broker.Status{Message: message, ExpiresAt: time.Now().Add(time.Minute)}
			if status := b.Lookup(message); status != wantStatus {
				t.Errorf("got %+v\nwant %+v", status, wantStatus)
			}
		}
	})
}

// TestRandomIDs looks at the ids that a broker makes by itself.
func TestRandomIDs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, broker.Config{})
		seen := make(map[string]bool)
		for range 100 {
			message := b.Submit("a")
			subscription := b.Subscribe(t.Context(), requestOf(message))
			for _, id := range []string{message.ID.String(), subscription.ID.String()} {
				parsed, err := uuid.Parse(id)
				if err != nil || parsed.Version() != 4 || parsed.String() != id || seen[id] {
					t.Errorf("id %q: %v, version %v, seen before: %v", id, err, parsed.Version(), seen[id])
				}
				seen[id] = true
			}
		}
	})
}

func TestDelete(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, broker.Config{Evicted: func(removal broker.Removal) { t.Errorf("evicted %+v", removal) }})
		message, other := b.Submit("a"), b.Submit("bc")
		b.Subscribe(t.Context(), requestOf(other))
		time.Sleep(time.Minute)
		want := broker.Removal{MessageID: message.ID, Reason: broker.RemovedByRequest, Age: time.Minute}
		if removal := b.Delete(message); removal != want {
			t.Errorf("got %+v\nwant %+v", removal, want)
		}
		b.wantMissing(message)
		b.Lookup(other)
		b.wantStats(1, 2, 1, 0)
	})
}

func TestLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, broker.Config{MaxMessages: 2, MaxBytes: 10, MaxStreams: 2})
		wantSubmit := func(size int, want error) {
			t.Helper()
			if _, err := b.Broker.Submit(t.Context(), strings.Repeat("x", size)); !errors.Is(err, want) {
				t.Errorf("submit %d bytes: %v, want %v", size, err, want)
			}
		}
		wantSubmit(11, broker.ErrStoreFull)
		first, second := b.Submit("0123456789"), b.Submit("01")
		b.wantMissing(first) // it made room for the bytes
		third := b.Submit("2")
		fourth := b.Submit("3")
		b.wantMissing(second) // and that for the number
		b.Subscribe(t.Context(), requestOf(third))
		b.Subscribe(t.Context(), requestOf(fourth))
		wantSubmit(1, broker.ErrStoreFull)
		if _, err := b.Broker.Subscribe(t.Context(), requestOf(third)); !errors.Is(err, broker.ErrTooManyStreams) {
			t.Errorf("a third stream: %v, want %v", err, broker.ErrTooManyStreams)
		}
		b.wantStats(2, 2, 2, 0)
	})
}

// asks is every question that there is.
var asks = map[string]func(context.Context, *broker.Broker) error{
	"Submit": func(ctx context.Context, b *broker.Broker) error {
		_, err := b.Submit(ctx, "a")
		return err
	},
	"Lookup": func(ctx context.Context, b *broker.Broker) error {
		_, err := b.Lookup(ctx, broker.MessageID{})
		return err
	},
	"Delete": func(ctx context.Context, b *broker.Broker) error {
		_, _, err := b.Delete(ctx, broker.MessageID{})
		return err
	},
	"Subscribe": func(ctx context.Context, b *broker.Broker) error {
		_, err := b.Subscribe(ctx, broker.Request{})
		return err
	},
	"Stats": func(ctx context.Context, b *broker.Broker) error {
		_, err := b.Stats(ctx)
		return err
	},
	"Drain": func(ctx context.Context, b *broker.Broker) error { return b.Drain(ctx) },
	"EndStreams": func(ctx context.Context, b *broker.Broker) error {
		_, err := b.EndStreams(ctx, errGone)
		return err
	},
}

var errGone = errors.New("gone")

// TestAskedAfterTheEnd asks a broker that has ended.
func TestAskedAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, broker.Config{})
		b.stop()
		for name, ask := range asks {
			if err := ask(t.Context(), b.Broker); !errors.Is(err, broker.ErrClosed) {
				t.Errorf("%s: %v, want %v", name, err, broker.ErrClosed)
			}
		}
	})
}

// TestAskerGivesUp asks a broker that nobody runs.
func TestAskerGivesUp(t *testing.T) {
	for name, ask := range asks {
		if name == "Drain" {
			continue // is heard in any case
		}
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := broker.New(broker.Config{})
				start := time.Now()
				ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errGone)
				defer cancel()
				if err := ask(ctx, b); !errors.Is(err, errGone) {
					t.Errorf("got %v, want %v", err, errGone)
				}
				if got := time.Since(start); got != time.Second {
					t.Errorf("it gave up after %v, want 1s", got)
				}
			})
		})
	}
}

// TestAskerWaitsForRun asks before the broker runs.
func TestAskerWaitsForRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := broker.New(broker.Config{})
		answer := make(chan error, 1)
		go func() { answer <- asks["Stats"](t.Context(), b) }()
		synctest.Wait()
		if len(answer) > 0 {
			t.Fatalf("answered with %v", <-answer)
		}
		go b.Run(t.Context()) // the bubble waits for it
		if err := <-answer; err != nil {
			t.Errorf("got %v", err)
		}
	})
}

// TestManyAskers has goroutines that do all there is to do at once. In the end,
// nothing is left of it.
func TestManyAskers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, broker.Config{MaxMessages: 1000})
		done := make(chan struct{})
		const askers = 50
		for range askers {
			go func() {
				defer func() { done <- struct{}{} }()
				for range 20 {
					message := b.Submit("Hi 👋🏽")
					words := requestOf(message)
					words.Unit = actors.Word
					read, left := b.Subscribe(t.Context(), words), b.Subscribe(t.Context(), requestOf(message))
					b.Lookup(message)
					left.Cancel(errGone)
					var text strings.Builder
					for chunk := range read.Chunks() {
						text.WriteString(chunk.Text)
					}
					if text.String() != message.Text || read.Err() != nil {
						t.Errorf("got %q %v, want %q", text.String(), read.Err(), message.Text)
					}
					b.Delete(message)
				}
			}()
		}
		for range askers {
			<-done
		}
		b.wantStats(0, 0, 0, 0)
	})
}
