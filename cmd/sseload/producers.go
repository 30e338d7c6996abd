package main

import (
	"sseserver/internal/cmdline"
	"sseserver/internal/load"
)

func liveFlags(l *load.Live) []cmdline.Flag {
	return []cmdline.Flag{
		{Name: "live", Usage: "open live messages at ADDRESS, append to them in the steady window, and stream them to the clients; measures append and delivery", Set: toggle(&l.On)},
		{Name: "live-messages", Kind: "number", Usage: "number of live messages; the clients share them evenly (default: 1)", Set: count(&l.Messages)},
		{Name: "append-rate", Kind: "number", Usage: "chunks per second that are appended to each message, for --duration (default: 10)", Set: rate(&l.Rate)},
		{Name: "append-bytes", Kind: "number", Usage: "bytes of a chunk (default: 4)", Set: count(&l.Bytes)},
		{Name: "append-to", Kind: "address", Usage: "address of a server that has the messages, too, such as another node of a cluster; append there instead of at ADDRESS", Set: nonempty(&l.AppendTo)},
		{Name: "pipe", Usage: "append through one long request per message, not with a request per chunk", Set: toggle(&l.Pipe)},
	}
}
