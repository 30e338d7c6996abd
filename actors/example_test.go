package actors_test

import (
	"context"
	"fmt"
	"sync"
	"time"

	"sseserver/actors"
)

// A streamer sends the words of a text, one each 5 ms, from the second one on.
func Example() {
	ctx, stop := context.WithCancel(context.Background())
	clock := actors.NewClock()
	const text = "one two  three\n"
	streamer := actors.New(actors.Plan{
		Clock:  clock,
		Source: actors.NewIndex(text, actors.Word).Source(),
		From:   1,
		Start:  time.Now(),
		Pace:   actors.Pace{Interval: 5 * time.Millisecond},
	})
	var running sync.WaitGroup
	running.Go(func() { clock.Run(ctx) })
	running.Go(func() { streamer.Run(ctx) })

	for chunk := range streamer.Chunks() {
		fmt.Printf("%d: %q\n", chunk.Position, chunk.Text)
	}
	fmt.Println("ended with", streamer.Err())
	stop()
	running.Wait()

	// Output:
	// 1: "two  "
	// 2: "three\n"
	// ended with <nil>
}
