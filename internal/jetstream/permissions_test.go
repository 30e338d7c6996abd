package jetstream_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"sseserver/broker"
	"sseserver/internal/jetstream"
	"sseserver/internal/jetstream/enginetest"
)

// TestPermissions has a user that may do what the documentation says, and no more. That
// is enough for all that a store does.
func TestPermissions(t *testing.T) {
	t.Parallel()
	const room = 1 << 20
	documented := accounts(t, "../../docs/security.md")
	engine := enginetest.Start(t, 1, documented)
	refused := new(refusals)
	engine.Log(refused)
	url := strings.Replace(engine.URLs()[0], "nats://", "nats://sseserver:change-me@", 1)
	expired := make(chan broker.Removal, 1)
	store := open(t, jetstream.Config{URLs: []string{url}, Expired: func(r broker.Removal) { expired <- r }})
	limit(t, url, room)

	id, old := newID(), newID()
	records, _ := follow(t, store, id)
	last := addEach(t, store, id, 0, "a", "b")
	next(t, records, "a record")
	wantTexts(t, store, id, 0, last, "a", "b")
	gone := add(t, store, id, last, removed())
	if r, err := store.Last(t.Context(), id); err != nil || r.Version != gone {
		t.Errorf("last %+v, %v", r, err)
	}
	last = add(t, store, old, 0, record(strings.Repeat("x", 200<<10)))
	fill(t, store, old, last)
	if err := store.SweepOnce(t.Context(), 2*time.Hour); err != nil {
		t.Fatal(err)
	}
	if r := next(t, expired, "a removal"); r.MessageID != old {
		t.Errorf("got %+v", r)
	}
	for _, line := range refused.all() {
		t.Errorf("the NATS server says %s", line)
	}
}

// accounts returns the option that has the accounts of a configuration in a document.
func accounts(t *testing.T, document string) func(*server.Options) {
	t.Helper()
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)```nats sseserver.conf\n(.*?)```").FindSubmatch(text)
	if found == nil {
		t.Fatalf("%s has no configuration", document)
	}
	file := filepath.Join(t.TempDir(), "sseserver.conf")
	if err := os.WriteFile(file, found[1], 0o600); err != nil {
		t.Fatal(err)
	}
	parsed, err := server.ProcessConfigFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return func(o *server.Options) { o.Accounts, o.Users = parsed.Accounts, parsed.Users }
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
