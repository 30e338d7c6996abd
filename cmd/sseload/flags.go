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
		{Title: "LOAD", Flags: loadFlags(c)},
		{Title: "STREAMS", Flags: streamFlags(c)},
		{Title: "REQUESTS", Flags: r.requestFlags()},
		{Title: "PUBLICATIONS", Flags: publishFlags(&c.Publish)},
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

func loadFlags(c *load.Config) []cmdline.Flag {
	return []cmdline.Flag{
		{Name: "url", Kind: "URL", Usage: "event stream to open; may be repeated: clients begin at them in turn, and reconnect at the next", Set: list(&c.URLs)},
		{Name: "clients", Short: "c", Kind: "number", Usage: "how many clients (default: 100)", Set: count(&c.Clients)},
		{Name: "ramp", Kind: "number", Usage: "opens per second, whatever the server does (default: all in a second, 1000 at most)", Set: rate(&c.Ramp)},
		{Name: "duration", Short: "d", Kind: "duration", Usage: "length of the steady window, after the ramp (default: 10s)", Set: duration(&c.Duration)},
		{Name: "drain", Kind: "duration", Default: load.DefaultDrain.String(), Usage: "longest wait for streams to end after it", Set: duration(&c.Drain)},
		{Name: "stages", Kind: "stages", Usage: "in place of --clients, --ramp and --duration, as in 30s:100,2m:5000,30s:0: over 30 s grow from 0 to 100 clients, and so on", Set: stages(&c.Stages)},
		{Name: "arrivals", Kind: "number", Usage: "in place of --clients and --ramp: new clients per second, whatever the server does; each reads one stream and goes", Set: rate(&c.Arrivals)},
		{Name: "think", Kind: "duration", Usage: "pause between the streams of a client", Set: duration(&c.Think)},
		{Name: "once", Usage: "do not open a stream anew that has ended; a GET that is truncated is resumed, which is no new stream", Set: toggle(&c.Once)},
		{Name: "processes", Kind: "number", Default: "1", Usage: "worker processes that share the clients, to go past the limit of open files", Set: count(&c.Processes)},
		{Name: "seed", Kind: "number", Default: "0", Usage: "of what is random: who is slow, who drops when", Set: seed(&c.Seed)},
	}
}

func streamFlags(c *load.Config) []cmdline.Flag {
	return []cmdline.Flag{
		{Name: "kind", Kind: "kind", Usage: "characters or progress; for ADDRESS (default: characters)", Set: word(&c.Kind)},
		{Name: "message", Kind: "text", Usage: "what to submit; for ADDRESS (default: a text as long as the run)", Set: text(&c.Message)},
		{Name: "message-bytes", Kind: "number", Usage: "length of a message that is made up; for ADDRESS", Set: length(&c.MessageBytes)},
		{Name: "shared", Usage: "one message for all clients, not one each; for ADDRESS", Set: toggle(&c.Shared)},
		{Name: "interval", Kind: "duration", Usage: "time between two events (default: 50ms, progress 100ms; with --url not known, and then there is no lateness)", Set: interval(&c.Interval)},
		{Name: "sequence", Kind: "word", Default: "auto", Usage: "what numbers the events: position (in JSON data), id, none, auto or the path of a number in the data such as data.n; for --url", Set: sequence(&c.Numbering, &c.NumberAt)},
		{Name: "anchor", Kind: "word", Default: "request", Usage: "what the schedule begins with: request or first-event; for --url", Set: anchor(&c.FirstEvent)},
		{Name: "expect-done", Kind: "end", Usage: "proper end of a stream: close (of the response), data:TEXT or event:NAME (of an event); a stream that ends without it is truncated; for --url (default: not known)", Set: word(&c.Done)},
		{Name: "token", Kind: "path", Usage: "count only events whose JSON data has a value there, such as data.choices.0.delta.content; for --url", Set: word(&c.Token)},
		{Name: "timestamp", Kind: "path", Usage: "where the JSON data of an event has the time of its sending, such as data.sent_at, to measure latency; for --url", Set: word(&c.Timestamp.Path)},
		{Name: "unit", Kind: "word", Usage: "of --timestamp: s, ms, us or ns since 1970, or rfc3339 (default: ms)", Set: word(&c.Timestamp.Unit)},
		{Name: "clock-offset", Kind: "duration", Usage: "the server's clock less this one, for --timestamp (default: found out)", Set: offset(&c.ClockOffset)},
		{Name: "max-event-bytes", Kind: "number", Default: strconv.Itoa(load.DefaultMaxEventBytes), Usage: "longest event to accept", Set: count(&c.MaxEventBytes)},
	}
}

