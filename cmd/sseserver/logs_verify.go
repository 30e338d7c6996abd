package main

import (
	"context"
	"fmt"
	"strconv"

	"sseserver/internal/cmdline"
	"sseserver/internal/logs/terminal"
	"sseserver/internal/logs/verify"
)

// verifyCommand is `sseserver logs verify`.
func verifyCommand() subcommand {
	return subcommand{
		name: "verify", arguments: "[FILE...]",
		about: "prove that a log is whole and agrees with itself",
		detail: `   Every line must be one whole JSON object that the catalogue of events
   declares. The lines of a process must be numbered without a gap. Each stream
   must have one beginning and one end that agree in message, kind, positions,
   total and reason. Each submitted message must have been removed or still be
   stored. The problems are printed with their lines; if there are any, the exit
   code is 1.
`,
		examples: `   sseserver logs verify /var/log/sseserver.log*
   journalctl -u sseserver -o cat | sseserver logs verify
`,
		call: func() ([]cmdline.Flag, func(context.Context, inspection) int) {
			limit := 20
			return []cmdline.Flag{{
				Name: "limit", Kind: "number", Usage: "problems that are printed; all are counted", Default: strconv.Itoa(limit),
				Set: (&count{&limit, 0, 1_000_000}).Set,
			}}, func(ctx context.Context, in inspection) int { return in.verify(ctx, limit) }
		},
	}
}

// verify prints what is wrong with a log, or that nothing is.
func (in inspection) verify(ctx context.Context, limit int) int {
	var shown []string // printed when everything is read, as a bar may be on the terminal until then
	v := verify.New(func(p verify.Problem) {
		if len(shown) >= limit {
			return
		}
		text := terminal.Plain(p.Error())
		if p.Line != nil {
			text += "\n   " + in.cutLine(p.Line)
		}
		shown = append(shown, text)
	})
	if _, code := in.read(ctx, v.Broken, v.Line); code != exitOK {
		return code
	}
	summary := v.End()
	for _, problem := range shown {
		fmt.Fprintln(in.stdout, problem)
	}
	if hidden := summary.Problems - int64(len(shown)); hidden > 0 {
		fmt.Fprintf(in.stdout, "… and %s\n", terminal.Count(hidden, "more problem"))
	}
	for _, note := range summary.Notes {
		fmt.Fprintln(in.stdout, note)
	}
	fmt.Fprintln(in.stdout, verdict(summary))
	if summary.Problems > 0 {
		return exitFailed
	}
	return exitOK
}

// verdict is the last line that verify prints.
//
//	12 034 lines of 1 run, 2 000 streams opened and closed, 0 dropped: nothing is wrong
func verdict(s verify.Summary) string {
	streams := terminal.Count(s.Opened, "stream") + " opened and closed"
	if s.Opened != s.Closed {
		streams = terminal.Count(s.Opened, "stream") + " opened and " + terminal.Grouped(s.Closed) + " closed"
	}
	result := "nothing is wrong"
	if s.Problems > 0 {
		result = terminal.Count(s.Problems, "problem")
	}
	return fmt.Sprintf("%s of %s, %s, %s dropped: %s",
		terminal.Count(s.Lines, "line"), terminal.Count(s.Runs, "run"), streams, terminal.Grouped(s.Dropped), result)
}

// cutLine is a line of a log, cut so that it fits on one line of the terminal behind its
// indent. Elsewhere it has at most 400 characters.
func (in inspection) cutLine(line []byte) string {
	most := 400
	if in.width > 0 {
		most = max(in.width-4, 20)
	}
	text := []rune(terminal.Line(string(line)))
	if len(text) > most {
		return string(text[:most-1]) + "…"
	}
	return string(text)
}
