package eventsource_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/internal/eventsource"
)

const inMemory = "http://in.memory/"

// stream answers with an event stream and ends the connection.
func stream(body string) func(net.Conn, string) {
	return func(c net.Conn, _ string) { write(c, okHead+"\r\n"+body) }
}

// open answers with an event stream that stays open until the client leaves.
func open(body string) func(net.Conn, string) {
	return func(c net.Conn, _ string) {
		write(c, okHead+"\r\n"+body)
		_, _ = io.Copy(io.Discard, c)
	}
}

func noContent(c net.Conn, _ string) { write(c, "HTTP/1.1 204 No Content\r\n\r\n") }

// lastEventID reports the header of the request as an event.
func lastEventID(c net.Conn, request string) {
	_, id, _ := strings.Cut(request, "Last-Event-Id: ")
	id, _, _ = strings.Cut(id, "\r\n")
	write(c, okHead+fmt.Sprintf("\r\ndata:got %q\n\n", id))
}

// timed runs a source in a bubble and checks what happened when.
func timed(t *testing.T, cfg eventsource.Config, setup func(context.CancelFunc, *journal), want ...string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		j := &journal{timed: time.Now()}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		cfg.URL, cfg.Handler = inMemory, j
		s, err := eventsource.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		if setup != nil {
			setup(cancel, j)
		}
		var end *eventsource.Error
		if err := s.Run(ctx); !errors.As(err, &end) {
			t.Errorf("Run returned %v, want an *Error", err)
		}
		j.add("Run returned")
		j.want(t, want...)
	})
}

func TestReconnectionTime(t *testing.T) {
	timed(t, eventsource.Config{Transport: memory(
		stream("data:a\n\n"),                           // the default applies
		stream("retry:1500\nid:1\ndata:b\n\ndata:x\n"), // the server's, and an unfinished event
		stream("retry:soon\nid:2\n\n"),                 // stays; an id alone counts
		lastEventID,
		stream("id\n\nretry:0\n"), // an empty id is no id
		lastEventID,
		noContent,
	)}, nil,
		"0s open", `0s event "" "a" id=""`, "0s closed: ended, wait 3s",
		"3s open", `3s event "" "b" id="1"`, "3s closed: truncated, wait 1.5s",
		"4.5s open, resumed", "4.5s closed: ended, wait 1.5s",
		"6s open, resumed", `6s event "" "got \"2\"" id="2"`, "6s closed: ended, wait 1.5s",
		"7.5s open, resumed", "7.5s closed: ended",
		"7.5s open", `7.5s event "" "got \"\"" id=""`, "7.5s closed: ended",
		"7.5s closed: no_content 204, final",
		"7.5s Run returned",
	)
}

func TestInitialValues(t *testing.T) {
	timed(t, eventsource.Config{
		ReconnectionTime: 10 * time.Millisecond,
		LastEventID:      "first",
		Transport:        memory(lastEventID, nil, lastEventID, noContent),
	}, nil,
		"0s open, resumed", `0s event "" "got \"first\"" id="first"`, "0s closed: ended, wait 10ms",
		"10ms closed: connect_failed, wait 10ms",
		"20ms open, resumed", `20ms event "" "got \"first\"" id="first"`, "20ms closed: ended, wait 10ms",
		"30ms closed: no_content 204, final",
		"30ms Run returned",
	)
	timed(t, eventsource.Config{ReconnectionTime: -1, Transport: memory(nil, noContent)}, nil,
		"0s closed: connect_failed", "0s closed: no_content 204, final", "0s Run returned")
	timed(t, eventsource.Config{NoReconnect: true, Transport: memory(nil)}, nil,
		"0s closed: connect_failed, final", "0s Run returned")
}

func TestReadTimeout(t *testing.T) {
	timed(t, eventsource.Config{
		ReadTimeout: time.Second,
		Transport: memory(
			func(c net.Conn, _ string) { // any byte counts, the one of a head as that of a comment
				time.Sleep(900 * time.Millisecond)
				write(c, okHead+"\r\n")
				for range 3 {
					time.Sleep(900 * time.Millisecond)
					write(c, "x")
				}
				_, _ = io.Copy(io.Discard, c)
			},
			func(c net.Conn, _ string) { _, _ = io.Copy(io.Discard, c) }, // not even a head
			noContent,
		),
	}, nil,
		"900ms open", "4.6s closed: read_timeout, wait 3s",
		"8.6s closed: read_timeout, wait 3s",
		"11.6s closed: no_content 204, final", "11.6s Run returned",
	)
}

