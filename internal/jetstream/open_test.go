package jetstream_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"sseserver/broker"
	"sseserver/internal/jetstream"
	"sseserver/internal/jetstream/enginetest"
)

func TestSettingsThatCannotWork(t *testing.T) {
	for _, test := range []struct {
		config jetstream.Config
		want   string
	}{
		{jetstream.Config{URLs: []string{"nats://a", "nats://me:secret@b:x"}}, "jetstream: URL 2 of 2 is not that of a NATS server, such as nats://127.0.0.1:4222"},
		{jetstream.Config{URLs: []string{"http://a"}}, "jetstream: URL 1 of 1 is not that of a NATS server, such as nats://127.0.0.1:4222"},
		{jetstream.Config{URLs: []string{""}}, "jetstream: URL 1 of 1 is not that of a NATS server, such as nats://127.0.0.1:4222"},
		{jetstream.Config{Stream: "a.b"}, `jetstream: "a.b" cannot be a stream's name: use letters, digits, '-' and '_'`},
		{jetstream.Config{Replicas: 6}, "jetstream: a stream has 1 to 5 replicas, not 6"},
		{jetstream.Config{Replicas: -1}, "jetstream: a stream has 1 to 5 replicas, not -1"},
		{jetstream.Config{TTL: -1}, "jetstream: a time is negative"},
	} {
		if _, err := jetstream.Open(t.Context(), test.config); err == nil || err.Error() != test.want {
			t.Errorf("%+v\n got %v\nwant %v", test.config, err, test.want)
		}
	}
}

// TestEngineThatDoesNotFit wants one line for what somebody has to mend.
func TestEngineThatDoesNotFit(t *testing.T) {
	t.Parallel()
	none := filepath.Join(t.TempDir(), "none.creds")
	garbage := filepath.Join(t.TempDir(), "garbage.creds")
	if err := os.WriteFile(garbage, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	password := func(o *server.Options) { o.Username, o.Password = "me", "right" }
	for _, test := range []struct {
		name    string
		options func(*server.Options)
		config  jetstream.Config
		want    string
	}{
		{"no credentials", password, jetstream.Config{}, "cannot connect to NATS: Authorization Violation"},
		{"wrong credentials", password, jetstream.Config{URLs: []string{"me:wrong@"}}, "cannot connect to NATS: Authorization Violation"},
		{"no file", nil, jetstream.Config{Creds: none}, "none.creds: no such file"},
		{"no credentials in the file", nil, jetstream.Config{Creds: garbage}, "cannot connect to NATS: "},
		{"no JetStream", func(o *server.Options) { o.JetStream = false }, jetstream.Config{}, "JetStream is not enabled on the NATS server"},
		{"small messages", func(o *server.Options) { o.MaxPayload = 512 << 10 }, jetstream.Config{}, "the NATS server has a max_payload of 524288, but 819200 is needed"},
		{"one server", nil, jetstream.Config{Replicas: 3}, "3 replicas need as many NATS servers that are one cluster"},
		{"nothing allowed", func(o *server.Options) {
			denied := &server.SubjectPermission{Deny: []string{"$JS.API.>"}}
			o.Users = []*server.User{{Username: "me", Password: "right", Permissions: &server.Permissions{Publish: denied}}}
		}, jetstream.Config{URLs: []string{"me:right@"}}, `permissions violation: Permissions Violation for Publish to "$JS.API.`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			options := []func(*server.Options){}
			if test.options != nil {
				options = append(options, test.options)
			}
			url := enginetest.Start(t, 1, options...).URLs()[0]
			if user := test.config.URLs; user != nil {
				url = strings.Replace(url, "nats://", "nats://"+user[0], 1)
			}
			test.config.URLs = []string{url}
			_, err := jetstream.Open(t.Context(), test.config)
			if err == nil || !strings.HasPrefix(err.Error(), "jetstream: ") || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %v, want %v", err, test.want)
			}
			for _, secret := range []string{"wrong", "right", "\n"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("%q is in %q", secret, err)
				}
			}
		})
	}
}

