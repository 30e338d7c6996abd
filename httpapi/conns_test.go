package httpapi

import (
	"net"
	"net/http"
	"strings"
	"testing"
)

// named is a connection that is told to close, and then says so.
type named struct {
	net.Conn
	name   string
	closed *[]string
}

// RemoteAddr is an address that all have who have the same first letter.
func (n *named) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, n.name[0])} }

func (n *named) Close() error {
	*n.closed = append(*n.closed, n.name)
	return nil
}

// Who is quiet for longest goes first, and only where there are more than there
// may be; who has a stream never.
func TestConns(t *testing.T) {
	tests := map[string]struct {
		steps           string // "connection step"
		closed          string
		open, streaming int
	}{
		"as many as there may be":          {"a new, b new, c new", "", 3, 0},
		"the first of four":                {"a new, b new, c new, d new", "a", 3, 0},
		"one for each beyond":              {"a new, b new, c new, d new, e new", "a b", 3, 0},
		"what is gone makes room":          {"a new, b new, c new, a gone, d new", "", 3, 0},
		"told of its own end":              {"a new, b new, c new, d new, a gone", "a", 3, 0},
		"the head of a request is none":    {"a new, a active, b new, c new, d new", "a", 3, 0},
		"a request counts":                 {"a new, b new, a active, a touch, c new, d new", "b", 3, 0},
		"and so does its answer":           {"a new, b new, a touch, c new, a touch, d new, e new", "b c", 3, 0},
		"not one with a stream":            {"a new, a stream, b new, c new, d new, e new", "b c", 3, 1},
		"until that has ended":             {"a new, a stream, b new, a end, c new, d new, e new", "b a", 3, 0},
		"of several, all":                  {"a new, a stream, a stream, a end, b new, c new, d new", "b", 3, 1},
		"not one that was taken over":      {"a new, a stream, a hijacked, b new, c new, d new", "b", 3, 1},
		"until that is closed":             {"a new, a stream, a hijacked, b new, c new, a closed, d new", "", 3, 0},
		"gone with a stream":               {"a new, a stream, a gone, a end", "", 0, 0},
		"streams leave room":               {"a new, a stream, b new, b stream, c new, c refused", "", 3, 2},
		"which more streams do not take":   {"a new, a stream, a stream, b new, b stream, b stream", "", 2, 2},
		"nor a stream that comes too late": {"a new, b new, c new, d new, a refused, e new, e stream", "a b", 3, 1},
		"an end makes room":                {"a new, a stream, b new, b stream, c new, a end, c stream", "", 3, 2},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := newConns(3, 2)
			var closed []string
			conns := make(map[string]net.Conn)
			for step := range strings.SplitSeq(test.steps, ", ") {
				name, what, _ := strings.Cut(step, " ")
				if conns[name] == nil {
					conns[name] = &named{name: name, closed: &closed}
				}
				c.do(t, conns[name], what)
				if c.quiet.Len()+c.streaming != c.open || c.open > 3 {
					t.Errorf("after %s: %d open, %d quiet, %d streaming", step, c.open, c.quiet.Len(), c.streaming)
				}
			}
			if got := strings.Join(closed, " "); got != test.closed || c.open != test.open || c.streaming != test.streaming {
				t.Errorf("%s: closed %q, %d open, %d streaming; want %q, %d, %d",
					test.steps, got, c.open, c.streaming, test.closed, test.open, test.streaming)
			}
		})
	}
}

// do is one step of conn.
func (c *conns) do(t *testing.T, conn net.Conn, step string) {
	t.Helper()
	switch step {
	case "new":
		c.note(conn, http.StateNew)
	case "active":
		c.note(conn, http.StateActive)
	case "hijacked":
		c.note(conn, http.StateHijacked)
	case "gone":
		c.note(conn, http.StateClosed)
	case "touch":
		c.touch(conn, 0)
	case "stream", "refused":
		if got := c.beginStream(conn); got != (step == "stream") {
			t.Errorf("%s: a stream begins: %t", step, got)
		}
	case "end":
		c.endStream(conn)
	case "closed":
		c.takenOverClosed()
	default:
		t.Fatalf("step %q", step)
	}
}
