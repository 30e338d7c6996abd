package jetstream_test

import (
	"context"
	"errors"
	"flag"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"go.uber.org/goleak"

	"sseserver/broker"
	"sseserver/internal/jetstream"
	"sseserver/internal/jetstream/enginetest"
)

func TestMain(m *testing.M) {
	flag.Parse()
	chosen := false
	flag.Visit(func(f *flag.Flag) { chosen = chosen || f.Name == "test.parallel" })
	if !chosen {
		_ = flag.Set("test.parallel", "8") // most tests wait for an engine, and not for a processor
	}
	const server = "github.com/nats-io/nats-server/v2/server"
	goleak.VerifyTestMain(m, // an engine that is shut down while it makes a stream may leave the stream's files open
		goleak.IgnoreAnyFunction(server+".(*fileStore).flushStreamStateLoop"),
		goleak.IgnoreAnyFunction(server+".(*msgBlock).flushLoop"),
		goleak.IgnoreAnyFunction(server+"/ats.Register.func1"),
	)
}

// deadline is how long a test waits for what has to come.
const deadline = time.Minute

func newID() broker.MessageID { return broker.MessageID(uuid.New()) }

// single starts one engine with a store.
func single(t testing.TB) *jetstream.Store {
	t.Helper()
	return open(t, jetstream.Config{URLs: enginetest.Start(t, 1).URLs()})
}

// open opens a store that runs until the test ends.
func open(t testing.TB, config jetstream.Config) *jetstream.Store {
	t.Helper()
	store, err := jetstream.Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- store.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return store
}

// record returns a change of which the submission is long ago.
func record(chunks ...string) broker.Record {
	return broker.Record{SubmittedAt: time.UnixMicro(1_790_000_000_000_000), Chunks: chunks}
}

func removed() broker.Record {
	r := record()
	r.Gone = broker.RemovedByRequest
	return r
}

// add adds a record, and returns its version.
func add(t testing.TB, store *jetstream.Store, id broker.MessageID, after uint64, record broker.Record) uint64 {
	t.Helper()
	stamp, err := store.Add(t.Context(), id, after, record)
	if err != nil {
		t.Fatal(err)
	}
	return stamp.Version
}

// addEach adds a record for each text, and returns the version of the last.
func addEach(t testing.TB, store *jetstream.Store, id broker.MessageID, after uint64, texts ...string) uint64 {
	t.Helper()
	for _, text := range texts {
		after = add(t, store, id, after, record(text))
	}
	return after
}

// wantTexts wants the records of a message, each of which has one chunk.
func wantTexts(t testing.TB, store *jetstream.Store, id broker.MessageID, after, to uint64, want ...string) {
	t.Helper()
	records, err := store.Read(t.Context(), id, after, to)
	if err != nil || len(records) != len(want) {
		t.Fatalf("%d records, %v; want %d", len(records), err, len(want))
	}
	for i, r := range records {
		if r.Chunks[0] != want[i] || r.Before != after {
			t.Errorf("record %d is %q behind %d; want %q behind %d", i, r.Chunks, r.Before, want[i], after)
		}
		after = r.Version
	}
}

func wantError(t testing.TB, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
}

// next returns what comes next.
func next[T any](t testing.TB, from <-chan T, what string) (value T) {
	t.Helper()
	select {
	case value = <-from:
	case <-time.After(deadline):
		t.Fatal(what + " has not come")
	}
	return value
}

// connect connects to an engine as others do.
func connect(t testing.TB, url string) *nats.Conn {
	t.Helper()
	conn, err := nats.Connect(url, nats.Timeout(deadline))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	return conn
}

// client returns what an operator uses.
func client(t testing.TB, url string) nats.JetStreamContext {
	t.Helper()
	js, err := connect(t, url).JetStream(nats.MaxWait(deadline))
	if err != nil {
		t.Fatal(err)
	}
	return js
}
