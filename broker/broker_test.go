package broker_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/actors"
	"sseserver/broker"

	"github.com/google/uuid"
)

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
				Text:        actors.NewText(test.text),
				SHA256:      sha256.Sum256([]byte(test.text)),
				SubmittedAt: time.Now(),
				State:       broker.StateComplete,
				Percent:     broker.NoPercent,
			}
			if !reflect.DeepEqual(*message, want) {
				t.Errorf("got %+v\nwant %+v", *message, want)
			}
			if message.Text.Count(actors.Character) != test.characters || message.Text.Count(actors.Word) != test.words {
				t.Errorf("%q has %d characters and %d words, want %d and %d", test.text,
					message.Text.Count(actors.Character), message.Text.Count(actors.Word), test.characters, test.words)
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
			if _, err := b.Broker.Submit(t.Context(), netip.Prefix{}, strings.Repeat("x", size)); !errors.Is(err, want) {
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
		if _, err := b.trySubscribe(t.Context(), requestOf(third)); !errors.Is(err, broker.ErrTooManyStreams) {
			t.Errorf("a third stream: %v, want %v", err, broker.ErrTooManyStreams)
		}
		b.wantStats(2, 2, 2, 0)
	})
}

// asks is every question that there is.
var asks = map[string]func(context.Context, *broker.Broker) error{
	"Submit": func(ctx context.Context, b *broker.Broker) error {
		_, err := b.Submit(ctx, netip.Prefix{}, "a")
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
		_, err := b.Subscribe(ctx, func(error) {}, broker.Request{})
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
		b.Submit("abc")
		b.stop()
		if last, err := b.Stats(t.Context()); err != nil || last.Messages != 1 || last.Bytes != 3 || last.Streams[broker.Characters] != 0 {
			t.Errorf("it has held %+v, %v", last, err)
		}
		for name, ask := range asks {
			if name == "Stats" {
				continue
			}
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
					ctx, leave := context.WithCancelCause(t.Context())
					read := b.Subscribe(t.Context(), words)
					b.Subscribe(ctx, requestOf(message))
					b.Lookup(message)
					leave(errGone)
					var text strings.Builder
					for chunk := range read.Chunks() {
						text.WriteString(chunk.Text)
					}
					if text.String() != message.Text.String() || read.Err() != nil {
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
