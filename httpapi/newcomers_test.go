package httpapi

import (
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Who comes while all places are taken waits until one is free, or until another has
// been quiet for long enough; who is answered stays longer than who waits for a request.
func TestNewcomersWait(t *testing.T) {
	tests := map[string]struct {
		steps  string // "connection step"
		closed string
		waited time.Duration
	}{
		"for the one that was quiet for longest": {"a new, b new, c new, d new", "a", newcomerPatience},
		"again":                                  {"a new, b new, c new, d new, e new", "a b", newcomerPatience},
		"not if that is so already":              {"a new, b new, c new, - rest, d new", "a", 0},
		"only for the rest":                      {"a new, b new, c new, - rest, a touch, b touch, c touch, d new", "a", newcomerPatience},
		"for one that leaves":                    {"a new, b new, c new, c leaving, d new", "", time.Millisecond},
		"for one that becomes a guest":           {"a new, b new, c new, c lodging, d new", "", time.Millisecond},
		"not for one that is answered":           {"a new, a request, b new, c new, - rest, d new", "b", 0},
		"unless all others are":                  {"a new, a request, b new, b request, c new, c request, - rest, d new", "a", 0},
		"not for a stream":                       {"a new, a stream, b new, b stream, c new, c stream, - rest, d new, e new", "d", newcomerPatience},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newConns(3, 2)
				c.host, c.newcomers = newConns(0, 0), newNewcomers()
				c.host.setGuestLimit(1)
				if strings.Contains(test.steps, "stream") {
					c.host, c.streamLimit = nil, 3
				}
				var closed []string
				conns := make(map[string]net.Conn)
				start := time.Now()
				for step := range strings.SplitSeq(test.steps, ", ") {
					name, what, _ := strings.Cut(step, " ")
					if conns[name] == nil {
						conns[name] = &named{name: name, closed: &closed}
					}
					conn := conns[name]
					switch what {
					case "rest":
						time.Sleep(time.Minute)
						start = time.Now()
					case "request":
						c.touch(conn, 1)
					case "leaving":
						time.AfterFunc(time.Millisecond, func() { c.note(conn, http.StateClosed) })
					case "lodging":
						time.AfterFunc(time.Millisecond, func() { c.beginStream(conn) })
					default:
						c.do(t, conn, what)
					}
				}
				waited := time.Since(start)
				if got := strings.Join(closed, " "); got != test.closed || waited != test.waited {
					t.Errorf("%s: closed %q after %v; want %q after %v", test.steps, got, waited, test.closed, test.waited)
				}
			})
		})
	}
}

// A thousand who come at once are accepted some after the others.
func TestNewcomersArePaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newConns(0, 0)
		c.newcomers = newNewcomers()
		start := time.Now()
		for n := range 1000 {
			c.note(&named{name: strconv.Itoa(n)}, http.StateNew)
		}
		took := time.Since(start).Round(time.Millisecond)
		if want := (1000 - newcomersAtOnce) * newcomerPause; took != want {
			t.Errorf("a thousand were accepted within %v, want %v", took, want)
		}
	})
}
