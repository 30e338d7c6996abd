package main

import (
	"os"
	"strconv"

	"sseserver/internal/cmdline"
	"sseserver/internal/load"
)

// flags are the options of a run, in the order of --help, with their values in r.
func (r *request) flags() []cmdline.Group {
	c := &r.config
	return []cmdline.Group{
		{Title: "TARGET", Flags: r.targetFlags()},
		{Title: "LOAD", Flags: loadFlags(c)},
		{Title: "STREAMS", Flags: streamFlags(c)},
		{Title: "PUBLICATIONS", Flags: publishFlags(&c.Publish)},
		{Title: "LIVE MESSAGES", Flags: liveFlags(&c.Live)},
		{Title: "CONNECTIONS", Flags: connectFlags(c)},
		{Title: "UNRULY CLIENTS", Flags: r.clientFlags()},
		{Title: "RESULT", Flags: r.resultFlags()},
	}
}

// setDefaults sets each flag that has a default to it.
func setDefaults(groups []cmdline.Group) {
	for _, group := range groups {
		for _, f := range group.Flags {
			if f.Default == "" {
				continue
			}
			if err := f.Set(f.Default); err != nil {
				panic("sseload: the default of --" + f.Name + ": " + err.Error())
			}
		}
	}
}

// targetFlags say what to load and how to ask for it. The values of most may
// have placeholders.
func (r *request) targetFlags() []cmdline.Flag {
	c := &r.config
	body := new(given)
	return []cmdline.Flag{
		{Name: "url", Kind: "URL", Usage: "event stream to open; may be repeated: clients start at the URLs in turn, and reconnect to the next one", Set: list(&c.URLs)},
		{Name: "preset", Kind: "name", Usage: "openai: sets --method POST, --expect-done data:[DONE], --token data.choices.0.delta.content and the header Content-Type: application/json, unless they are given; ADDRESS is then an event stream", Set: readPreset(&r.preset)},
		{Name: "method", Short: "X", Kind: "word", Usage: "request method; ADDRESS is then an event stream; only GET streams are resumed (default: GET)", Set: nonempty(&c.Method)},
		{Name: "body", Kind: "text", Usage: "request body; its Content-Type is that of JSON, of a form or of text, whichever it looks like", Set: body.once(text(&c.Body))},
		{Name: "body-file", Kind: "file", Usage: "file with the request body", Set: body.once(file(func(in *os.File) error { return readBody(in, &c.Body) }))},
		{Name: "header", Short: "H", Kind: "field", Usage: "header field of every request, as 'Name: value'; may be repeated", Set: header(&c.Header)},
		{Name: "user", Short: "u", Kind: "name:password", Usage: "credentials for HTTP Basic authentication", Set: nonempty(&c.User)},
		{Name: "data", Kind: "file", Usage: "CSV file with a row for each client, below a row that names the columns. Addresses, header values, --user and the body may contain {column} for a value of the client, {client} and {n} for the numbers of client and stream, from 0, and {uuid}; {{n}} is the text {n}", Set: file(func(in *os.File) (err error) {
			c.Columns, c.Rows, err = load.ReadData(in)
			return err
		})},
	}
}

func loadFlags(c *load.Config) []cmdline.Flag {
	return []cmdline.Flag{
		{Name: "clients", Short: "c", Kind: "number", Usage: "number of clients (default: 100)", Set: count(&c.Clients)},
		{Name: "ramp", Kind: "number", Usage: "clients that open per second, however fast the server answers (default: all within a second, at most 1000)", Set: rate(&c.Ramp)},
		{Name: "duration", Short: "d", Kind: "duration", Usage: "length of the steady window, after the ramp (default: 10s)", Set: duration(&c.Duration)},
		{Name: "drain", Kind: "duration", Default: load.DefaultDrain.String(), Usage: "longest wait for streams to end after the steady window", Set: duration(&c.Drain)},
		{Name: "stages", Kind: "stages", Usage: "load profile in place of --clients, --ramp and --duration: 30s:100,2m:5000,30s:0 goes from 0 to 100 clients in 30 s, to 5000 in 2 min, and to 0 in 30 s", Set: stages(&c.Stages)},
		{Name: "arrivals", Kind: "number", Usage: "new clients per second, however fast the server answers, in place of --clients and --ramp; each reads one stream and leaves", Set: rate(&c.Arrivals)},
		{Name: "think", Kind: "duration", Usage: "pause of a client between two streams", Set: duration(&c.Think)},
		{Name: "once", Usage: "do not open another stream when one has ended; a truncated GET is resumed, which is no new stream", Set: toggle(&c.Once)},
		{Name: "processes", Kind: "number", Default: "1", Usage: "worker processes that share the clients; several can exceed the open-file limit of one", Set: count(&c.Processes)},
		{Name: "seed", Kind: "number", Default: "0", Usage: "seed of the random choices: which clients are slow, when clients drop their connection, and which faults happen", Set: seed(&c.Seed)},
	}
}

