package httpapi

import (
	"net/netip"

	"sseserver/internal/logs"

	"go.uber.org/zap"
)

// logRejection logs that x is refused, unless its client has been refused so often
// in this second that the log only counts it; then x has no line at all.
func (x *exchange) logRejection(code string, event *logs.Event, fields ...zap.Field) {
	if !x.server.rejections.Allow(networkOf(x.client), code) {
		x.unlogged = true
		return
	}
	event.Log(x.server.config.Logger, fields...)
}

// logRejections tells how many refusals were counted.
func (s *Server) logRejections(client netip.Prefix, codes []string, count int) {
	logs.HTTPRejectionsSummed.Log(s.config.Logger, logs.ClientNetwork(client), logs.Codes(codes), logs.Count(count))
}

// LogRejections logs what is counted but not logged yet of refused requests.
func (s *Server) LogRejections() { s.rejections.Flush() }

// networkOf is what counts as one client: its IPv4 address, or of IPv6 the network
// of 64 bits, in which one machine may have as many addresses as it likes (RFC
// 4291 §2.5.1).
func networkOf(client netip.Addr) netip.Prefix {
	bits := 64
	if client.Is4() {
		bits = 32
	}
	network, _ := client.Prefix(bits) // the zero Prefix if the client is not known
	return network
}
