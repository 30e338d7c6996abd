package jetstream

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats-server/v2/server"

	"sseserver/broker"
	"sseserver/internal/jetstream/enginetest"
)

// The permissions that docs/security.md shows are enough for all that a store does.
func TestPermissionsInTheDocs(t *testing.T) {
	refused := new(refusals)
	engine := enginetest.Start(t, 1, func(o *server.Options) {
		port, dir := o.Port, o.StoreDir
		if err := o.ProcessConfigFile(shown(t)); err != nil {
			t.Fatal(err)
		}
		o.Port, o.StoreDir = port, dir
	})
	engine.Log(refused)
	var expired []broker.MessageID
	store, err := Open(t.Context(), Config{
		URLs:    []string{strings.Replace(engine.URLs()[0], "://", "://sseserver:change-me@", 1)},
		Expired: func(r broker.Removal) { expired = append(expired, r.MessageID) },
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- store.Run(ctx) }()

	id := broker.MessageID(uuid.New())
	live := make(chan broker.Record, 3)
	defer store.Follow(id, func(r broker.Record) { live <- r })()
	first, err := store.Add(t.Context(), id, 0, broker.Record{SubmittedAt: time.Now(), Chunks: []string{"Hi"}, State: broker.StateComplete})
	if err != nil {
		t.Fatal(err)
	}
	if r := <-live; r.Version != first.Version {
		t.Errorf("%+v comes, want version %d", r, first.Version)
	}
	if last, err := store.Last(t.Context(), id); err != nil || last.Version != first.Version {
		t.Errorf("the last record is %+v, %v", last, err)
	}
	if records, err := store.Read(t.Context(), id, 0, first.Version); err != nil || len(records) != 1 {
		t.Errorf("the records are %+v, %v", records, err)
	}
	if err := store.sweepOnce(t.Context(), time.Now().Add(3*time.Hour)); err != nil || len(expired) != 1 || expired[0] != id {
		t.Errorf("what has expired is %v, %v", expired, err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	for _, line := range refused.all() {
		t.Errorf("the NATS server says %s", line)
	}
}

// shown returns the file of the configuration that docs/security.md shows.
func shown(t *testing.T) (path string) {
	t.Helper()
	docs, err := os.ReadFile("../../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?ms)^```nats sseserver.conf\n(.*?)^```$").FindSubmatch(docs)
	if block == nil {
		t.Fatal("docs/security.md shows no sseserver.conf")
	}
	path = filepath.Join(t.TempDir(), "sseserver.conf")
	if err := os.WriteFile(path, block[1], 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// refusals is the log of a NATS server, of which it keeps the errors: what a user may
// not do is one.
type refusals struct {
	mu    sync.Mutex
	lines []string
}

func (r *refusals) Errorf(format string, v ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, fmt.Sprintf(format, v...))
}

func (r *refusals) all() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lines
}

func (r *refusals) Noticef(string, ...any) {}
func (r *refusals) Warnf(string, ...any)   {}
func (r *refusals) Fatalf(string, ...any)  {}
func (r *refusals) Debugf(string, ...any)  {}
func (r *refusals) Tracef(string, ...any)  {}
