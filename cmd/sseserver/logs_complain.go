package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"sseserver/internal/logs/reading"
	"sseserver/internal/logs/terminal"
)

// complain prints an error on one line, and returns the exit code.
func complain(stderr io.Writer, code int, err error) int {
	await(tell(stderr, complaint(err.Error())), flushTime)
	return code
}

// complaint is the line that says what is wrong. The text can have names of files and
// answers of servers in it.
func complaint(text string) string { return "sseserver logs: " + terminal.Line(text) + "\n" }

// ended reports why a log was not read to its end, unless nobody reads the output any
// more. It returns the exit code.
func (in inspection) ended(err error) int {
	switch {
	case !errors.Is(err, context.Canceled):
		return complain(in.stderr, exitFailed, err)
	case in.stdout.gone.Load():
		return exitFailed
	default:
		return complain(in.stderr, exitFailed, errors.New("interrupted"))
	}
}

// tellSkipped reports which lines were skipped because they are broken.
func (in inspection) tellSkipped(report reading.Report) {
	for _, broken := range report.Broken {
		_, _ = io.WriteString(in.stderr, complaint(fmt.Sprint("skipped ", broken)))
	}
	if more := report.BrokenCount - len(report.Broken); more > 0 {
		_, _ = io.WriteString(in.stderr, complaint("skipped "+terminal.Count(more, "more line")))
	}
}
