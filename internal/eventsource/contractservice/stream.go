package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"sseserver/internal/eventsource"
	"sseserver/internal/eventstream"
)

// stream is one client under test. As its handler it posts each thing that
// happens to the suite, and waits for the answer, before the client goes on: so
// the order is kept.
type stream struct {
	ctx      context.Context // of this stream: a handler has none of its own
	cancel   context.CancelFunc
	source   *eventsource.Source
	callback string
	posted   int // owned by the goroutine in run
}

func newStream(ctx context.Context, t *eventsource.Transport, p parameters) (*stream, error) {
	if u, err := url.Parse(p.CallbackURL); err != nil || u.Host == "" {
		return nil, fmt.Errorf("callback url %q is not usable", p.CallbackURL)
	}
	st := &stream{callback: p.CallbackURL}
	st.ctx, st.cancel = context.WithCancel(ctx)
	cfg := p.config()
	cfg.Transport, cfg.Handler = t, st
	var err error
	if st.source, err = eventsource.New(cfg); err != nil {
		st.cancel()
		return nil, err
	}
	return st, nil
}

func (st *stream) run() {
	defer st.cancel()
	_ = st.source.Run(st.ctx) // Closed has posted why
}

// message is the body of a callback. Where the suite looks for the text of an
// error, its document and its code differ, so it is given in both places.
type message struct {
	Kind    string `json:"kind"`
	Event   *event `json:"event,omitempty"`
	Comment string `json:"comment,omitempty"`
	Error   string `json:"error,omitempty"`
}

type event struct {
	Type string `json:"type"`
	Data string `json:"data"`
	ID   string `json:"id,omitempty"`
}

func (st *stream) Open(eventsource.Opened) {}

func (st *stream) Event(e eventstream.Event, _ time.Time) error {
	typ := string(e.Type)
	if typ == "" {
		typ = "message"
	}
	return st.post(message{Kind: "event", Event: &event{typ, string(e.Data), string(e.ID)}})
}

func (st *stream) Comment(text []byte, _ time.Time) {
	_ = st.post(message{Kind: "comment", Comment: string(text)}) // the next post will fail, too
}

func (st *stream) ReadDone(eventsource.Read) time.Duration { return 0 }

func (st *stream) Closed(c eventsource.Closed) {
	switch c.Err.Reason {
	case eventsource.ReasonCancelled, eventsource.ReasonStopped:
		return // the suite asked for it, or is gone
	}
	_ = st.post(message{Kind: "error", Error: c.Err.Error(), Comment: c.Err.Error()})
}

// post sends the next callback: to the callback URL with a number, counted from 1.
func (st *stream) post(m message) error {
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	st.posted++
	target := fmt.Sprintf("%s/%d", st.callback, st.posted)
	req, err := http.NewRequestWithContext(st.ctx, http.MethodPost, target, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}
