package enginetest

import (
	"bufio"
	"context"
	"net"
	"strings"
	"sync"
	"testing"
)

// Proxy stands between clients and one engine. Its methods may be called at once from
// several goroutines.
type Proxy struct {
	engine   string // host and port
	listener net.Listener
	running  sync.WaitGroup

	mu      sync.Mutex
	state   state
	changed chan struct{} // closed when state changes
	links   map[*link]bool
	losses  []*loss
}

// state is what becomes of connections.
type state int

const (
	joined state = iota // they work
	cut                 // they are closed
	silent              // they are kept, and nothing arrives
	ended
)

// NewProxy starts a proxy in front of an engine. It ends with the test.
func NewProxy(t testing.TB, engineURL string) *Proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{
		engine:   strings.TrimPrefix(engineURL, "nats://"),
		listener: listener,
		changed:  make(chan struct{}),
		links:    make(map[*link]bool),
	}
	p.running.Go(p.accept)
	t.Cleanup(func() {
		p.become(ended)
		listener.Close()
		p.running.Wait()
	})
	return p
}

// URL is where clients connect.
func (p *Proxy) URL() string { return "nats://" + p.listener.Addr().String() }

// Cut closes all connections, and those that are made until Join.
func (p *Proxy) Cut() { p.become(cut) }

// Silence keeps connections open, on which nothing arrives until Join, as when a cable
// is out.
func (p *Proxy) Silence() { p.become(silent) }

// Join ends what Cut or Silence has begun.
func (p *Proxy) Join() { p.become(joined) }

func (p *Proxy) become(next state) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state = next
	close(p.changed)
	p.changed = make(chan struct{})
	if next == cut || next == ended {
		for l := range p.links {
			l.close()
		}
	}
}

// loss is what happens to some messages.
type loss struct {
	subject string
	kind    kind
	left    int
	replies map[string]bool // of kind loseAnswer: on which the answers come
	happen  chan struct{}   // closed when left is 0
}

type kind int

const (
	loseMessage kind = iota // that the engine sends
	loseAnswer              // to what the client sends
	doubleSent              // what the client sends
)

// Lose loses the next n messages of a subject that the engine sends to clients. The
// channel is closed when they are lost.
func (p *Proxy) Lose(subject string, n int) (lost <-chan struct{}) {
	return p.add(&loss{subject: subject, kind: loseMessage, left: n})
}

// LoseAnswers loses the answers to the next n messages of a subject that clients send.
func (p *Proxy) LoseAnswers(subject string, n int) (lost <-chan struct{}) {
	return p.add(&loss{subject: subject, kind: loseAnswer, left: n})
}

// Double sends the next n messages of a subject twice that clients send.
func (p *Proxy) Double(subject string, n int) (doubled <-chan struct{}) {
	return p.add(&loss{subject: subject, kind: doubleSent, left: n})
}

func (p *Proxy) add(l *loss) <-chan struct{} {
	l.replies = make(map[string]bool)
	l.happen = make(chan struct{})
	p.mu.Lock()
	defer p.mu.Unlock()
	p.losses = append(p.losses, l)
	return l.happen
}

// accept takes connections until the listener is closed.
func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.running.Go(func() { p.serve(client) })
	}
}

func (p *Proxy) serve(client net.Conn) {
	defer client.Close()
	engine, err := net.Dial("tcp", p.engine)
	if err != nil {
		return
	}
	defer engine.Close()
	l := &link{client, engine}
	if !p.enter(l) {
		return
	}
	defer p.leave(l)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var down sync.WaitGroup
	defer down.Wait()
	defer l.close()
	down.Go(func() {
		defer cancel()
		defer l.close()
		p.copy(ctx, client, engine, p.fromEngine)
	})
	p.copy(ctx, engine, client, p.fromClient)
	cancel()
}

// link is one connection through the proxy.
type link struct{ client, engine net.Conn }

func (l *link) close() {
	l.client.Close()
	l.engine.Close()
}

func (p *Proxy) enter(l *link) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.state == cut || p.state == ended {
		return false
	}
	p.links[l] = true
	return true
}

func (p *Proxy) leave(l *link) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.links, l)
}

// copy copies frames, each as often as times says, until a connection is closed.
func (p *Proxy) copy(ctx context.Context, to, from net.Conn, times func(frame) int) {
	reader := bufio.NewReader(from)
	for {
		f, err := readFrame(reader)
		if err != nil || !p.pass(ctx) {
			return
		}
		for range times(f) {
			if _, err := to.Write(f.bytes); err != nil {
				return
			}
		}
	}
}

// pass waits until something may pass.
func (p *Proxy) pass(ctx context.Context) bool {
	for {
		p.mu.Lock()
		state, changed := p.state, p.changed
		p.mu.Unlock()
		if state == joined {
			return true
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return false
		}
	}
}

// fromEngine says how often to send on what an engine has sent.
func (p *Proxy) fromEngine(f frame) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.losses {
		switch {
		case l.left == 0:
		case l.kind == loseMessage && f.subject == l.subject, l.kind == loseAnswer && l.replies[f.subject]:
			l.happened()
			return 0
		}
	}
	return 1
}

// fromClient says how often to send on what a client has sent.
func (p *Proxy) fromClient(f frame) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.losses {
		if l.left == 0 || f.subject != l.subject {
			continue
		}
		switch l.kind {
		case loseAnswer:
			l.replies[f.reply] = true
		case doubleSent:
			l.happened()
			return 2
		}
	}
	return 1
}

func (l *loss) happened() {
	l.left--
	if l.left == 0 {
		close(l.happen)
	}
}
