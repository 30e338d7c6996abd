package broker

import (
	"context"
	"errors"
	"net/netip"
	"reflect"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"sseserver/actors"
)

// TestPanicInStreamer has a message whose text cannot be read. Its stream ends
// alone, and is in no count.
func TestPanicInStreamer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := New(Config{})
		go func() { _ = b.Run(t.Context()) }()
		unreadable := struct {
			data *byte
			size int
		}{nil, 3}
		message := newMessage(idOf("a"), "abc", time.Now())
		words := reflect.ValueOf(message.Text).Elem().FieldByName("words")
		*(*string)(unsafe.Pointer(words.FieldByName("text").UnsafeAddr())) = *(*string)(unsafe.Pointer(&unreadable))
		if err, failed := b.submits.ask(t.Context(), b, submission{message: message}); err != nil || failed != nil {
			t.Fatal(err, failed)
		}
		good, err := b.Subscribe(t.Context(), func(error) {}, Request{MessageID: message.ID, Kind: Progress, Interval: 1, After: AfterNone})
		if err != nil {
			t.Fatal(err)
		}
		bad, err := b.Subscribe(t.Context(), func(error) {}, Request{MessageID: message.ID, Kind: Characters, Unit: actors.Word, Interval: 1, After: AfterNone})
		if err != nil {
			t.Fatal(err)
		}
		var panicked *actors.PanicError
		if chunk, ok := <-bad.Chunks(); ok || !errors.As(bad.Err(), &panicked) {
			t.Errorf("got %+v, %v; want a panic", chunk, bad.Err())
		}
		for range good.Chunks() {
		}
		synctest.Wait()
		if stats, err := b.Stats(t.Context()); good.Err() != nil || err != nil || stats.Streams[Characters]+stats.Streams[Progress] != 0 {
			t.Errorf("the other stream ended with %v, %+v are left (%v)", good.Err(), stats, err)
		}
	})
}

// oneRecord is a Store in which each message has one record.
type oneRecord struct{ record Record }

func (s *oneRecord) Add(_ context.Context, _ MessageID, _ uint64, r Record) (Stamp, error) {
	r.Stamp = Stamp{Version: 1, At: time.Now()}
	s.record = r
	return r.Stamp, nil
}

func (s *oneRecord) Last(context.Context, MessageID) (Record, error) { return s.record, nil }

func (*oneRecord) Newer(context.Context, MessageID, uint64) (bool, error) { return false, nil }

func (s *oneRecord) Read(context.Context, MessageID, uint64, uint64) ([]Record, error) {
	return []Record{s.record}, nil
}

func (*oneRecord) Follow(MessageID, func(Record)) (stop func()) { return func() {} }

func (*oneRecord) Available() bool { return true }

// TestPanicInTail has a change that panics. The streams of its message end, and those who
// want to change it are answered; then it is read again.
func TestPanicInTail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := New(Config{Store: new(oneRecord)})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- b.Run(ctx) }()
		message, err := b.Open(ctx, netip.Prefix{}, "Hi")
		if err != nil {
			t.Fatal(err)
		}
		streamCtx, cancel := context.WithCancelCause(ctx)
		request := Request{MessageID: message.ID, Kind: Characters, Unit: actors.Appended, Interval: 1, After: AfterNone}
		stream, err := b.Subscribe(streamCtx, cancel, request)
		if err != nil {
			t.Fatal(err)
		}
		var panicked *actors.PanicError
		_, _, err = b.change(ctx, find{id: message.ID}, func(*Message, error) (*Message, error) { panic("of glass") })
		if !errors.As(err, &panicked) || panicked.Value != "of glass" {
			t.Errorf("got %v", err)
		}
		for range stream.Chunks() {
		}
		if !errors.As(stream.Err(), &panicked) {
			t.Errorf("the stream ended with %v", stream.Err())
		}
		if status, err := b.Lookup(ctx, message.ID); err != nil || status.Message.Text.String() != "Hi" || status.ActiveStreams != 0 {
			t.Errorf("got %+v %v", status, err)
		}
		stop()
		<-ended
	})
}
