package broker

import (
	"errors"
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
