package main

import (
	"slices"

	"github.com/urfave/cli/v3"

	"sseserver/internal/load"
)

// The groups that --help shows, in its order, which is that of the alphabet.
const (
	groupLoad    = "1. Load"
	groupStreams = "2. Streams"
	groupConnect = "3. Connections"
	groupClients = "4. Unruly clients"
	groupResult  = "5. Result"
)

// flags are the options of a run.
func flags() []cli.Flag {
	return slices.Concat(loadFlags(), streamFlags(), connectFlags(), clientFlags(), resultFlags())
}

func loadFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "url", Category: groupLoad, Usage: "event stream that all clients open"},
		&cli.IntFlag{Name: "clients", Category: groupLoad, Aliases: []string{"c"}, Value: 100, Usage: "`NUMBER` of clients"},
		&cli.FloatFlag{Name: "ramp", Category: groupLoad, HideDefault: true, Usage: "opens per second, whatever the server does (default: all in a second, 1000 at most)"},
		&cli.DurationFlag{Name: "duration", Category: groupLoad, Aliases: []string{"d"}, Value: load.DefaultDuration, Usage: "length of the steady window, after the ramp"},
		&cli.DurationFlag{Name: "drain", Category: groupLoad, Value: load.DefaultDrain, Usage: "longest wait for streams to end after it"},
		&cli.BoolFlag{Name: "once", Category: groupLoad, Usage: "do not open a stream anew that has ended"},
		&cli.IntFlag{Name: "processes", Category: groupLoad, Value: 1, Usage: "worker processes that share the clients, to go past the limit of open files"},
		&cli.Uint64Flag{Name: "seed", Category: groupLoad, Usage: "of what is random: who is slow, who drops when"},
	}
}

func streamFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "kind", Category: groupStreams, Value: "characters", Usage: "characters or progress; for ADDRESS"},
		&cli.StringFlag{Name: "message", Category: groupStreams, HideDefault: true, Usage: "`TEXT` to submit; for ADDRESS (default: one as long as the run)"},
		&cli.IntFlag{Name: "message-bytes", Category: groupStreams, HideDefault: true, Usage: "length of a message that is made up; for ADDRESS"},
		&cli.BoolFlag{Name: "shared", Category: groupStreams, Usage: "one message for all clients, not one each; for ADDRESS"},
		&cli.DurationFlag{Name: "interval", Category: groupStreams, HideDefault: true, Usage: "time between two events (default: 50ms, progress 100ms; with --url not known, and then there is no lateness)"},
		&cli.StringFlag{Name: "sequence", Category: groupStreams, Value: "auto", Usage: "what numbers the events: position (in JSON data), id, none or auto; for --url"},
		&cli.StringFlag{Name: "anchor", Category: groupStreams, Value: "request", Usage: "what the schedule begins with: request or first-event; for --url"},
		&cli.IntFlag{Name: "max-event-bytes", Category: groupStreams, Value: load.DefaultMaxEventBytes, Usage: "longest event to accept"},
	}
}

func connectFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "protocol", Category: groupConnect, Value: "http1", Usage: "http1, h2c or h2"},
		&cli.StringSliceFlag{Name: "header", Category: groupConnect, Aliases: []string{"H"}, Usage: "`FIELD` of every request, as 'Name: value'; may be repeated"},
		&cli.BoolFlag{Name: "insecure", Category: groupConnect, Usage: "accept any TLS certificate"},
		&cli.StringFlag{Name: "source-addresses", Category: groupConnect, Usage: "`N` for 127.0.0.1 to 127.0.0.N, or a list with commas; used in turn, to go past the limit of ports (default: more than one for very many clients of 127.0.0.1)"},
	}
}

func clientFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "reconnect", Category: groupClients, Value: "0", Usage: "clients that drop their connection once, at a random moment, and resume: a `SHARE` such as 20%, or a number"},
		&cli.StringFlag{Name: "slow-readers", Category: groupClients, Value: "0", Usage: "clients that read slowly: a `SHARE`, or a number"},
		&cli.IntFlag{Name: "slow-rate", Category: groupClients, Value: load.DefaultSlowRate, Usage: "bytes per second that these read"},
		&cli.StringFlag{Name: "stall", Category: groupClients, Value: "0", Usage: "clients that stop reading after their first event: a `SHARE`, or a number"},
	}
}

func resultFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "threshold", Category: groupResult, Aliases: []string{"t"}, Usage: "`CONDITION` to meet, such as lateness.p99<50ms, lost==0, goodput>=99%; may be repeated. lost, duplicate, reordered, corrupt and failed are ==0 unless told otherwise"},
		&cli.StringFlag{Name: "json", Category: groupResult, Usage: "write the report to `FILE`; sseload schema describes it"},
		&cli.StringFlag{Name: "html", Category: groupResult, Usage: "write the report to `FILE` as a page with plots"},
		&cli.StringFlag{Name: "hgrm", Category: groupResult, Usage: "write the lateness percentiles to `FILE`, as HdrHistogram does"},
	}
}
