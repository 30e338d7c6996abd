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

func (n *named) Close() error {
	*n.closed = append(*n.closed, n.name)
	return nil
}

// Who waits longest goes first, and only where more wait than there is room for.
func TestWaiting(t *testing.T) {
	states := map[string]http.ConnState{
		"new": http.StateNew, "active": http.StateActive, "idle": http.StateIdle, "hijacked": http.StateHijacked, "closed": http.StateClosed,
	}
	tests := map[string]struct {
		steps  string // "name state", after each of which the rest must fit
		closed string
	}{
		"as many as there is room for": {"a new, b new", ""},
		"the first of three":           {"a new, b new, c new", "a"},
		"one for each beyond":          {"a new, b new, c new, d new", "a b"},
		"not one with a request":       {"a new, a active, b new, c new, d new", "b"},
		"not one with a stream":        {"a new, a active, a hijacked, b new, c new, d new", "b"},
		"not one that is gone":         {"a new, a closed, b new, c new, d new", "b"},
		"idle counts from its answer":  {"a new, a active, b new, c new, a idle, d new", "b c"},
		"idle again, without a word":   {"a new, b new, a idle, c new", "b"},
		"told of its own end":          {"a new, b new, c new, a closed, d new", "a b"},
		"a request that was too late":  {"a new, b new, c new, a active, a closed, d new", "a b"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var w waiting
			var closed []string
			conns := make(map[string]net.Conn)
			for step := range strings.SplitSeq(test.steps, ", ") {
				name, state, _ := strings.Cut(step, " ")
				if conns[name] == nil {
					conns[name] = &named{name: name, closed: &closed}
				}
				w.note(conns[name], states[state])
				w.closeBeyond(2)
				if w.conns.Len() != len(w.at) || w.conns.Len() > 2 {
					t.Errorf("after %s: %d in order, %d known", step, w.conns.Len(), len(w.at))
				}
			}
			if got := strings.Join(closed, " "); got != test.closed {
				t.Errorf("%s: closed %q, want %q", test.steps, got, test.closed)
			}
		})
	}
}
