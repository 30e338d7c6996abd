package eventstream_test

import (
	"fmt"
	"time"

	"sseserver/internal/eventstream"
)

// printer is a Handler that prints what it is told.
type printer struct{}

func (printer) Event(e eventstream.Event) error {
	fmt.Printf("event %q, data %q, id %q\n", e.Type, e.Data, e.ID)
	return nil
}
func (printer) Comment(text []byte)      { fmt.Printf("comment %q\n", text) }
func (printer) Retry(wait time.Duration) { fmt.Println("retry", wait) }

// The bytes of a stream are fed as they come, cut anywhere.
func Example() {
	var parser eventstream.Parser
	for _, read := range []string{": hello\nretry: 20", "00\n\nid: 7\ndata: one\nda", "ta: two\n\nevent: done\ndata\n\ndata: not ended"} {
		if err := parser.Feed([]byte(read), printer{}); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Printf("a new connection resumes after %q\n", parser.LastEventID())

	// Output:
	// comment " hello"
	// retry 2s
	// event "", data "one\ntwo", id "7"
	// event "done", data "", id "7"
	// a new connection resumes after "7"
}
