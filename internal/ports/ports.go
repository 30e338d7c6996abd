// Package ports finds free ports for other programs to listen at, and reserves them
// until those programs have ended for good.
//
// Closing a listener to let somebody else listen there leaves a moment in which a
// third one may take the port, or the same port be found again. So a reservation is
// a UDP socket with the port's number, which nothing of ours uses otherwise: as long
// as it is open, no other process finds the port by this package.
package ports

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

// Free ports are looked for in this range. Systems take the ports of outgoing
// connections from above it, so no client gets the port of a program that is down.
const (
	lowest  = 10_000
	highest = 32_000
)

// Step is how far apart the first ports are that are looked at, and tries how many
// of them.
const (
	Step  = 10
	tries = 200
)

// Row is some ports in a row. One goroutine at a time may call its methods.
type Row struct {
	First int

	reserved []net.PacketConn
}

// Reserve finds n free ports in a row: the first ones from a port on, or any if that
// is 0. The caller has to free them. The error is that there are none.
func Reserve(from, n int) (Row, error) {
	next := func() int { return lowest + Step*rand.IntN((highest-lowest)/Step) }
	if from > 0 {
		next = func() int { from += Step; return from - Step }
	}
	var err error
	for range tries {
		row := Row{First: next()}
		if err = row.reserve(n); err == nil {
			return row, nil
		}
		row.Free()
	}
	return Row{}, fmt.Errorf("ports: no free ports: %w", err)
}

// At is the loopback address with one of the ports, counted from 0: "127.0.0.1:10010".
func (r Row) At(i int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(r.First+i)) }

// Free lets others have the ports. It may be called again.
func (r *Row) Free() {
	for _, socket := range r.reserved {
		_ = socket.Close() // it has received nothing
	}
	r.reserved = nil
}

func (r *Row) reserve(n int) error {
	for i := range n {
		if r.First+i > 65535 {
			return errors.New("there is no port above 65535")
		}
		socket, err := net.ListenPacket("udp", r.At(i))
		if err != nil {
			return err
		}
		r.reserved = append(r.reserved, socket)
		listener, err := net.Listen("tcp", r.At(i))
		if err != nil {
			return err
		}
		_ = listener.Close() // it has accepted nothing
	}
	return nil
}
