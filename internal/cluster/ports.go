package cluster

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

// Free ports are looked for in this range. Systems take the ports of outgoing
// connections from above it, so no client gets the port of a member that is down.
const (
	lowestPort  = 10_000
	highestPort = 32_000
)

// portStep is how far apart the ports of two members are, and portTries how many
// places are looked at.
const (
	portStep  = 10
	portTries = 200
)

// ports are some in a row, held by listeners until their member starts, so that
// nobody else finds them free.
type ports struct {
	first int
	held  []net.Listener
}

// At is the address with one of the ports, counted from 0.
func (p ports) At(i int) string { return address(p.first + i) }

func address(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// release lets somebody else listen there.
func (p *ports) release() {
	for _, listener := range p.held {
		_ = listener.Close() // it has accepted nothing
	}
	p.held = nil
}

// hold finds n free ports in a row: the first ones from a port on, or any if that
// is 0.
func hold(from, n int) (ports, error) {
	next := func() int { return lowestPort + portStep*rand.IntN((highestPort-lowestPort)/portStep) }
	if from > 0 {
		next = func() int { from += portStep; return from - portStep }
	}
	var err error
	for range portTries {
		p := ports{first: next()}
		if err = p.hold(n); err == nil {
			return p, nil
		}
		p.release()
	}
	return ports{}, fmt.Errorf("cluster: no free ports: %w", err)
}

func (p *ports) hold(n int) error {
	for i := range n {
		if p.first+i > 65535 {
			return errors.New("there is no port above 65535")
		}
		listener, err := net.Listen("tcp", p.At(i))
		if err != nil {
			return err
		}
		p.held = append(p.held, listener)
	}
	return nil
}
