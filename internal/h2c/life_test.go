package h2c_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/httpapi/ssetest"
	"sseserver/internal/h2c"

	"golang.org/x/net/http2"
)

// A connection without a stream ends, whatever else is said on it.
func TestIdle(t *testing.T) {
	inBubble(t, func(p *peer) {
		time.Sleep(time.Minute)
		p.ask(1, "/sleep", true)
		p.must(p.WritePing(false, [8]byte([]byte("12345678"))))
		time.Sleep(2*time.Minute + time.Second - time.Millisecond)
		p.must(p.WritePing(false, [8]byte([]byte("12345678"))))
		p.want("PING 12345678", "HEADERS 1 200 end", "PING 12345678")
		time.Sleep(time.Millisecond)
		p.want("GOAWAY 1 NO_ERROR", "closed")
	})
}

// One with a stream does not.
func TestNotIdle(t *testing.T) {
	inBubble(t, func(p *peer) {
		p.ask(1, "/hang", true)
		time.Sleep(time.Hour)
		p.want()
	})
}

// A client that does not begin is not waited for.
func TestNoSettings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := dial(t, h2c.Config{}, 1<<20)
		_, err := io.WriteString(p.conn, restOfPreface)
		p.must(err)
		time.Sleep(10*time.Second - time.Millisecond)
		p.want("SETTINGS")
		time.Sleep(time.Millisecond)
		p.want("GOAWAY 0 NO_ERROR", "closed")
	})
}

// Shutdown lets streams end, and no other begin.
func TestShutdown(t *testing.T) {
	inBubble(t, func(p *peer) {
		t := p.t
		p.ask(1, "/echo", false)
		synctest.Wait()
		var waiting sync.WaitGroup
		waiting.Go(func() {
			if err := p.server.Shutdown(t.Context()); err != nil {
				t.Error(err)
			}
		})
		defer waiting.Wait()
		p.want("GOAWAY 1 NO_ERROR")
		ended, cancel := context.WithCancelCause(t.Context())
		cancel(io.ErrClosedPipe)
		if err := p.server.Shutdown(ended); err != io.ErrClosedPipe {
			t.Errorf("did not wait: %v", err)
		}
		p.ask(3, "/hello", true)
		p.data(3, "Hi", true)
		p.data(1, "Hi", true)
		got := p.take()
		if fmt.Sprint(got[len(got)-4:]) != "[HEADERS 1 200 DATA 1 2 DATA 1 0 end closed]" {
			t.Errorf("got %q", got)
		}
	})
}

func TestShutdownWithoutStreams(t *testing.T) {
	inBubble(t, func(p *peer) {
		for range 2 {
			if err := p.server.Shutdown(p.t.Context()); err != nil {
				p.t.Error(err)
			}
		}
		p.want("GOAWAY 0 NO_ERROR", "closed")
		client, socket := ssetest.ConnPair(1)
		p.server.Serve(socket, nil) // none is served after it
		if _, err := client.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("got %v, want EOF", err)
		}
	})
}

// A client that does not close is not waited for long.
func TestLinger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, socket := ssetest.ConnPair(1 << 10)
		defer client.Close()
		server := h2c.New(h2c.Config{Handler: handlers})
		_, _ = io.WriteString(client, "no preface at all")
		start := time.Now()
		server.Serve(socket, nil)
		if took := time.Since(start); took != time.Second {
			t.Errorf("closed after %v, want 1s", took)
		}
	})
}

func TestClose(t *testing.T) {
	inBubble(t, func(p *peer) {
		p.ask(1, "/hang", true)
		synctest.Wait()
		p.server.Close()
		p.want("closed")
	})
}

// owned is a handler that gives its stream to the test.
type owned struct {
	streams chan *h2c.Stream
	gone    chan error
}

func newOwned() owned { return owned{make(chan *h2c.Stream, 10), make(chan error, 10)} }

func (o owned) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	stream, err := h2c.TakeOver(w, func(cause error) { o.gone <- cause })
	if err != nil {
		panic(err)
	}
	if err := stream.WriteHead(http.StatusOK, w.Header()); err != nil {
		panic(err)
	}
	if _, err := w.Write(nil); err != http.ErrHijacked {
		panic("it can still be written to")
	}
	o.streams <- stream
}

