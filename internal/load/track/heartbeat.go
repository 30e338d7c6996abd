package track

import "sseserver/internal/eventstream"

// IsHeartbeat tells whether an event only says that the stream is alive, as a comment
// does: what a server of this project sends where heartbeat=event was asked for. With
// its data, no event of another server is taken for one.
//
//	event: heartbeat
//	data: {}
func IsHeartbeat(e eventstream.Event) bool {
	return string(e.Type) == "heartbeat" && string(e.Data) == "{}"
}
