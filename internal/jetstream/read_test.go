package jetstream_test

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"sseserver/broker"
	"sseserver/internal/jetstream"
	"sseserver/internal/jetstream/enginetest"
)

// numbers returns so many texts.
func numbers(n int) (texts []string) {
	for i := range n {
		texts = append(texts, strconv.Itoa(i))
	}
	return texts
}

func TestLongHistory(t *testing.T) {
	t.Parallel()
	store, id := single(t), newID()
	texts := numbers(260) // more than a batch
	last := addEach(t, store, id, 0, texts...)
	add(t, store, id, last, record("more"))
	wantTexts(t, store, id, 0, last, texts...)
	wantTexts(t, store, id, last-1, last, texts[len(texts)-1])
	wantTexts(t, store, id, last, last)
}

// answering has an engine that is not the leader, and says what it has to a question.
func answering(t *testing.T, answer func(*nats.Msg)) (store *jetstream.Store, asked chan struct{}) {
	t.Helper()
	engine := enginetest.Start(t, 1)
	store = open(t, jetstream.Config{URLs: engine.URLs()})
	conn := connect(t, engine.URLs()[0])
	asked = make(chan struct{}, 1_000)
	_, err := conn.Subscribe("behind", func(m *nats.Msg) {
		asked <- struct{}{}
		answer(m)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Flush(); err != nil {
		t.Fatal(err)
	}
	store.ReadFrom("behind")
	return store, asked
}

// TestEngineIsBehind has an engine that knows the first records only, and one that has
// nothing: the leader has the others.
func TestEngineIsBehind(t *testing.T) {
	t.Parallel()
	none := func(question *nats.Msg) {
		_ = question.RespondMsg(&nats.Msg{Header: nats.Header{"Status": {"404"}}})
	}
	store, asked := answering(t, none)
	id := newID()
	last := addEach(t, store, id, 0, "a", "b", "c")
	wantTexts(t, store, id, 0, last, "a", "b", "c")
	if len(asked) != 9 { // three times for each
		t.Errorf("was asked %d times", len(asked))
	}
	gone := add(t, store, id, last, removed())
	_, err := store.Read(t.Context(), id, 0, last)
	wantError(t, err, broker.ErrNotFound)
	_, err = store.Read(t.Context(), id, gone, gone+1)
	wantError(t, err, broker.ErrNotFound)
}

// TestPartOfHistoryIsLost loses records of an answer, and its end.
func TestPartOfHistoryIsLost(t *testing.T) {
	t.Parallel()
	engine := enginetest.Start(t, 1)
	proxy := enginetest.NewProxy(t, engine.URLs()[0])
	store, id := open(t, jetstream.Config{URLs: []string{proxy.URL()}}), newID()
	last := addEach(t, store, id, 0, "a", "b", "c", "d")
	for lose := 1; lose <= 4; lose++ {
		lost := proxy.LoseAnswers("$JS.API.DIRECT.GET.sseserver", lose)
		wantTexts(t, store, id, 0, last, "a", "b", "c", "d")
		next(t, lost, "a part that was lost")
	}
}

// TestRecordIsMissing deletes one as nobody should: that is no history any more, and no
// message that was not there.
func TestRecordIsMissing(t *testing.T) {
	t.Parallel()
	engine := enginetest.Start(t, 1)
	store, id := open(t, jetstream.Config{URLs: engine.URLs()}), newID()
	last := addEach(t, store, id, 0, "a", "b", "c")
	if err := client(t, engine.URLs()[0]).DeleteMsg("sseserver", last-1); err != nil {
		t.Fatal(err)
	}
	_, err := store.Read(t.Context(), id, 0, last)
	wantError(t, err, broker.ErrStoreUnavailable)
}

func TestNewer(t *testing.T) {
	t.Parallel()
	store, id := single(t), newID()
	want := func(id broker.MessageID, after uint64, want bool) {
		t.Helper()
		if got, err := store.Newer(t.Context(), id, after); err != nil || got != want {
			t.Errorf("newer than %d: %v, %v", after, got, err)
		}
	}
	want(newID(), 0, false)
	first := add(t, store, id, 0, record("a"))
	addEach(t, store, newID(), 0, "another", "message")
	want(id, 0, true)
	want(id, first, false)
	second := add(t, store, id, first, record("b"))
	want(id, first, true)
	want(id, second, false)
	add(t, store, id, second, removed())
	want(id, second, true)
}

// TestCrowd has more questions than a node asks at a time.
func TestCrowd(t *testing.T) {
	t.Parallel()
	store, id := single(t), newID()
	add(t, store, id, 0, record("a"))
	stop := store.Crowd()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := store.Last(ctx, id); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	answers := make(chan error)
	go func() {
		_, err := store.Last(t.Context(), id)
		answers <- err
	}()
	stop()
	if err := next(t, answers, "the answer"); err != nil {
		t.Error(err)
	}
}
