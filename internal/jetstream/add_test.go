package jetstream_test

import (
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"sseserver/broker"
	"sseserver/internal/jetstream"
	"sseserver/internal/jetstream/enginetest"
)

func TestAddIsBehindTheLast(t *testing.T) {
	t.Parallel()
	store, id := single(t), newID()
	_, err := store.Last(t.Context(), id)
	wantError(t, err, broker.ErrNotFound)
	_, err = store.Add(t.Context(), id, 1, record("x")) // there is none
	wantError(t, err, broker.ErrConflict)

	first := add(t, store, id, 0, record("a"))
	other := add(t, store, newID(), 0, record("x"))
	second := add(t, store, id, first, record("b"))
	if first >= other || other >= second {
		t.Errorf("versions %d, %d, %d", first, other, second)
	}
	for _, after := range []uint64{0, first, other, second + 1} {
		_, err := store.Add(t.Context(), id, after, record("x"))
		wantError(t, err, broker.ErrConflict)
	}
	last, err := store.Last(t.Context(), id)
	if err != nil || last.Version != second || last.Before != first || last.Chunks[0] != "b" || !last.SubmittedAt.Equal(record().SubmittedAt) {
		t.Errorf("last %+v, %v", last, err)
	}
	wantTexts(t, store, id, 0, second, "a", "b")
}

