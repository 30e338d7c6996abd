package soak

import (
	"context"
	"errors"
	"strings"
	"testing"
)

func TestParseState(t *testing.T) {
	text := `# HELP go_goroutines Number of goroutines that currently exist.
go_goroutines 212
sseserver_messages_stored 7
sseserver_messages_submitted_total 1.2e+03
sseserver_streams_active{kind="characters"} 50
sseserver_streams_active{kind="progress"} 2
sseserver_streams_opened_total{kind="characters",resumed="false"} 80
sseserver_streams_opened_total{kind="progress",resumed="true"} 9
`
	got, err := parseState(strings.NewReader(text))
	want := state{streams: 52, stored: 7, opened: 89, submitted: 1200}
	if err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	if _, err := parseState(strings.NewReader("sseserver_messages_stored many\n")); err == nil {
		t.Error("want an error")
	}
}

func TestAwait(t *testing.T) {
	asked := 0
	err := await(t.Context(), func() error {
		if asked++; asked < 2 {
			return errors.New("not yet")
		}
		return nil
	})
	if err != nil || asked != 2 {
		t.Errorf("asked %d times, got %v", asked, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	never := errors.New("never")
	if err := await(ctx, func() error { return never }); !errors.Is(err, never) || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, never)
	}
}

// The names of rotated files sort as they were written.
func TestLogsAreInOrder(t *testing.T) {
	s := &subject{dir: "d", turns: 2}
	if got, want := strings.Join(s.logs(), " "), "d/server.log.000001 d/server.log.000002 d/server.log"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