func streamFlags(c *load.Config) []cmdline.Flag {
	return []cmdline.Flag{
		{Name: "kind", Kind: "kind", Usage: "kind of the messages, characters or progress; for ADDRESS (default: characters)", Set: word(&c.Kind)},
		{Name: "message", Kind: "text", Usage: "text to submit; for ADDRESS (default: a text as long as the run)", Set: nonempty(&c.Message)},
		{Name: "message-bytes", Kind: "number", Usage: "length of a generated message; for ADDRESS", Set: length(&c.MessageBytes)},
		{Name: "shared", Usage: "stream one message to all clients, not one each; for ADDRESS", Set: toggle(&c.Shared)},
		{Name: "interval", Kind: "duration", Usage: "time between two events, 100µs at least (default: 50ms, or 100ms for progress; unknown with --url, so that lateness is not measured)", Set: interval(&c.Interval)},
		{Name: "sequence", Kind: "word", Default: "auto", Usage: "source of the event numbers: position (in JSON data), id, none, auto, or the path of a number in the data, such as data.n; for --url", Set: sequence(&c.Numbering, &c.NumberAt)},
		{Name: "anchor", Kind: "word", Default: "request", Usage: "start of the schedule: request or first-event; for --url", Set: anchor(&c.FirstEvent)},
		{Name: "expect-done", Kind: "end", Usage: "proper end of a stream: close (of the response), data:TEXT or event:NAME (of an event); a stream that ends without it is truncated; for --url (default: unknown)", Set: word(&c.Done)},
		{Name: "token", Kind: "path", Usage: "count only events whose JSON data has a value at this path, such as data.choices.0.delta.content; for --url", Set: word(&c.Token)},
		{Name: "timestamp", Kind: "path", Usage: "path of the send time in the JSON data of an event, such as data.sent_at; measures latency; for --url", Set: word(&c.Timestamp.Path)},
		{Name: "unit", Kind: "word", Usage: "unit of --timestamp: s, ms, us or ns since 1970, or rfc3339 (default: ms)", Set: word(&c.Timestamp.Unit)},
		{Name: "clock-offset", Kind: "duration", Usage: "the server's clock minus this machine's, for --timestamp (default: estimated)", Set: offset(&c.ClockOffset)},
		{Name: "fault", Kind: "plan", Usage: "faults that each stream asks the server for, such as cut@12,drop:5%; they are no failures, all else is, also a fault that does not happen; stream n has the seed --seed + n; for ADDRESS", Set: plan(&c.Fault)},
		{Name: "max-event-bytes", Kind: "number", Default: strconv.Itoa(load.DefaultMaxEventBytes), Usage: "longest event to accept, in bytes", Set: count(&c.MaxEventBytes)},
	}
}

func connectFlags(c *load.Config) []cmdline.Flag {
	return []cmdline.Flag{
		{Name: "protocol", Kind: "word", Default: "http1", Usage: "http1, h2c (HTTP/2 without TLS) or h2", Set: text(&c.Protocol)},
		{Name: "insecure", Usage: "accept any TLS certificate", Set: toggle(&c.Insecure)},
		{Name: "source-addresses", Kind: "addresses", Usage: "local addresses to connect from, in turn, to exceed the port limit of one: a number N for 127.0.0.1 to 127.0.0.N, or a list with commas (default: several for very many clients on 127.0.0.1, else one)", Set: addresses(&c.SourceAddresses)},
	}
}

func (r *request) clientFlags() []cmdline.Flag {
	return []cmdline.Flag{
		{Name: "reconnect", Kind: "share", Default: "0", Usage: "clients that drop their connection once, at a random moment, and resume: a share such as 20%, or a number", Set: part(&r.reconnect)},
		{Name: "slow-readers", Kind: "share", Default: "0", Usage: "clients that read slowly: a share, or a number", Set: part(&r.slowReaders)},
		{Name: "slow-rate", Kind: "number", Default: strconv.Itoa(load.DefaultSlowRate), Usage: "bytes per second that a slow client reads", Set: count(&r.config.SlowRate)},
		{Name: "stall", Kind: "share", Default: "0", Usage: "clients that stop reading after their first event: a share, or a number", Set: part(&r.stall)},
	}
}

func (r *request) resultFlags() []cmdline.Flag {
	return []cmdline.Flag{
		{Name: "threshold", Short: "t", Kind: "condition", Usage: "what to meet, such as lateness.p99<50ms, lost==0, goodput>=99%; may be repeated. lost, duplicate, reordered, corrupt, failed, truncated, empty and errors are ==0, and events >0, unless told otherwise", Set: list(&r.thresholds)},
		{Name: "generator-limit", Kind: "duration", Default: load.DefaultGeneratorLimit.String(), Usage: "largest p99 lateness of sseload's own event in a valid run; raise it on a shared machine", Set: duration(&r.config.GeneratorLimit)},
		{Name: "find-limit", Kind: "condition", Usage: "search for the highest load that meets this condition and all thresholds, in runs with more and more --clients or --arrivals; may be repeated", Set: conditions(&r.findLimit)},
		{Name: "json", Kind: "file", Usage: "file for the report as JSON, which sseload schema describes; here and in the next four, - is standard output", Set: text(&r.json)},
		{Name: "html", Kind: "file", Usage: "file for the report as a page with plots", Set: text(&r.html)},
		{Name: "hgrm", Kind: "file", Usage: "file for the lateness percentiles, in the format of HdrHistogram", Set: text(&r.hgrm)},
		{Name: "csv", Kind: "file", Usage: "file for the time line, with a row per second", Set: text(&r.csv)},
		{Name: "junit", Kind: "file", Usage: "file for the verdicts, in the format of JUnit", Set: text(&r.junit)},
		{Name: "metrics-addr", Kind: "address", Usage: "address that serves Prometheus metrics at /metrics during the run, such as 127.0.0.1:9464", Set: text(&r.metricsAddr)},
	}
}
