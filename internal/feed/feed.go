// Package feed writes event streams that are no streams of messages: what an
// operator watches, and the word that a page has changed. Nothing paces or counts
// them, and all that they need is an http.ResponseWriter.
//
//	f := feed.Begin(w, feed.Config{…})
//	for f.Wait(r.Context(), changed, nil) && f.Send(frames()) == nil {
//	}
package feed

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// Config of a feed. Every field but Heartbeat, Last and Beat is required.
type Config struct {
	WriteTimeout time.Duration        // that one write may block
	Heartbeat    time.Duration        // without a frame until a comment; 0 or less: never
	Ended        <-chan struct{}      // closed when the server shuts down
	ComeBack     func() time.Duration // when a client should come back after that
	// Last returns what is sent before that; nil is nothing.
	Last func() []byte
	// Beat returns a block to go with a heartbeat, such as an id without data, which a
	// client keeps and shows to nobody; nil is none.
	Beat func() []byte
}

// Feed is one event stream. One goroutine uses it: that of the request.
type Feed struct {
	config  Config
	writer  http.ResponseWriter
	control *http.ResponseController
	last    time.Time // when something was sent
	beat    *time.Timer
}

// Begin answers with the head of an event stream. End must follow.
func Begin(w http.ResponseWriter, config Config) *Feed {
	SetHeader(w.Header(), MediaType)
	f := &Feed{config: config, writer: w, control: http.NewResponseController(w), last: time.Now()}
	_ = f.control.SetReadDeadline(time.Time{}) // which is for plain answers
	f.beat = time.NewTimer(max(config.Heartbeat, 0))
	if config.Heartbeat <= 0 {
		f.beat.Stop()
	}
	return f
}

// End frees what the feed holds.
func (f *Feed) End() { f.beat.Stop() }

// Send writes some frames, and waits until they are with the system. Its error says
// that the client is gone, or has taken nothing for too long.
func (f *Feed) Send(frames []byte) error {
	_ = f.control.SetWriteDeadline(time.Now().Add(f.config.WriteTimeout))
	_, err := f.writer.Write(frames)
	err = errors.Join(err, f.control.Flush())
	_ = f.control.SetWriteDeadline(time.Time{}) // or the silence after it would end a stream of HTTP/2
	f.last = time.Now()
	return err
}

// Wait waits for one of the two channels, either of which may be nil, and sends
// heartbeats meanwhile. It says false when the feed is over: its client has left,
// or the server shuts down, in which case the client was told when to come back.
func (f *Feed) Wait(ctx context.Context, wake <-chan struct{}, due <-chan time.Time) bool {
	for {
		if f.config.Heartbeat > 0 {
			f.beat.Reset(time.Until(f.last.Add(f.config.Heartbeat)))
		}
		select {
		case <-wake:
			return true
		case <-due:
			return true
		case <-ctx.Done():
			return false
		case <-f.config.Ended:
			f.sayGoodbye()
			return false
		case <-f.beat.C:
			if f.beatOnce() != nil {
				return false
			}
		}
	}
}

func (f *Feed) sayGoodbye() {
	var frames []byte
	if f.config.Last != nil {
		frames = f.config.Last()
	}
	_ = f.Send(AppendRetry(frames, f.config.ComeBack())) // a client that left misses nothing
}

func (f *Feed) beatOnce() error {
	frames := AppendHeartbeat(nil)
	if f.config.Beat != nil {
		frames = append(frames, f.config.Beat()...)
	}
	return f.Send(frames)
}
