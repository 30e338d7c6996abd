package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"sseserver/internal/eventstream"
)

// liveReader reads a live message as an EventSource does that never waits: when its
// connection ends, it asks for what follows the last event, until there is no more.
// It stops at the first thing that is not as promised.
type liveReader struct {
	client *http.Client
	url    string
	got    func() // called after each chunk

	parser eventstream.Parser
	chunks []string // so far, by position
	resume bool     // nothing has come on this connection, which resumes
	done   *ending
	over   bool // the server says that there is no more
}

// ending is what a done event says.
type ending struct {
	Total  int
	SHA256 string
}

func (r *liveReader) run(ctx context.Context) error {
	for !r.over {
		if err := r.connect(ctx); err != nil {
			return fmt.Errorf("after %d chunks: %w", len(r.chunks), err)
		}
	}
	return nil
}

// connect reads one connection to its end. That the network ends it is no error.
func (r *liveReader) connect(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, "GET", r.url, nil)
	if err != nil {
		return err
	}
	last := string(r.parser.LastEventID())
	if last != "" {
		request.Header.Set("Last-Event-ID", last)
	}
	response, err := r.client.Do(request)
	if err != nil {
		return ctx.Err()
	}
	defer response.Body.Close()
	switch {
	case r.done != nil && response.StatusCode == http.StatusNoContent:
		r.over = true
		return nil
	case r.done != nil || response.StatusCode != http.StatusOK:
		return fmt.Errorf("Last-Event-ID %s: %s", last, response.Status)
	}
	r.parser.Reset()
	r.resume = last != ""
	return r.read(response.Body)
}

func (r *liveReader) read(body io.Reader) error {
	var buffer [4096]byte
	for {
		n, err := body.Read(buffer[:])
		if err := r.parser.Feed(buffer[:n], r); err != nil {
			return err
		}
		switch {
		case err == io.EOF && r.done == nil:
			return fmt.Errorf("the stream has ended properly, without done")
		case err != nil:
			return nil
		}
	}
}

// Event implements eventstream.Handler.
func (r *liveReader) Event(event eventstream.Event) error {
	var data struct {
		Chunk    string
		Position int
		From     int
		Resumed  bool
		ending
	}
	if err := json.Unmarshal(event.Data, &data); err != nil {
		return err
	}
	next := len(r.chunks)
	switch name := string(event.Type); {
	case r.done != nil, r.resume != (name == "resumed"):
	case name == "resumed" && data.Resumed && data.From == next:
		r.resume = false
		return nil
	case name == "" && data.Position == next && string(event.ID) == strconv.Itoa(next):
		r.chunks = append(r.chunks, data.Chunk)
		r.got()
		return nil
	case name == "done":
		r.done = &data.ending
		return nil
	}
	return fmt.Errorf("got %s, id %s: %s", event.Type, event.ID, event.Data)
}

// Comment implements eventstream.Handler.
func (r *liveReader) Comment([]byte) {}

// Retry implements eventstream.Handler.
func (r *liveReader) Retry(time.Duration) {}