// requestFlags are those whose values may have placeholders, and where the
// values of these come from.
func (r *request) requestFlags() []cmdline.Flag {
	c := &r.config
	body := new(given)
	return []cmdline.Flag{
		{Name: "preset", Kind: "name", Usage: "openai: --method POST, --expect-done data:[DONE], --token data.choices.0.delta.content and Content-Type application/json, unless given otherwise; ADDRESS is the event stream", Set: readPreset(&r.preset)},
		{Name: "method", Short: "X", Kind: "word", Usage: "of the requests for event streams, which ADDRESS then is (default: GET)", Set: nonempty(&c.Method)},
		{Name: "body", Kind: "text", Usage: "of these requests; sent as JSON if it is", Set: body.once(text(&c.Body))},
		{Name: "body-file", Kind: "file", Usage: "file with the body", Set: body.once(file(func(in *os.File) error { return readBody(in, &c.Body) }))},
		{Name: "header", Short: "H", Kind: "field", Usage: "field of every request, as 'Name: value'; may be repeated", Set: header(&c.Header)},
		{Name: "user", Short: "u", Kind: "name:password", Usage: "for HTTP Basic authentication", Set: nonempty(&c.User)},
		{Name: "data", Kind: "file", Usage: "CSV file with a row for each client, and a first row that names the columns. {column}, and {client}, {n} and {uuid} of a stream, stand for their values in addresses, header values, user and body; {{n}} is the text {n}", Set: file(func(in *os.File) (err error) {
			c.Columns, c.Rows, err = load.ReadData(in)
			return err
		})},
	}
}

func connectFlags(c *load.Config) []cmdline.Flag {
	return []cmdline.Flag{
		{Name: "protocol", Kind: "word", Default: "http1", Usage: "http1, h2c or h2", Set: text(&c.Protocol)},
		{Name: "insecure", Usage: "accept any TLS certificate", Set: toggle(&c.Insecure)},
		{Name: "source-addresses", Kind: "addresses", Usage: "a number N for 127.0.0.1 to 127.0.0.N, or a list with commas; used in turn, to go past the limit of ports (default: more than one for very many clients of 127.0.0.1)", Set: addresses(&c.SourceAddresses)},
	}
}

func (r *request) clientFlags() []cmdline.Flag {
	return []cmdline.Flag{
		{Name: "reconnect", Kind: "share", Default: "0", Usage: "clients that drop their connection once, at a random moment, and resume: a share such as 20%, or a number", Set: part(&r.reconnect)},
		{Name: "slow-readers", Kind: "share", Default: "0", Usage: "clients that read slowly: a share, or a number", Set: part(&r.slowReaders)},
		{Name: "slow-rate", Kind: "number", Default: strconv.Itoa(load.DefaultSlowRate), Usage: "bytes per second that these read", Set: count(&r.config.SlowRate)},
		{Name: "stall", Kind: "share", Default: "0", Usage: "clients that stop reading after their first event: a share, or a number", Set: part(&r.stall)},
	}
}

func (r *request) resultFlags() []cmdline.Flag {
	return []cmdline.Flag{
		{Name: "threshold", Short: "t", Kind: "condition", Usage: "what to meet, such as lateness.p99<50ms, lost==0, goodput>=99%; may be repeated. lost, duplicate, reordered, corrupt, failed, truncated, empty and errors are ==0, and events >0, unless told otherwise", Set: list(&r.thresholds)},
		{Name: "generator-limit", Kind: "duration", Default: load.DefaultGeneratorLimit.String(), Usage: "how late sseload's own event may be (p99) for the run to be valid; more than the default for a shared machine", Set: duration(&r.config.GeneratorLimit)},
		{Name: "find-limit", Kind: "condition", Usage: "find the highest load that meets this and all thresholds, in runs with ever more --clients or --arrivals; may be repeated", Set: conditions(&r.findLimit)},
		{Name: "json", Kind: "file", Usage: "write the report to this file; sseload schema describes it; - is standard output, here and with the next four", Set: text(&r.json)},
		{Name: "html", Kind: "file", Usage: "write the report to this file as a page with plots", Set: text(&r.html)},
		{Name: "hgrm", Kind: "file", Usage: "write the lateness percentiles to this file, as HdrHistogram does", Set: text(&r.hgrm)},
		{Name: "csv", Kind: "file", Usage: "write the time line to this file, a row per second", Set: text(&r.csv)},
		{Name: "junit", Kind: "file", Usage: "write the verdicts to this file, as JUnit does", Set: text(&r.junit)},
		{Name: "metrics-addr", Kind: "address", Usage: "serve Prometheus on this address while the run lasts, such as 127.0.0.1:9464, at /metrics", Set: text(&r.metricsAddr)},
	}
}
