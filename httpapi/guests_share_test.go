package httpapi

import (
	"net"
	"net/http"
	"strings"
	"testing"
)

// One client has as many of the guests' places as it likes, until another comes for its
// share.
func TestGuestsShareTheirPlaces(t *testing.T) {
	for guests, wantClosed := range map[string]string{
		"a1 a2 a3 a4":           "",
		"a1 a2 a3 a4 b1":        "a1",
		"a1 a2 a3 a4 b1 b2":     "a1 a2",
		"a1 a2 a3 a4 b1 b2 b3":  "a1 a2", // and b3 is refused
		"a1 a2 a3 a4 a5":        "",      // a5 is refused
		"b1 a1 a2 a3 c1 c2":     "a1",    // and c2 is refused
		"b1 a1 a2 a3 a2- a4 c1": "a1",
		"a1 b1 c1 d1 e1":        "", // nobody has more than a share
	} {
		host, own := newConns(0, 0), newConns(0, 0)
		host.setGuestLimit(4)
		own.host = host
		var closed []string
		conns := make(map[string]net.Conn)
		for name := range strings.FieldsSeq(guests) {
			if conn := conns[strings.TrimSuffix(name, "-")]; conn != nil {
				own.note(conn, http.StateClosed)
				continue
			}
			conn := &named{name: name, closed: &closed}
			conns[name] = conn
			own.note(conn, http.StateNew)
			own.beginStream(conn)
		}
		if got := strings.Join(closed, " "); got != wantClosed || host.guests.list.Len() != 4 {
			t.Errorf("%s: %q were closed, and there are %d guests; want %q, and 4", guests, got, host.guests.list.Len(), wantClosed)
		}
	}
}
