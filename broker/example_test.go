package broker_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"sseserver/actors"
	"sseserver/broker"
)

// A message is submitted once and streamed as often as anybody asks.
func Example() {
	ctx, stop := context.WithCancel(context.Background())
	b := broker.New(broker.Config{})
	var running sync.WaitGroup
	running.Go(func() { _ = b.Run(ctx) })
	defer running.Wait()
	defer stop()

	message, err := b.Submit(ctx, netip.Prefix{}, "one two three")
	if err != nil {
		fmt.Println(err)
		return
	}
	streamCtx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	subscription, err := b.Subscribe(streamCtx, cancel, broker.Request{
		MessageID: message.ID,
		Kind:      broker.Characters,
		Unit:      actors.Word,
		Interval:  time.Millisecond,
		After:     broker.AfterNone,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	total, _ := subscription.Total()
	for chunk := range subscription.Chunks() {
		fmt.Printf("%d of %d: %q\n", chunk.Position, total, chunk.Text)
	}
	fmt.Println("ended with", subscription.Err())

	// Output:
	// 0 of 3: "one "
	// 1 of 3: "two "
	// 2 of 3: "three"
	// ended with <nil>
}

// A client that has seen position 97 of a progress goes on behind it. The
// stream of a message that is deleted ends, and tells why.
func ExampleBroker_Delete() {
	ctx, stop := context.WithCancel(context.Background())
	b := broker.New(broker.Config{})
	var running sync.WaitGroup
	running.Go(func() { _ = b.Run(ctx) })
	defer running.Wait()
	defer stop()

	message, _ := b.Submit(ctx, netip.Prefix{}, "any text")
	streamCtx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	subscription, _ := b.Subscribe(streamCtx, cancel, broker.Request{
		MessageID: message.ID,
		Kind:      broker.Progress,
		Interval:  time.Hour,
		After:     97,
	})
	fmt.Println((<-subscription.Chunks()).Text)
	removal, _, _ := b.Delete(ctx, message.ID)
	for range subscription.Chunks() {
	}
	fmt.Println(removal.ActiveStreams, "stream:", subscription.Err())
	_, err := b.Lookup(ctx, message.ID)
	fmt.Println(errors.Is(err, broker.ErrNotFound))

	// Output:
	// Processing chunk 98%
	// 1 stream: broker: message deleted
	// true
}