func TestHandlerDropsConnection(t *testing.T) {
	timed(t, eventsource.Config{Transport: memory(open("id:1\ndata:drop\n\nid:2\ndata:unseen\n\n"), lastEventID, noContent)},
		func(_ context.CancelFunc, j *journal) {
			j.onEvent = func(data string) error {
				if data == "drop" {
					return eventsource.ErrReconnect
				}
				return nil
			}
		},
		"0s open", `0s event "" "drop" id="1"`, "0s closed: dropped, wait 3s",
		"3s open, resumed", `3s event "" "got \"1\"" id="1"`, "3s closed: ended, wait 3s",
		"6s closed: no_content 204, final", "6s Run returned",
	)
}

func TestHandlerStops(t *testing.T) {
	errEnough := errors.New("enough")
	var j journal
	j.onEvent = func(string) error { return errEnough }
	end := run(t, t.Context(), eventsource.Config{URL: inMemory, Handler: &j, Transport: memory(open("data:a\n\ndata:b\n\n"))})
	if !errors.Is(end, errEnough) {
		t.Errorf("got error %v", end)
	}
	j.want(t, "open", `event "" "a" id=""`, "closed: stopped, final")
}

// A slow reader rests after each read; the read timeout does not run meanwhile.
func TestSlowReader(t *testing.T) {
	tr := memory(stream("data:abc\n\n"), noContent)
	tr.MaxReadBytes = 5
	timed(t, eventsource.Config{Transport: tr, ReadTimeout: time.Second},
		func(_ context.CancelFunc, j *journal) {
			j.onRead = func(r eventsource.Read) time.Duration {
				j.add("read %d bytes, %d events", r.Bytes, r.Events)
				return 10 * time.Second
			}
		},
		"0s open",
		`0s event "" "abc" id=""`, "0s read 10 bytes, 1 events", // what came with the head is one read
		"10s closed: ended, wait 3s",
		"13s closed: no_content 204, final", "13s Run returned",
	)
	tr = memory(func(c net.Conn, _ string) { write(c, okHead+"\r\n"); write(c, "data:abc\n\n") }, noContent)
	tr.MaxReadBytes = 5
	timed(t, eventsource.Config{Transport: tr, ReadTimeout: time.Second},
		func(_ context.CancelFunc, j *journal) {
			j.onRead = func(r eventsource.Read) time.Duration {
				j.add("read %d bytes, %d events", r.Bytes, r.Events)
				return 10 * time.Second
			}
		},
		"0s open",
		"0s read 5 bytes, 0 events",
		`10s event "" "abc" id=""`, "10s read 5 bytes, 1 events",
		"20s closed: ended, wait 3s",
		"23s closed: no_content 204, final", "23s Run returned",
	)
}

func TestStall(t *testing.T) {
	timed(t, eventsource.Config{Transport: memory(open("data:a\n\n")), ReadTimeout: time.Second},
		func(cancel context.CancelFunc, j *journal) {
			j.onRead = func(eventsource.Read) time.Duration { return eventsource.Stall }
			time.AfterFunc(2*time.Hour, cancel)
		},
		"0s open", `0s event "" "a" id=""`, "2h0m0s closed: cancelled, final",
		"2h0m0s Run returned",
	)
}

func TestCancel(t *testing.T) {
	silent := func(c net.Conn, _ string) { _, _ = io.Copy(io.Discard, c) }
	for _, c := range []struct {
		name   string
		answer func(net.Conn, string)
		want   []string
	}{
		{"before the head", silent, []string{"1s closed: cancelled, final", "1s Run returned"}},
		{"while reading", open(""), []string{"0s open", "1s closed: cancelled, final", "1s Run returned"}},
		{"while waiting", nil, []string{"0s closed: connect_failed, wait 3s", "1s Run returned"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			timed(t, eventsource.Config{Transport: memory(c.answer)},
				func(cancel context.CancelFunc, _ *journal) {
					time.AfterFunc(time.Second, cancel)
				},
				c.want...)
		})
	}
	t.Run("while connecting", func(t *testing.T) {
		tr := &eventsource.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}}
		timed(t, eventsource.Config{Transport: tr, ReadTimeout: time.Second / 2},
			func(cancel context.CancelFunc, _ *journal) {
				time.AfterFunc(5*time.Second, cancel)
			},
			"500ms closed: read_timeout, wait 3s", "4s closed: read_timeout, wait 3s", "5s Run returned")
		timed(t, eventsource.Config{Transport: tr},
			func(cancel context.CancelFunc, _ *journal) {
				time.AfterFunc(4*time.Second, cancel)
			},
			"4s closed: cancelled, final", "4s Run returned")
	})
	t.Run("before all", func(t *testing.T) {
		cause := errors.New("the plan changed")
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(cause)
		var j journal
		end := run(t, ctx, eventsource.Config{URL: inMemory, Handler: &j, Transport: memory(open(""))})
		if !errors.Is(end, cause) {
			t.Errorf("got error %v, want the cause of the context", end)
		}
		j.want(t, "closed: cancelled, final")
	})
}
