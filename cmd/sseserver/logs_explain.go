package main

import (
	"context"
	"encoding/json"
	"errors"

	"sseserver/internal/cmdline"
	"sseserver/internal/logs/story"
)

const explainDetail = `   Prints what happened to one message, stream, request or trace, and when,
   counted from the first step: the submission, each stream and each resume, the
   times when it was behind, faults, the end. The last sentence says which side
   failed, and why. Of the clients of a message, up to 12 are listed, those that
   failed first; the others are counted.

   ID is a whole id, or its first digits, at least 8. The log is read twice; one
   that does not come from files is copied to a temporary file. Exits with 1 if
   no line has the id.
`

const explainExamples = `   sseserver logs explain 5b0e3c0e server.log    what has an id that begins so
   sseserver logs explain 5b0e3c0e server.log*   also in rotated and compressed
                                                 files, or in those of several
                                                 servers
   sseserver logs explain 5b0e3c0e               in the last lines of the
                                                 running server
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
