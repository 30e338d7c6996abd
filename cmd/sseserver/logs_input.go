package main

import (
	"context"
	"fmt"

	"sseserver/internal/logs/reading"
)

// input returns the log to read: the files, or standard input if it is no terminal, or
// the last lines of the running server. closeInput must be called in the end.
func (in inspection) input(ctx context.Context, files []string) (input reading.Input, closeInput func(), err error) {
	if len(files) > 0 {
		return reading.Files(files), func() {}, nil
	}
	if _, isTerminal := terminalWidth(in.stdin); in.stdin != nil && !isTerminal {
		return reading.Stream("standard input", in.stdin), func() {}, nil
	}
	body, err := in.server.get(ctx, "/log/lines")
	if err != nil {
		return reading.Input{}, nil, fmt.Errorf("no FILE is named, and the running server does not answer: %w", err)
	}
	return reading.Stream("the server at "+in.server.addr, body), func() { _ = body.Close() }, nil
}

// read reads the log that the command line names, with a bar if standard error is a
// terminal. onBroken, which may be nil, is called with each line that is skipped. If it
// cannot read the log, it says why and returns another code than exitOK.
func (in inspection) read(ctx context.Context, onBroken func(*reading.Broken), each func(*reading.Line) error) (reading.Report, int) {
	input, closeInput, err := in.input(ctx, in.arguments)
	if err != nil {
		return reading.Report{}, in.ended(err)
	}
	defer closeInput()
	bar := newReadingBar(in.stderr)
	if bar != nil {
		input.Progress = bar.show
	}
	input.OnBroken = onBroken
	report, err := reading.Read(ctx, input, each)
	bar.end()
	if err != nil {
		return report, in.ended(err)
	}
	return report, exitOK
}
