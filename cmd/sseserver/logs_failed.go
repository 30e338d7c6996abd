package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"sseserver/internal/cmdline"
	"sseserver/internal/logs/reading"
	"sseserver/internal/logs/story"
	"sseserver/internal/logs/terminal"
)

const failedDetail = `   Lists the clients that never got their whole stream: when, how far they came,
   why, and which side failed: the client, the network, the server, an operator,
   the producer of the message, or the test plan of the stream. A client that
   lost its stream, resumed and finished has not failed. One client is one
   entry, however often it resumed.

   A client that resumes is recognized by previous_stream_id, else by its
   address, user agent and position, up to an hour later and on any of the
   servers whose logs are named. A client that reads a message again from the
   start counts as another one, and its first try stays listed, unless the
   server ended that try before anything was sent, up to a minute earlier.

   Live messages that failed and clients that were refused are listed as well.
   Clients that still read at the end of the log are only counted. Exits with 0
   if nothing failed, and with 1 if something did.
`

const failedExamples = `   sseserver logs failed server.log          what did not finish, and why
   sseserver logs failed server.log*         also in rotated and compressed
                                             files, or in those of several
                                             servers
   sseserver logs failed --json server.log   one JSON object a line: failures as
                                             {"type":"client",...}, and last
                                             {"type":"total",...}
   journalctl -u sseserver -o cat | sseserver logs failed
`

func failedCommand() subcommand {
	return subcommand{
		name: "failed", arguments: "[FILE...]", about: "what never got to its end, and whose fault it was",
		detail: failedDetail, examples: failedExamples,
		call: func() ([]cmdline.Flag, func(context.Context, inspection) int) {
			var asJSON bool
			return []cmdline.Flag{jsonFlag(&asJSON)}, func(ctx context.Context, in inspection) int { return in.failed(ctx, asJSON) }
		},
	}
}

func (in inspection) failed(ctx context.Context, asJSON bool) int {
	input, closeInput, err := in.input(ctx, in.arguments)
	if err != nil {
		return in.ended(err)
	}
	defer closeInput()
	printer := failurePrinter{w: in.stdout, style: in.style(), asJSON: asJSON}
	failures := story.NewFailures(printer.print)
	report, err := reading.Read(ctx, input, func(line *reading.Line) error {
		failures.Add(line)
		return nil
	})
	if err != nil {
		return in.ended(err)
	}
	totals := failures.End()
	printer.total(totals)
	in.tellSkipped(report)
	if !totals.None() {
		return exitFailed
	}
	return exitOK
}

// failurePrinter writes failures one by one, for people or as JSON.
type failurePrinter struct {
	w      io.Writer
	style  terminal.Style
	asJSON bool
	last   time.Time // of the previous failure; zero before the first
}

func (p *failurePrinter) print(f story.Failure) {
	if p.asJSON {
		_ = json.NewEncoder(p.w).Encode(f)
		return
	}
	if p.last.IsZero() || !p.style.SameDay(p.last, f.Time) {
		fmt.Fprintf(p.w, "%s\n\n", p.style.Paint(terminal.Bold, p.style.Day(f.Time)))
	}
	p.last = f.Time
	_ = f.Print(p.w, p.style)
}

func (p *failurePrinter) total(t story.Totals) {
	if p.asJSON {
		_ = json.NewEncoder(p.w).Encode(struct {
			Type string `json:"type"`
			story.Totals
		}{"total", t})
		return
	}
	if !p.last.IsZero() {
		fmt.Fprintln(p.w)
	}
	_ = t.Print(p.w, p.style)
}
