package httpapi_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"sseserver/httpapi"
	"sseserver/httpapi/ssetest"
)

// beside is a listener beside that of a server. Each request lasts until its
// connection is closed, and says how it was taken.
type beside struct {
	t     *testing.T
	conns *httpapi.Beside
	addr  string
}

func newBeside(t *testing.T, server *httpapi.Server, limit, guests int) *beside {
	t.Helper()
	conns := server.NewBeside(limit, guests)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /short", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "short") })
	mux.HandleFunc("GET /lasts", func(w http.ResponseWriter, r *http.Request) {
		release, ok := conns.Hold(r)
		_, _ = fmt.Fprintln(w, ok)
		if ok {
			defer release()
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}
	})
	other := &http.Server{Handler: mux}
	conns.Bound(other)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- other.Serve(listener) }()
	t.Cleanup(func() {
		other.Close()
		<-served
	})
	return &beside{t, conns, listener.Addr().String()}
}

// dial opens a connection and sends a request that lasts, and says whether it may.
func (b *beside) dial() (conn net.Conn, held bool) {
	b.t.Helper()
	conn, held, err := b.watch()
	if err != nil {
		b.t.Fatal(err)
	}
	return conn, held
}

// watch is dial, for any goroutine.
func (b *beside) watch() (net.Conn, bool, error) {
	conn, err := net.Dial("tcp", b.addr)
	if err != nil {
		return nil, false, err
	}
	b.t.Cleanup(func() { conn.Close() })
	if _, err = fmt.Fprintf(conn, "GET /lasts HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		return nil, false, err
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return nil, false, err
	}
	var held bool
	_, err = fmt.Fscan(response.Body, &held)
	return conn, held, err
}

// wantClosed waits until a connection is closed.
func wantClosed(t *testing.T, conn net.Conn) {
	t.Helper()
	_, _ = io.Copy(io.Discard, conn) // until then, however it is
}

// Those who watch use what the public listener has no use for, and go when it has.
func TestGuests(t *testing.T) {
	server := ssetest.Start(t, ssetest.Config{API: httpapi.Config{MaxConns: 6, ConnReserve: 2}})
	b := newBeside(t, server.API, 4, 5)
	var watching []net.Conn
	for n := range 8 { // five guests, and three of its own
		conn, held := b.dial()
		if !held {
			t.Fatalf("watcher %d was not let in", n)
		}
		watching = append(watching, conn)
	}
	if _, held := b.dial(); held {
		t.Error("there is no bound")
	}
	response, err := http.Get("http://" + b.addr + "/short")
	if err != nil {
		t.Fatal("nothing else is answered: ", err)
	}
	response.Body.Close()
	http.DefaultClient.CloseIdleConnections()

	for n := range 3 { // the first of these has room beside the guests
		conn, err := net.Dial("tcp", strings.TrimPrefix(server.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if n > 0 {
			wantClosed(t, watching[n-1])
		}
	}
}

// Many who come at once to watch have one place after the other, and close nobody's
// connection.
func TestManyWatchersAtOnce(t *testing.T) {
	server := ssetest.Start(t, ssetest.Config{API: httpapi.Config{MaxConns: 1000}})
	b := newBeside(t, server.API, 4, 1000)
	b.conns.SetPatience(time.Minute) // or a slow machine would find some quiet
	const watchers = 200
	failed := make(chan error, 2*watchers) // room for all
	for range watchers {
		go func() {
			_, held, err := b.watch()
			if err == nil && !held {
				err = errors.New("refused")
			}
			failed <- err
		}()
		go func() { failed <- b.ask() }()
	}
	for range 2 * watchers {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
}

// ask is another request, on a connection of its own.
func (b *beside) ask() error {
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get("http://" + b.addr + "/short")
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.ReadAll(response.Body)
	return err
}
