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
