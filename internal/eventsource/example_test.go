package eventsource_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"sseserver/internal/eventsource"
	"sseserver/internal/eventstream"
)

// printer is a Handler that prints what matters of what it is told.
type printer struct{}

func (printer) Open(o eventsource.Opened) { fmt.Println("open, resumed:", o.Resumed) }
func (printer) Event(e eventstream.Event, _ time.Time) error {
	fmt.Printf("event %s: %s\n", e.ID, e.Data)
	return nil
}
func (printer) Comment([]byte, time.Time)                      {}
func (printer) ReadDone(eventsource.Read) (wait time.Duration) { return 0 }
func (printer) Closed(c eventsource.Closed)                    { fmt.Println("closed:", c.Err.Reason) }

// A source reconnects, with the id that it has seen last, until it is told that
// there is no more.
func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Header.Get("Last-Event-ID") {
		case "":
			w.Header().Set("Content-Type", "text/event-stream")
			fmt.Fprint(w, "retry: 1\nid: 1\ndata: one\n\n")
		case "1":
			w.Header().Set("Content-Type", "text/event-stream")
			fmt.Fprint(w, "id: 2\ndata: two\n\n")
		default:
			w.WriteHeader(http.StatusNoContent)
		}
	}))
	defer server.Close()

	source, err := eventsource.New(eventsource.Config{URL: server.URL, Handler: printer{}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(source.Run(context.Background()))

	// Output:
	// open, resumed: false
	// event 1: one
	// closed: ended
	// open, resumed: true
	// event 2: two
	// closed: ended
	// closed: no_content
	// eventsource: no_content: status 204, there is no more to come
}
