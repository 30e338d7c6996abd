package httpapi_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"sseserver/httpapi/ssetest"
)

// liveScript is a live message whose chunks are appended every 50 ms while the stream
// runs, and that is complete ten seconds after it began.
func liveScript(plan string, seed uint64, interval time.Duration) script {
	s := script{plan: plan, seed: seed, interval: interval, ends: 10 * time.Second}
	for i := range 20 {
		text := fmt.Sprintf("%d ", i)
		s.text += text
		s.pieces = append(s.pieces, piece{i, text, "null", time.Duration(i+1) * 50 * time.Millisecond})
	}
	return s
}

// jobScript is the progress of a live job that leaves percents out.
func jobScript(plan string, seed uint64) script {
	s := script{plan: plan, seed: seed, ends: 10 * time.Second, progress: true}
	for i := range 19 {
		percent := 1 + 5*i
		s.pieces = append(s.pieces, piece{percent, fmt.Sprintf("Page %d", percent), "100", time.Duration(i+1) * 50 * time.Millisecond})
	}
	return s
}

// play produces what a script says while a client reads it.
func play(t *testing.T, server *ssetest.Server, protocol ssetest.Protocol, s script) {
	t.Helper()
	p := produce(t, server, "")
	s.id = p.name
	read := make(chan *arrivals, 1)
	start := time.Now()
	path := s.path("")
	go func() { read <- watch(server, protocol, path) }()
	for _, piece := range s.pieces {
		time.Sleep(piece.there - time.Since(start))
		if s.progress {
			p.put(piece.position, piece.text)
		} else {
			p.append(piece.text)
		}
	}
	time.Sleep(s.ends - time.Since(start))
	p.complete()
	if s.progress { // which completion brings to the end
		s.pieces = append(s.pieces, piece{100, s.pieces[len(s.pieces)-1].text, "100", s.ends})
	}
	(<-read).want(t, string(protocol), s, s.outcome())
}

// A live stream has the faults and pauses of its plan while its text comes: a stall
// holds up what comes during it, and no more.
func TestFaultyLive(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		random := rand.New(rand.NewPCG(13, 2))
		plans := append(plans(random, 10, 20), "stall:220ms@3", "stall:1s@0,drop@5", "first:300ms,burst:4", "swap@19", "end:5%,stall:70ms:30%")
		for i, plan := range plans {
			play(t, server, protocol, liveScript(plan, uint64(i), []time.Duration{0, 80 * time.Millisecond}[i%2]))
		}
	})
}

// Real progress may leave percents out, and what should happen at one of them happens
// at the next.
func TestFaultyLiveProgress(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		random := rand.New(rand.NewPCG(13, 3))
		for i, plan := range append(plans(random, 10, 100), "drop@3", "swap@7,double@8", "cut@90", "end@100", "truncate@98") {
			play(t, server, protocol, jobScript(plan, uint64(i)))
		}
	})
}