// taking runs a test of taken streams.
func taking(t *testing.T, room int, test func(p *peer, o owned)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		o := newOwned()
		test(dial(t, h2c.Config{Handler: o}, room).begin(), o)
	})
}

// take opens a stream, and returns what its handler has left.
func (o owned) take(p *peer, id uint32) *h2c.Stream {
	p.t.Helper()
	p.ask(id, "/", true)
	p.want(fmt.Sprint("HEADERS ", id, " 200"))
	return <-o.streams
}

// wantGone wants the owner of a stream to be told, once.
func (o owned) wantGone(t *testing.T, want error) {
	t.Helper()
	synctest.Wait()
	select {
	case got := <-o.gone:
		if got != want {
			t.Errorf("gone for %v, want %v", got, want)
		}
	default:
		if want != nil {
			t.Errorf("nobody was told of %v", want)
		}
	}
	if len(o.gone) > 0 {
		t.Errorf("told again: %v", <-o.gone)
	}
}

func TestTakeOver(t *testing.T) {
	taking(t, 1<<20, func(p *peer, o owned) {
		stream := o.take(p, 1)
		if n, err := stream.TryWrite([]byte("Hello")); n != 5 || err != nil {
			t.Errorf("wrote %d, %v", n, err)
		}
		p.want("DATA 1 5")
		time.Sleep(time.Hour)
		if err := stream.Close(); err != nil {
			t.Error(err)
		}
		p.want("DATA 1 0 end")
		// That was all of it.
		if n, err := stream.TryWrite([]byte("x")); n != 0 || err != h2c.ErrGone {
			t.Errorf("wrote %d, %v", n, err)
		}
		if err := stream.Close(); err != h2c.ErrGone {
			t.Error(err)
		}
		stream.Reset(http2.ErrCodeInternal)
		p.want()
		o.wantGone(t, nil)
	})
}

// Ways in which a client leaves a stream, and what its owner learns.
func TestGone(t *testing.T) {
	ways := map[string]func(p *peer){
		"reset":              func(p *peer) { p.reset(1) },
		"closes":             func(p *peer) { p.conn.Close() },
		"half":               func(p *peer) { _ = p.conn.CloseWrite() },
		"errs":               func(p *peer) { p.data(2, "x", true) },
		"errs on the stream": func(p *peer) { p.data(1, "x", true) },
		"server":             func(p *peer) { p.server.Close() },
	}
	for name, leave := range ways {
		t.Run(name, func(t *testing.T) {
			taking(t, 1<<20, func(p *peer, o owned) {
				stream := o.take(p, 1)
				leave(p)
				o.wantGone(t, h2c.ErrGone)
				if n, err := stream.TryWrite([]byte("x")); n != 0 || err != h2c.ErrGone {
					t.Errorf("wrote %d, %v", n, err)
				}
				if n, err := stream.WriteBy([]byte("x"), time.Now()); n != 0 || err != h2c.ErrGone {
					t.Errorf("wrote %d, %v", n, err)
				}
				if err := stream.WriteHead(200, nil); err != h2c.ErrGone {
					t.Error(err)
				}
				stream.Reset(http2.ErrCodeCancel)
			})
		})
	}
}

// Who takes over a stream that its client has left by then is told at once.
func TestGoneBeforeTakeOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gone := make(chan error, 1)
		p := dial(t, h2c.Config{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
			_, _ = h2c.TakeOver(w, func(cause error) { gone <- cause })
		})}, 1<<20).begin()
		p.ask(1, "/", true)
		p.reset(1)
		if cause := <-gone; cause != h2c.ErrGone {
			t.Errorf("gone for %v", cause)
		}
		p.want()
	})
}

func TestTakeOverOfOther(t *testing.T) {
	if _, err := h2c.TakeOver(httptest.NewRecorder(), nil); err == nil {
		t.Error("took over what is no response of HTTP/2")
	}
}

// A body that nobody reads does not fill the window of its connection.
func TestUnreadBodies(t *testing.T) {
	inBubble(t, func(p *peer) {
		for id := uint32(1); id < 41; id += 2 {
			p.ask(id, "/hello", false)
			p.fill(id, 20_000)
			p.take()
		}
		p.ask(41, "/echo", false)
		p.fill(41, 32_000)
		p.take()
		p.data(41, "", true)
		p.take()
		if got := len(p.body(41)); got != 32_000 {
			t.Errorf("%d bytes came back", got)
		}
	})
}

