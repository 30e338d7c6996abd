package h2c_test

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/httpapi/ssetest"
	"sseserver/internal/h2c"

	"go.uber.org/goleak"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// restOfPreface is what is left of it for h2c.Server.
const restOfPreface = "SM\r\n\r\n"

// peer is a client in a bubble that does only what it is told, and notes what
// it gets as text.
type peer struct {
	*http2.Framer
	t      testing.TB
	conn   *ssetest.Conn
	server *h2c.Server
	gate   *gate // on what it reads; nil if it only says something

	mu     sync.Mutex
	got    []string
	bodies map[uint32]string
}

// dial connects to a server with this configuration, of which a connection
// holds so many bytes.
func dial(t *testing.T, config h2c.Config, room int) *peer {
	t.Helper()
	if config.Handler == nil {
		config.Handler = handlers
	}
	config.ErrorLog = log.New(t.Output(), "", 0)
	client, socket := ssetest.ConnPair(room)
	p := &peer{t: t, conn: client, server: h2c.New(config), bodies: make(map[uint32]string)}
	p.gate = newGate(client)
	p.Framer = http2.NewFramer(client, p.gate)
	p.AllowIllegalWrites = true
	p.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	var running sync.WaitGroup
	running.Go(func() { p.server.Serve(socket, nil) })
	running.Go(p.read)
	t.Cleanup(func() {
		p.gate.allow(-1)
		client.Close()
		running.Wait()
	})
	return p
}

// begin does what every client does first.
func (p *peer) begin(settings ...http2.Setting) *peer {
	p.t.Helper()
	_, err := io.WriteString(p.conn, restOfPreface)
	p.must(err)
	p.must(p.WriteSettings(settings...))
	p.want("SETTINGS", "SETTINGS ack")
	return p
}

func (p *peer) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *peer) read() {
	for {
		frame, err := p.ReadFrame()
		p.mu.Lock()
		if err != nil {
			p.got = append(p.got, "closed")
		} else {
			p.note(frame)
		}
		p.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (p *peer) note(frame http2.Frame) {
	id, text := frame.Header().StreamID, frame.Header().Type.String()
	switch frame := frame.(type) {
	case *http2.SettingsFrame:
		if frame.IsAck() {
			text += " ack"
		}
	case *http2.PingFrame:
		text += " " + string(frame.Data[:])
	case *http2.MetaHeadersFrame:
		text += fmt.Sprint(" ", id, " ", frame.PseudoValue("status"))
		if frame.StreamEnded() {
			text += " end"
		}
	case *http2.DataFrame:
		p.bodies[id] += string(frame.Data())
		text += fmt.Sprint(" ", id, " ", len(frame.Data()))
		if frame.StreamEnded() {
			text += " end"
		}
	case *http2.RSTStreamFrame:
		text += fmt.Sprint(" ", id, " ", frame.ErrCode)
	case *http2.GoAwayFrame:
		text += fmt.Sprint(" ", frame.LastStreamID, " ", frame.ErrCode)
	case *http2.WindowUpdateFrame:
		text += fmt.Sprint(" ", id, " ", frame.Increment)
	}
	p.got = append(p.got, text)
}

// want lets all come to rest, and checks what came since the last time.
func (p *peer) want(want ...string) {
	p.t.Helper()
	if got := p.take(); fmt.Sprint(got) != fmt.Sprint(want) {
		p.t.Errorf("\n got %q\nwant %q", got, want)
	}
}

func (p *peer) take() (got []string) {
	p.rest()
	p.mu.Lock()
	defer p.mu.Unlock()
	got, p.got = p.got, nil
	return got
}

// rest waits until the server has nothing to do.
func (p *peer) rest() {
	if p.gate != nil {
		synctest.Wait()
	}
}

// body returns what came on a stream, and forgets it.
func (p *peer) body(id uint32) string {
	p.rest()
	p.mu.Lock()
	defer p.mu.Unlock()
	body := p.bodies[id]
	delete(p.bodies, id)
	return body
}

// ask sends the head of a request: what the fields say, given as name, value,
// name, value, and what is missing of pseudo fields before them.
func (p *peer) ask(id uint32, path string, ends bool, fields ...string) {
	p.t.Helper()
	p.must(p.WriteHeaders(http2.HeadersFrameParam{
		StreamID: id, EndStream: ends, EndHeaders: true,
		BlockFragment: block(append([]string{":method", "GET", ":scheme", "http", ":authority", "a", ":path", path}, fields...)...),
	}))
}

// block encodes fields as they are.
func block(fields ...string) []byte {
	var b bytes.Buffer
	encoder := hpack.NewEncoder(&b)
	for i := 0; i < len(fields); i += 2 {
		_ = encoder.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]})
	}
	return b.Bytes()
}

// gate lets only so many bytes be read.
type gate struct {
	from   io.Reader
	mu     sync.Mutex
	change sync.Cond
	left   int // negative: no bound
}

func newGate(from io.Reader) *gate {
	g := &gate{from: from, left: -1}
	g.change.L = &g.mu
	return g
}

func (g *gate) Read(b []byte) (int, error) {
	g.mu.Lock()
	for g.left == 0 {
		g.change.Wait()
	}
	if g.left > 0 {
		b = b[:min(len(b), g.left)]
	}
	g.mu.Unlock()
	n, err := g.from.Read(b)
	g.mu.Lock()
	if g.left > 0 {
		g.left -= n
	}
	g.mu.Unlock()
	return n, err
}

// allow lets n bytes be read from now on; all if it is negative.
func (g *gate) allow(n int) {
	g.mu.Lock()
	g.left = n
	g.change.Broadcast()
	g.mu.Unlock()
}

// handlers answer the requests of most tests.
var handlers = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/hello":
		_, _ = io.WriteString(w, "Hello")
	case "/echo":
		body, err := io.ReadAll(r.Body)
		fmt.Fprint(w, string(body))
		if err != nil {
			fmt.Fprint(w, err)
		}
	case "/part":
		_, _ = io.CopyN(io.Discard, r.Body, 20_000)
		<-r.Context().Done()
	case "/none":
		w.WriteHeader(http.StatusNoContent)
	case "/long":
		_, _ = io.WriteString(w, strings.Repeat("x", 100_000))
	case "/hang":
		<-r.Context().Done()
	case "/sleep":
		time.Sleep(time.Second)
	case "/panic":
		panic("boom")
	case "/abort":
		_, _ = io.WriteString(w, strings.Repeat("x", 10_000))
		panic(http.ErrAbortHandler)
	}
})

// inBubble runs a test that talks to handlers.
func inBubble(t *testing.T, talk func(p *peer)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { talk(dial(t, h2c.Config{}, 1<<20).begin()) })
}
