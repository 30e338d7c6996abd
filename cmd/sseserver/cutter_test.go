package main

import (
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"testing"

	"sseserver/httpapi/ssetest"
)

// cutter stands between clients and server. It forwards what they say, and resets
// each connection after a random number of bytes from the server.
type cutter struct {
	listener net.Listener
	target   string // host:port of the server
	most     int64  // bytes that a connection may pass
	wait     sync.WaitGroup

	mu     sync.Mutex
	random *rand.Rand
	open   map[net.Conn]bool // both ends of all connections
	cuts   int
}

// startCutter runs one until the end of the test.
func startCutter(t *testing.T, target string, most int) *cutter {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cutter{
		listener: listener, target: target, most: int64(most),
		random: rand.New(rand.NewPCG(1, 2)), open: make(map[net.Conn]bool),
	}
	c.wait.Go(c.accept)
	t.Cleanup(func() {
		listener.Close()
		c.closeAll()
		c.wait.Wait()
	})
	return c
}

// client returns a client with connections of its own.
func (c *cutter) client(t *testing.T, protocol ssetest.Protocol) *http.Client {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(protocol == ssetest.HTTP1)
	protocols.SetUnencryptedHTTP2(protocol == ssetest.H2C)
	client := &http.Client{Transport: &http.Transport{Protocols: protocols}}
	t.Cleanup(client.CloseIdleConnections)
	return client
}

func (c *cutter) accept() {
	for {
		client, err := c.listener.Accept()
		if err != nil {
			return // the test has ended
		}
		server, err := net.Dial("tcp", c.target)
		if err != nil {
			client.Close()
			continue
		}
		passing := c.add(client, server)
		c.wait.Go(func() {
			defer c.remove(client, server)
			_, _ = io.Copy(server, client)
		})
		c.wait.Go(func() {
			defer c.remove(client, server)
			if _, err := io.CopyN(client, server, passing); err == nil {
				c.cut(client, server)
			}
		})
	}
}

// add remembers the ends of a connection, and says how many bytes may pass it.
func (c *cutter) add(ends ...net.Conn) (passing int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, end := range ends {
		c.open[end] = true
	}
	return 1 + c.random.Int64N(c.most)
}

// cut makes the end of a connection an impolite one.
func (c *cutter) cut(ends ...net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cuts++
	for _, end := range ends {
		_ = end.(*net.TCPConn).SetLinger(0)
	}
}

func (c *cutter) remove(ends ...net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, end := range ends {
		end.Close()
		delete(c.open, end)
	}
}

func (c *cutter) closeAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for end := range c.open {
		end.Close()
	}
}

// count returns how many connections were cut so far.
func (c *cutter) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cuts
}