// A client need not send the rest of a request that was answered (RFC 9113 §8.1).
// It may notice by itself, and is told if it does not.
func TestBodyNotWanted(t *testing.T) {
	inBubble(t, func(p *peer) {
		for id := uint32(1); id < 9; id += 2 {
			p.ask(id, "/none", false)
			p.want(fmt.Sprint("HEADERS ", id, " 204 end"))
		}
		p.data(1, "x", false)
		p.data(3, "x", true)
		p.reset(5)
		time.Sleep(time.Second - time.Millisecond)
		p.want()
		time.Sleep(time.Millisecond)
		got := p.take()
		slices.Sort(got) // they are due at the same moment
		if fmt.Sprint(got) != "[RST_STREAM 1 NO_ERROR RST_STREAM 7 NO_ERROR]" {
			t.Errorf("got %q", got)
		}
		p.data(3, "x", true)
		p.want("RST_STREAM 3 STREAM_CLOSED")
	})
}

// The windows open again while a body is read.
func TestLongBody(t *testing.T) {
	inBubble(t, func(p *peer) {
		p.set(http2.SettingInitialWindowSize, 1<<20)
		p.must(p.WriteWindowUpdate(0, 1<<20))
		p.ask(1, "/echo", false)
		updates := 0
		for range 50 {
			p.fill(1, 10_000)
			updates += strings.Count(fmt.Sprint(p.take()), "WINDOW_UPDATE 1 ")
		}
		p.data(1, "", true)
		p.take()
		if got := len(p.body(1)); got != 500_000 || updates < 10 || updates > 20 {
			t.Errorf("%d bytes came back, after %d updates of the window; want about one for 32 KiB", got, updates)
		}
	})
}

// A body that does not arrive is not waited for.
func TestSlowBody(t *testing.T) {
	inBubble(t, func(p *peer) {
		p.ask(1, "/echo", false)
		p.data(1, "Hi ", false)
		time.Sleep(10*time.Second - time.Millisecond)
		p.want()
		time.Sleep(time.Millisecond)
		p.want("HEADERS 1 200", "DATA 1 14", "DATA 1 0 end")
		if got := p.body(1); got != "Hi i/o timeout" {
			t.Errorf("read %q", got)
		}
	})
}

// A request looks as net/http makes it.
func TestRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := dial(t, h2c.Config{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, r.Method, r.URL, r.RequestURI, r.Host, r.Proto, r.ProtoMajor, r.ProtoMinor, r.ContentLength, r.RemoteAddr, r.Header, r.Body == http.NoBody)
		})}, 1<<20).begin()
		p.ask(1, "/a/b?c=d", true, "x-y", "1", "x-y", "2", "cookie", "a=b", "cookie", "c=d")
		p.take()
		if got, want := p.body(1), "GET/a/b?c=d/a/b?c=daHTTP/2.02 0 0192.0.2.1:1234map[Cookie:[a=b; c=d] X-Y:[1 2]] true"; got != want {
			t.Errorf("\n got %s\nwant %s", got, want)
		}
		p.ask(3, "/", false, "host", "a", "content-length", "5")
		p.take()
		if got, want := p.body(3), "GET//aHTTP/2.02 0 5192.0.2.1:1234map[Content-Length:[5]] false"; got != want {
			t.Errorf("\n got %s\nwant %s", got, want)
		}
	})
}

// What a connection does is told, as net/http does.
func TestConnState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		states := make(chan http.ConnState, 20)
		want := func(want ...http.ConnState) {
			t.Helper()
			synctest.Wait()
			var got []http.ConnState
			for len(states) > 0 {
				got = append(got, <-states)
			}
			if !slices.Equal(slices.Compact(got), want) {
				t.Errorf("got %v, want %v", got, want)
			}
		}
		p := dial(t, h2c.Config{Handler: handlers, ConnState: func(_ net.Conn, state http.ConnState) { states <- state }}, 1<<20)
		want(http.StateIdle)
		p.begin()
		want(http.StateIdle)
		p.ask(1, "/hang", true)
		p.ask(3, "/hello", true)
		want(http.StateActive)
		p.reset(1)
		want(http.StateIdle)
		p.ask(5, "/hang", true)
		want(http.StateActive)
		p.conn.Close()
		want(http.StateIdle, http.StateClosed)
	})
}
