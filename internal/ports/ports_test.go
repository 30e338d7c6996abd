package ports_test

import (
	"net"
	"strconv"
	"testing"

	"sseserver/internal/ports"
)

// Ports are had by one until they are freed, whether somebody listens there or not.
func TestReserve(t *testing.T) {
	first := reserve(t, 0, 3)
	if want := net.JoinHostPort("127.0.0.1", strconv.Itoa(first.First+2)); first.At(2) != want {
		t.Errorf("the third address is %s, want %s", first.At(2), want)
	}
	second := reserve(t, first.First, 1)
	if second.First <= first.First || (second.First-first.First)%ports.Step != 0 {
		t.Errorf("got port %d, after %d", second.First, first.First)
	}
	if overlapping := reserve(t, first.First+2, 1); overlapping.First == first.First+2 {
		t.Errorf("port %d was had twice", overlapping.First)
	}
	first.Free()
	first.Free() // has no effect
	if again := reserve(t, first.First, 3); again.First != first.First {
		t.Errorf("got port %d, want %d, which is free", again.First, first.First)
	}
}

// Ports are for others to listen at; where somebody does, they are not free.
func TestListen(t *testing.T) {
	row := reserve(t, 0, 1)
	listener, err := net.Listen("tcp", row.At(0))
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	row.Free()
	if got := reserve(t, row.First, 1); got.First == row.First {
		t.Errorf("port %d is taken", got.First)
	}
}

func TestNoPorts(t *testing.T) {
	if row, err := ports.Reserve(65535, 2); err == nil {
		t.Errorf("got port %d", row.First)
	}
}

func reserve(t *testing.T, from, n int) ports.Row {
	t.Helper()
	row, err := ports.Reserve(from, n)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(row.Free)
	return row
}
