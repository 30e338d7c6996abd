package main

import (
	"context"

	"sseserver/internal/cmdline"
	"sseserver/internal/logs/summary"
)

// summaryCommand is `sseserver logs summary`.
func summaryCommand() subcommand {
	return subcommand{
		name: "summary", arguments: "[FILE...]",
		about: "what happened, on one page",
		detail: `   Streams by kind and by the reason of their end, how late they were and how
   long they took, the clients with most streams and bytes, messages, refusals
   by code, and how many streams were opened, and ended unfinished, in each
   minute.
`,
		examples: `   sseserver logs summary sseserver.log
   sseserver logs summary /var/log/sseserver.log*
`,
		call: func() ([]cmdline.Flag, func(context.Context, inspection) int) {
			return nil, func(ctx context.Context, in inspection) int { return in.summarize(ctx) }
		},
	}
}

// summarize prints the summary of a log.
func (in inspection) summarize(ctx context.Context) int {
	counted := summary.New()
	report, code := in.read(ctx, nil, counted.Line)
	if code != exitOK {
		return code
	}
	if err := counted.Write(in.stdout, report, in.width); err != nil {
		return exitFailed // nobody reads it any more
	}
	return exitOK
}