// TestOneOfManyAdds has nodes that add to one message at once: behind each record is
// one other.
func TestOneOfManyAdds(t *testing.T) {
	t.Parallel()
	engine := enginetest.Start(t, 1)
	stores := []*jetstream.Store{open(t, jetstream.Config{URLs: engine.URLs()}), open(t, jetstream.Config{URLs: engine.URLs()})}
	id := newID()
	const rounds = 20
	var nodes sync.WaitGroup
	won := make([]int, len(stores))
	for i, store := range stores {
		nodes.Go(func() {
			for after := uint64(0); won[i] < rounds; {
				_, err := store.Add(t.Context(), id, after, record(strconv.Itoa(i)))
				switch {
				case err == nil:
					won[i]++
				case !errors.Is(err, broker.ErrConflict):
					t.Error(err)
					return
				}
				last, err := store.Last(t.Context(), id)
				if err != nil {
					t.Error(err)
					return
				}
				after = last.Version
			}
		})
	}
	nodes.Wait()
	last, err := stores[0].Last(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	records, err := stores[1].Read(t.Context(), id, 0, last.Version)
	if err != nil || len(records) != len(stores)*rounds {
		t.Errorf("%d records, %v; want %d", len(records), err, len(stores)*rounds)
	}
}

// TestAddIsAnsweredLate loses answers: what is added is there once, and that is the
// version that is told.
func TestAddIsAnsweredLate(t *testing.T) {
	t.Parallel()
	engine := enginetest.Start(t, 1)
	proxy := enginetest.NewProxy(t, engine.URLs()[0])
	store, id := open(t, jetstream.Config{URLs: []string{proxy.URL()}}), newID()
	first := add(t, store, id, 0, record("a"))

	lost := proxy.LoseAnswers("sseserver.m."+id.String(), 1)
	second := add(t, store, id, first, record("b"))
	next(t, lost, "an answer that was lost")
	wantTexts(t, store, id, 0, second, "a", "b")

	// Another node adds behind it, before it is sent again.
	other := open(t, jetstream.Config{URLs: engine.URLs()})
	lost = proxy.LoseAnswers("sseserver.m."+id.String(), 1)
	added := make(chan uint64)
	go func() { added <- add(t, store, id, second, record("c")) }()
	next(t, lost, "an answer that was lost")
	last, err := other.Last(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	fourth := add(t, other, id, last.Version, record("d"))
	if third := next(t, added, "the version"); third != last.Version {
		t.Errorf("version %d, want %d", third, last.Version)
	}
	wantTexts(t, store, id, 0, fourth, "a", "b", "c", "d")
}

// TestAddIsRefusedLate loses the answer that another record was first.
func TestAddIsRefusedLate(t *testing.T) {
	t.Parallel()
	engine := enginetest.Start(t, 1)
	proxy := enginetest.NewProxy(t, engine.URLs()[0])
	store, id := open(t, jetstream.Config{URLs: []string{proxy.URL()}}), newID()
	first := add(t, store, id, 0, record("a"))
	lost := proxy.LoseAnswers("sseserver.m."+id.String(), 1)
	_, err := store.Add(t.Context(), id, 0, record("b"))
	next(t, lost, "an answer that was lost")
	wantError(t, err, broker.ErrConflict)
	wantTexts(t, store, id, 0, first, "a")
}

func TestAddIsSentTwice(t *testing.T) {
	t.Parallel()
	engine := enginetest.Start(t, 1)
	proxy := enginetest.NewProxy(t, engine.URLs()[0])
	store, id := open(t, jetstream.Config{URLs: []string{proxy.URL()}}), newID()
	doubled := proxy.Double("sseserver.m."+id.String(), 2)
	last := addEach(t, store, id, 0, "a", "b")
	next(t, doubled, "a record that was doubled")
	wantTexts(t, store, id, 0, last, "a", "b")
}

func TestGone(t *testing.T) {
	t.Parallel()
	store, id := single(t), newID()
	last := addEach(t, store, id, 0, "a", "b", "c")
	_, err := store.Add(t.Context(), id, 0, removed())
	wantError(t, err, broker.ErrConflict)
	gone := add(t, store, id, last, removed())

	for _, after := range []uint64{0, last} { // late records revive nothing
		_, err := store.Add(t.Context(), id, after, record("d"))
		wantError(t, err, broker.ErrConflict)
	}
	r, err := store.Last(t.Context(), id)
	if err != nil || r.Version != gone || r.Gone != broker.RemovedByRequest {
		t.Errorf("last %+v, %v", r, err)
	}
	_, err = store.Read(t.Context(), id, 0, last)
	wantError(t, err, broker.ErrNotFound)
	_, err = store.Read(t.Context(), id, last-1, last)
	wantError(t, err, broker.ErrNotFound)
}

func TestLongText(t *testing.T) {
	t.Parallel()
	store, id := single(t), newID()
	letters := strings.Split(strings.Repeat("x", 256<<10), "")
	whole := strings.Repeat("y", 256<<10)
	one := add(t, store, id, 0, record(letters...)) // takes the most of all records
	if r, err := store.Last(t.Context(), id); err != nil || len(r.Chunks) != len(letters) {
		t.Errorf("%d chunks, %v", len(r.Chunks), err)
	}
	last := addEach(t, store, id, one, whole, whole, whole)
	wantTexts(t, store, id, one, last, whole, whole, whole)
	records, err := store.Read(t.Context(), id, 0, one)
	if err != nil || len(records) != 1 || len(records[0].Chunks) != len(letters) {
		t.Errorf("%d records, %v", len(records), err)
	}
	if r, err := store.Last(t.Context(), id); err != nil || r.Chunks[0] != whole {
		t.Error(err)
	}
}

// TestFullEngine has engines that have no room, of which only a removal makes some.
func TestFullEngine(t *testing.T) {
	t.Parallel()
	const room = 1 << 20
	for name, start := range map[string]func() []string{
		"engine": func() []string {
			return enginetest.Start(t, 1, func(o *server.Options) { o.JetStreamMaxStore = room }).URLs()
		},
		"stream": func() []string {
			urls := enginetest.Start(t, 1).URLs()
			open(t, jetstream.Config{URLs: urls}) // makes the stream
			limit(t, urls[0], room)
			return urls
		},
	} {
		store := open(t, jetstream.Config{URLs: start()})
		text := strings.Repeat("x", 200<<10)
		var ids []broker.MessageID
		var versions []uint64
		for {
			id := newID()
			stamp, err := store.Add(t.Context(), id, 0, record(text))
			if errors.Is(err, broker.ErrStoreFull) {
				break
			}
			if err != nil {
				t.Fatal(name, err)
			}
			ids, versions = append(ids, id), append(versions, stamp.Version)
		}
		if len(ids) < 3 || len(ids) > 6 {
			t.Fatalf("%s: %d messages have found room", name, len(ids))
		}
		_, err := store.Add(t.Context(), ids[0], versions[0], record(text))
		wantError(t, err, broker.ErrStoreFull)
		fill(t, store, ids[1], versions[1])

		gone := add(t, store, ids[0], versions[0], removed())
		last, err := store.Last(t.Context(), ids[0])
		if err != nil || last.Version != gone || last.Gone != broker.RemovedByRequest {
			t.Errorf("%s: last %+v, %v", name, last, err)
		}
		_, err = store.Add(t.Context(), ids[0], versions[0], record("late"))
		wantError(t, err, broker.ErrConflict)
		add(t, store, newID(), 0, record(text[:100<<10]))
	}
}

// fill adds shorter and shorter texts, until there is no room for one of a letter.
func fill(t *testing.T, store *jetstream.Store, id broker.MessageID, after uint64) {
	t.Helper()
	for size := 100 << 10; size > 0; {
		stamp, err := store.Add(t.Context(), id, after, record(strings.Repeat("x", size)))
		switch {
		case errors.Is(err, broker.ErrStoreFull):
			size /= 10
		case err != nil:
			t.Fatal(err)
		default:
			after = stamp.Version
		}
	}
}

// limit gives a stream a size, as an operator does.
func limit(t *testing.T, url string, bytes int64) {
	t.Helper()
	js := client(t, url)
	info, err := js.StreamInfo("sseserver")
	if err != nil {
		t.Fatal(err)
	}
	info.Config.MaxBytes = bytes
	if _, err := js.UpdateStream(&info.Config); err != nil {
		t.Fatal(err)
	}
}
