package run

import (
	"net/netip"
	"strings"
)

// sources deals out source addresses on loopback. Connections that have ended
// keep their ports for a minute, and a port that is searched for among many
// taken ones costs the client more than its work: so each turn gets addresses
// that nobody used of late.
type sources struct{ used int }

const (
	// perSource is how many connections one address is good for. The kernel has
	// 28 232 ports for them by default, and seeks long beyond half of those.
	perSource = 10_000
	// cycle is after how many addresses the first is used again. At a few of
	// them for each turn, that is long after its ports are free.
	cycle = 200
)

// next is enough addresses for a turn, in sseload's form.
func (s *sources) next(connections int) string {
	var list []string
	for range (connections + perSource - 1) / perSource {
		list = append(list, netip.AddrFrom4([4]byte{127, 0, 1, byte(1 + s.used%cycle)}).String())
		s.used++
	}
	return strings.Join(list, ",")
}
