package main

import (
	"context"
	"encoding/json"
	"errors"

	"sseserver/internal/cmdline"
	"sseserver/internal/logs/story"
)

const explainDetail = `   Tells the story of one message, stream, request or trace, with the time of each step since the first: submitted, each
   stream and each resume, the times when it was behind, faults, the end. The last sentence names the side that failed
   and why. Of a message with many clients, up to 12 are told of, those that failed first; the rest is counted.

   ID is a whole id or its first digits, at least 8. The log is read twice; what does not come from files is kept in a
   temporary one meanwhile. Exits with 1 if no line has the id.

`

const explainExamples = `   sseserver logs explain 5b0e3c0e server.log    the message, stream, request or trace whose id begins so
   sseserver logs explain 5b0e3c0e server.log*   also in rotated and compressed files, or those of several servers
   sseserver logs explain 5b0e3c0e               in the last lines of the running server
   sseserver logs explain --json 5b0e3c0e server.log
`

func explainCommand() subcommand {
	return subcommand{
		name: "explain", arguments: "ID [FILE...]", about: "the story of a message, stream, request or trace",
		detail: explainDetail, examples: explainExamples,
		call: func() ([]cmdline.Flag, func(context.Context, inspection) int) {
			var asJSON bool
			return []cmdline.Flag{jsonFlag(&asJSON)}, func(ctx context.Context, in inspection) int { return in.explain(ctx, asJSON) }
		},
	}
}

func (in inspection) explain(ctx context.Context, asJSON bool) int {
	if len(in.arguments) == 0 {
		return complain(in.stderr, exitInvalid, errors.New("explain needs an ID; sseserver logs explain --help says more"))
	}
	lines := &linesTwice{in: in, files: in.arguments[1:]}
	defer lines.close()
	told := story.Explain(in.arguments[0], lines.all(ctx))
	if lines.err != nil {
		return in.ended(lines.err)
	}
	if asJSON {
		encoder := json.NewEncoder(in.stdout)
		encoder.SetIndent("", "  ")
		_ = encoder.Encode(told)
	} else {
		_ = told.Print(in.stdout, in.style())
	}
	in.tellSkipped(lines.report)
	if !told.Found {
		return exitFailed
	}
	return exitOK
}
