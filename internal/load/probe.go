package load

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"syscall"
	"time"

	"sseserver/internal/eventsource"
	"sseserver/internal/eventstream"
)

// probeInterval is the time between two events that a worker sends itself.
const probeInterval = 10 * time.Millisecond

// probe is the worker's own stream: events sent on an absolute schedule over a
// pair of sockets, and read as those of any client are. What delays them is the
// generator and its machine alone.
type probe struct {
	worker *worker
	start  time.Time
	record func(due, lateness time.Duration)
}

// run sends and reads until ctx ends.
func (p *probe) run(ctx context.Context) error {
	near, far, err := socketPair()
	if err != nil {
		return fmt.Errorf("load: probe: %w", err)
	}
	defer far.Close()
	p.start = time.Now()
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		p.send(ctx, far)
	}()
	source, err := eventsource.New(eventsource.Config{
		URL: "http://probe/", NoReconnect: true, Handler: p,
		Transport: &eventsource.Transport{
			DialContext: func(context.Context, string, string) (net.Conn, error) { return near, nil },
		},
	})
	if err != nil {
		panic(err) // nothing in it varies
	}
	err = source.Run(ctx)
	_ = far.Close() // ends the sender
	<-sent
	if ctx.Err() == nil {
		return fmt.Errorf("load: probe: %w", err)
	}
	return nil
}

// send writes an event each interval. One that is late is sent all the same, so
// that each counts.
func (p *probe) send(ctx context.Context, conn net.Conn) {
	frame := []byte("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
	timer := time.NewTimer(0)
	defer timer.Stop()
	for k := 1; ; k++ {
		if _, err := conn.Write(frame); err != nil {
			return
		}
		timer.Reset(time.Until(p.due(k)))
		select {
		case <-timer.C:
		case <-ctx.Done():
			return
		}
		frame = append(strconv.AppendInt(append(frame[:0], "data: "...), int64(k), 10), "\n\n"...)
	}
}

func (p *probe) due(k int) time.Time { return p.start.Add(time.Duration(k) * probeInterval) }

// Event implements eventsource.Handler.
func (p *probe) Event(e eventstream.Event, at time.Time) error {
	if p.worker.late != nil {
		at = at.Add(p.worker.late())
	}
	k, err := strconv.Atoi(string(e.Data))
	if err != nil {
		return errors.New("load: probe reads what it did not send")
	}
	due := p.due(k)
	p.record(p.worker.moment(due), at.Sub(due))
	return nil
}

// The rest of eventsource.Handler says nothing of interest here.

func (p *probe) Open(eventsource.Opened)                 {}
func (p *probe) Comment([]byte, time.Time)               {}
func (p *probe) ReadDone(eventsource.Read) time.Duration { return 0 }
func (p *probe) Closed(eventsource.Closed)               {}

// socketPair is two connected sockets, served by the runtime's poller as TCP
// connections are.
func socketPair() (near, far net.Conn, err error) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		return nil, nil, err
	}
	if near, err = connOf(fds[0]); err != nil {
		_ = syscall.Close(fds[1])
		return nil, nil, err
	}
	if far, err = connOf(fds[1]); err != nil {
		_ = near.Close()
		return nil, nil, err
	}
	return near, far, nil
}

// connOf makes a connection of a descriptor, which it takes over.
func connOf(fd int) (net.Conn, error) {
	file := os.NewFile(uintptr(fd), "probe")
	defer file.Close() // FileConn has a copy
	return net.FileConn(file)
}
