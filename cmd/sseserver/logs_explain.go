package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"os"

	"sseserver/internal/cmdline"
	"sseserver/internal/logs/reading"
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
	in.tellBroken(lines.report)
	if !told.Found {
		return exitFailed
	}
	return exitOK
}

// linesTwice are the lines of a log that is read more than once. What is no file is
// kept in one that has no name.
type linesTwice struct {
	in     inspection
	files  []string
	name   string   // of what was kept
	kept   *os.File // nil if the log is files
	report reading.Report
	err    error // the first one
}

// all are the lines, from the first one. It ends early at an error.
func (l *linesTwice) all(ctx context.Context) iter.Seq[*reading.Line] {
	return func(yield func(*reading.Line) bool) {
		if l.err != nil {
			return
		}
		report, err := l.read(ctx, yield)
		if l.report.Lines == 0 { // the first time, when nothing was skipped yet
			l.report = report
		}
		if !errors.Is(err, errEnough) {
			l.err = err
		}
	}
}

// errEnough ends the reading of lines that nobody wants.
var errEnough = errors.New("enough")

func (l *linesTwice) read(ctx context.Context, yield func(*reading.Line) bool) (reading.Report, error) {
	give := func(line *reading.Line) error {
		if !yield(line) {
			return errEnough
		}
		return nil
	}
	if l.kept != nil {
		if _, err := l.kept.Seek(0, io.SeekStart); err != nil {
			return reading.Report{}, err
		}
		return reading.Read(ctx, reading.Stream(l.name, l.kept), give)
	}
	input, closeInput, err := l.in.input(ctx, l.files)
	if err != nil {
		return reading.Report{}, err
	}
	defer closeInput()
	if len(l.files) > 0 {
		return reading.Read(ctx, input, give)
	}
	if l.kept, err = temporary(); err != nil {
		return reading.Report{}, err
	}
	keeper := bufio.NewWriterSize(l.kept, 1<<20)
	report, err := reading.Read(ctx, input, func(line *reading.Line) error {
		l.name = line.Source
		_, _ = keeper.Write(line.Raw)
		if err := keeper.WriteByte('\n'); err != nil {
			return err
		}
		return give(line)
	})
	return report, errors.Join(err, keeper.Flush())
}

// temporary returns a file that is gone once it is closed.
func temporary() (*os.File, error) {
	file, err := os.CreateTemp("", "sseserver-logs-*")
	if err != nil {
		return nil, err
	}
	return file, os.Remove(file.Name())
}

func (l *linesTwice) close() {
	if l.kept != nil {
		_ = l.kept.Close()
	}
}
