package attack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// prey is a server that answers as ours does, and notes what it was asked.
type prey struct {
	*httptest.Server

	mu     sync.Mutex
	bodies []string
	ids    []string // Last-Event-ID
	uris   []string

	streams func(http.ResponseWriter, *http.Request) // answers them
}

// newPrey starts one. Its streams end at once unless a test says otherwise.
func newPrey(t *testing.T) *prey {
	t.Helper()
	p := &prey{streams: func(http.ResponseWriter, *http.Request) {}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /send", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		p.mu.Lock()
		p.bodies = append(p.bodies, string(body))
		p.mu.Unlock()
		fmt.Fprint(w, `{"status":"ok","messageId":"id"}`)
	})
	mux.HandleFunc("GET /stream/id", func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.uris = append(p.uris, r.RequestURI)
		p.ids = append(p.ids, r.Header.Get("Last-Event-ID"))
		p.mu.Unlock()
		p.streams(w, r)
	})
	p.Server = httptest.NewUnstartedServer(mux)
	p.Config.Protocols = new(http.Protocols)
	p.Config.Protocols.SetHTTP1(true)
	p.Config.Protocols.SetUnencryptedHTTP2(true)
	p.Start()
	t.Cleanup(p.Close)
	return p
}

// small is an attack with so few clients and bytes that a test can drive it.
func small(t *testing.T, name string) Attack {
	t.Helper()
	a, err := Named(name)
	if err != nil {
		t.Fatal(err)
	}
	a.Clients, a.Body = 3, 1000
	return a
}

// drive runs an attack until enough is closed.
func drive(t *testing.T, p *prey, a Attack, enough <-chan struct{}) Tally {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	go func() {
		select {
		case <-enough:
		case <-ctx.Done():
		}
		cancel()
	}()
	tally, err := Run(ctx, a, p.URL)
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-enough:
	default:
		t.Errorf("the attack did not do its work: %v", tally)
	}
	return tally
}

// All streams are asked for, with the window's few bytes for each of them.
func TestWindow(t *testing.T) {
	p, enough := newPrey(t), make(chan struct{})
	var blocked atomic.Int32
	p.streams = func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			t.Errorf("got %s", r.Proto)
		}
		_, _ = io.WriteString(w, strings.Repeat("x", smallWindow+1))
		// It waits for more window than there is, until the client has gone.
		if err := http.NewResponseController(w).Flush(); err == nil {
			t.Error("the client has given more window")
		}
	}
	all := p.Config.Handler
	p.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && blocked.Add(1) == 3 {
			close(enough)
		}
		all.ServeHTTP(w, r)
	})
	if tally := drive(t, p, small(t, "window"), enough); tally.Requests != 3 {
		t.Errorf("got %v", tally)
	}
	p.Close() // its handlers have ended
	want := "/stream/id?unit=word&interval=1ms"
	for _, uri := range p.uris {
		if uri != want {
			t.Errorf("got %s, want %s", uri, want)
		}
	}
	wantWord(t, p)
}

// wantWord checks that the message is one word of all that fits, and ` a b c`.
func wantWord(t *testing.T, p *prey) {
	t.Helper()
	if len(p.bodies) != 1 || len(p.bodies[0]) != 1000 || !strings.HasSuffix(p.bodies[0], `ww a b c"}`) || strings.Count(p.bodies[0], " ") != 3 {
		t.Errorf("got the messages %.20q", p.bodies)
	}
}

// A client that was answered asks again.
func TestResume(t *testing.T) {
	p, enough := newPrey(t), make(chan struct{})
	var answered atomic.Int32
	p.streams = func(http.ResponseWriter, *http.Request) {
		if answered.Add(1) == 4 {
			close(enough)
		}
	}
	tally := drive(t, p, small(t, "resume"), enough)
	if tally.Requests < 4 || tally.Answers[200] < 3 || tally.Broken != 0 {
		t.Errorf("got %v", tally)
	}
	p.Close()
	for _, id := range p.ids {
		if id != "977" { // of 986 characters
			t.Errorf("got Last-Event-ID %s, want 977", id)
		}
	}
}

// In its real size the attack is the one that was reported.
func TestResumeIsExact(t *testing.T) {
	a, err := Named("resume")
	if err != nil {
		t.Fatal(err)
	}
	if got := a.Body - len(envelope) - fromEnd; got != 1048553 {
		t.Errorf("got Last-Event-ID %d, want 1048553", got)
	}
}

func TestMembers(t *testing.T) {
	p, enough := newPrey(t), make(chan struct{})
	var answered atomic.Int32
	all := p.Config.Handler
	p.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		all.ServeHTTP(w, r)
		if answered.Add(1) == 4 {
			close(enough)
		}
	})
	if tally := drive(t, p, small(t, "members"), enough); tally.Requests < 4 || tally.Answers[200] < 3 {
		t.Errorf("got %v", tally)
	}
}

// The largest body is a JSON object of as many members, all with names of their
// own, as fit.
func TestWithMembers(t *testing.T) {
	a, err := Named("members")
	if err != nil {
		t.Fatal(err)
	}
	body := a.withMembers()
	var members map[string]any
	if err := json.Unmarshal([]byte(body), &members); err != nil {
		t.Fatal(err)
	}
	if len(body) > a.Body || len(members) < 131_000 || members["message"] != "x" {
		t.Errorf("got %d bytes, %d members, message %v", len(body), len(members), members["message"])
	}
}

// Whoever does not read holds up the server's writes.
func TestUnread(t *testing.T) {
	p, enough := newPrey(t), make(chan struct{})
	var asked atomic.Int32
	p.streams = func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) == 3 {
			close(enough)
		}
		for {
			if _, err := io.WriteString(w, strings.Repeat("x", mib)); err != nil {
				return
			}
		}
	}
	tally := drive(t, p, small(t, "unread"), enough)
	if tally.Requests != 3 || tally.Broken != 0 {
		t.Errorf("got %v", tally)
	}
	p.Close()
	wantWord(t, p)
}

func TestNamed(t *testing.T) {
	if _, err := Named("nobody"); err == nil || !strings.Contains(err.Error(), "resume") {
		t.Errorf("got %v, want the names there are", err)
	}
}

// A server that is not there ends the attack at once.
func TestNobodyThere(t *testing.T) {
	p := newPrey(t)
	p.Close()
	for _, name := range []string{"window", "resume", "unread"} {
		if _, err := Run(t.Context(), small(t, name), p.URL); err == nil {
			t.Errorf("%s: want an error", name)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, small(t, "resume"), p.URL); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

func TestTally(t *testing.T) {
	one := Tally{Requests: 3, Answers: map[int]int{200: 1, 503: 1}, Broken: 1, LastBroken: "reset"}
	sum := one.Plus(Tally{Requests: 2, Answers: map[int]int{200: 2}})
	if got, want := sum.String(), "5 requests, answered 3 × 200, 1 × 503; 1 cut off"; got != want || sum.LastBroken != "reset" {
		t.Errorf("got %s (%s), want %s", got, sum.LastBroken, want)
	}
}