// TestStreamOfOthers has a stream of the name that is for something else.
func TestStreamOfOthers(t *testing.T) {
	t.Parallel()
	url := enginetest.Start(t, 1).URLs()[0]
	js := client(t, url)
	for i, test := range []struct {
		change func(*nats.StreamConfig)
		want   string
	}{
		{func(c *nats.StreamConfig) {}, ""},
		{func(c *nats.StreamConfig) { c.MaxBytes = 1 << 20 }, ""},
		{func(c *nats.StreamConfig) { c.Subjects = []string{"orders.*"}; c.RePublish = nil }, "its subjects are others"},
		{func(c *nats.StreamConfig) { c.RePublish = nil }, "it does not publish what is stored again"},
		{func(c *nats.StreamConfig) { c.Storage = nats.MemoryStorage }, "it is not on file"},
		{func(c *nats.StreamConfig) { c.AllowDirect = false }, "have to be allowed"},
		{func(c *nats.StreamConfig) { c.DenyPurge, c.AllowRollup = true, false }, "have to be allowed"},
		{func(c *nats.StreamConfig) { c.MaxAge = time.Hour }, "it discards messages itself"},
		{func(c *nats.StreamConfig) { c.Discard = nats.DiscardOld }, "it discards messages itself"},
		{func(c *nats.StreamConfig) { c.MaxMsgSize = 1000 }, "its messages may have 1000 bytes"},
	} {
		// None is deleted: the engine clears an empty directory up while the next is made in it.
		name := fmt.Sprintf("x%d", i)
		config := nats.StreamConfig{
			Name: name, Subjects: []string{name + ".m.*"}, Discard: nats.DiscardNew, AllowDirect: true, AllowRollup: true, AllowMsgTTL: true,
			RePublish: &nats.RePublish{Source: name + ".m.*", Destination: name + ".live.{{wildcard(1)}}"},
		}
		test.change(&config)
		if _, err := js.AddStream(&config); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		store, err := jetstream.Open(t.Context(), jetstream.Config{URLs: []string{url}, Stream: name})
		if err == nil {
			_ = store.Run(ctx)
		}
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v\n got %v\nwant %v", config, err, test.want)
		}
	}
}

// TestFirstNodes has several nodes make the stream at once.
func TestFirstNodes(t *testing.T) {
	t.Parallel()
	urls := enginetest.Start(t, 1).URLs()
	stores := make([]*jetstream.Store, 4)
	var nodes sync.WaitGroup
	for i := range stores {
		nodes.Go(func() { stores[i] = open(t, jetstream.Config{URLs: urls, Stream: "other"}) })
	}
	nodes.Wait()
	id := newID()
	last := addEach(t, stores[0], id, 0, "a", "b")
	for _, store := range stores {
		if store == nil || !store.Available() {
			t.Fatal("a node is not there")
		}
		wantTexts(t, store, id, 0, last, "a", "b")
	}
}

// TestStreamOutlivesItsEngine has a message that was there before an engine started.
func TestStreamOutlivesItsEngine(t *testing.T) {
	t.Parallel()
	engine := enginetest.Start(t, 1)
	events := newEvents()
	store, id := open(t, events.config(engine.URLs())), newID()
	last := addEach(t, store, id, 0, "a", "b")
	engine.Kill(0)
	next(t, events.lost, "the loss")
	_, err := store.Last(t.Context(), id)
	wantError(t, err, broker.ErrStoreUnavailable)
	engine.Restart(0)
	next(t, events.restored, "the engine")
	wantTexts(t, store, id, 0, last, "a", "b")
	add(t, store, id, last, record("c"))
}

// TestAfterTheEnd asks a store whose Run has returned.
func TestAfterTheEnd(t *testing.T) {
	t.Parallel()
	store, err := jetstream.Open(t.Context(), jetstream.Config{URLs: enginetest.Start(t, 1).URLs()})
	if err != nil {
		t.Fatal(err)
	}
	id := newID()
	last := add(t, store, id, 0, record("a"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := store.Run(ctx); err != nil || store.Available() {
		t.Errorf("Run: %v; available %v", err, store.Available())
	}
	_, err = store.Last(t.Context(), id)
	wantError(t, err, broker.ErrStoreUnavailable)
	_, err = store.Read(t.Context(), id, 0, last)
	wantError(t, err, broker.ErrStoreUnavailable)
	store.Follow(id, func(broker.Record) {})()
}
