package eventsource_test

import (
	"context"
	"fmt"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"sseserver/internal/eventsource"
)

// A reader that rests is armed again, and gets all that came meanwhile.
func TestRestAndReconnectOverSockets(t *testing.T) {
	for _, tr := range transports() {
		tr.MaxReadBytes = 7
		connections, opened := 0, make(chan struct{}, 3)
		url := serveRaw(t, func(c net.Conn, request string) {
			connections++
			switch connections {
			case 1:
				write(c, okHead+"\r\n")
				<-opened
				write(c, "id:1\ndata:a\n\ndata:b\n\ndata:reconnect\n\ndata:unseen\n\n")
				_, _ = c.Read(make([]byte, 1))
			case 2:
				lastEventID(c, request)
			default:
				noContent(c, "")
			}
		})
		j := journal{onOpen: func() { opened <- struct{}{} }}
		rest := time.Microsecond
		j.onRead = func(eventsource.Read) time.Duration { return rest }
		j.onEvent = func(data string) error {
			switch data {
			case "b":
				rest = 0 // what has come already is read without a pause from here on
			case "reconnect":
				return eventsource.ErrReconnect // what comes after it must not be reported
			}
			return nil
		}
		run(t, t.Context(), eventsource.Config{URL: url, Handler: &j, ReconnectionTime: -1, Transport: tr})
		j.want(t, "open", `event "" "a" id="1"`, `event "" "b" id="1"`, `event "" "reconnect" id="1"`, "closed: dropped",
			"open, resumed", `event "" "got \"1\"" id="1"`, "closed: ended", "closed: no_content 204, final")
	}
}

// Many sources come and go at once, so that descriptors are used again at once:
// each must only ever see its own stream, in order.
func TestManySourcesShareAPoller(t *testing.T) {
	const sources, connections, events = 40, 10, 20
	url := serveRaw(t, func(c net.Conn, request string) {
		name := strings.Fields(request)[1]
		write(c, okHead+"Transfer-Encoding: chunked\r\n\r\n")
		for i := range events {
			event := fmt.Sprintf("data:%s %d\n\n", name, i)
			write(c, fmt.Sprintf("%x\r\n%s\r\n", len(event), event))
		}
		write(c, "0\r\n\r\n")
	})
	url, _, _ = strings.Cut(url, "/stream")
	tr := &eventsource.Transport{Poll: true}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var ran sync.WaitGroup
	for i := range sources {
		ran.Go(func() {
			name := fmt.Sprintf("/%d", i)
			next, opened := 0, 0
			var j journal
			j.onOpen = func() { next = 0; opened++ }
			j.onEvent = func(data string) error {
				if want := fmt.Sprintf("%s %d", name, next); data != want {
					t.Errorf("got event %q, want %q", data, want)
				}
				if next++; opened%3 == 0 && next == events/2 {
					return eventsource.ErrReconnect
				}
				if opened == connections {
					return errRefused
				}
				return nil
			}
			s, err := eventsource.New(eventsource.Config{URL: url + name, Handler: &j, ReconnectionTime: -1, Transport: tr})
			if err != nil {
				t.Error(err)
				return
			}
			_ = s.Run(ctx)
			if opened != connections {
				t.Errorf("source %s was opened %d times, want %d", name, opened, connections)
			}
		})
	}
	ran.Wait()
}

// More sources are ready at once than a poller serves in one turn, and all of
// that turn end in it: the others have theirs all the same.
func TestMoreThanOneTurn(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // one poller
	const sources = 300
	var opened, written sync.WaitGroup
	opened.Add(sources)
	written.Add(sources)
	url := serveRaw(t, func(c net.Conn, _ string) {
		write(c, okHead+"\r\n")
		opened.Wait()
		write(c, "data:a\n\n")
		written.Done()
		_, _ = c.Read(make([]byte, 1))
	})
	tr := &eventsource.Transport{Poll: true}
	var ran sync.WaitGroup
	for range sources {
		j := journal{onOpen: opened.Done, onEvent: func(string) error {
			written.Wait() // the first that is served makes all others ready
			return errRefused
		}}
		s, err := eventsource.New(eventsource.Config{URL: url, Handler: &j, Transport: tr})
		if err != nil {
			t.Fatal(err)
		}
		ran.Go(func() { _ = s.Run(t.Context()) })
	}
	ran.Wait()
}

// The poller's goroutine ends with the last source, and begins again with the next.
func TestPollerComesAndGoes(t *testing.T) {
	tr := &eventsource.Transport{Poll: true}
	url := serveRaw(t, stream("data:a\n\n"))
	for range 10 {
		var j journal
		run(t, t.Context(), eventsource.Config{URL: url, Handler: &j, NoReconnect: true, Transport: tr})
		j.want(t, "open", `event "" "a" id=""`, "closed: ended, final")
	}
}
