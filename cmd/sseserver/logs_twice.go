package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"iter"
	"os"

	"sseserver/internal/logs/reading"
)

// linesTwice are the lines of a log that is read more than once. A log that does not come
// from files is copied to a temporary file meanwhile.
type linesTwice struct {
	in     inspection
	files  []string
	name   string         // of the source of the copy
	kept   *os.File       // the copy; nil if the log comes from files
	report reading.Report // of the first reading, since a copy has no broken lines
	err    error          // the first one
}

// all yields the lines from the first one on. It ends early on an error, which is in err.
func (l *linesTwice) all(ctx context.Context) iter.Seq[*reading.Line] {
	return func(yield func(*reading.Line) bool) {
		if l.err != nil {
			return
		}
		report, err := l.read(ctx, yield)
		if l.report.Lines == 0 {
			l.report = report
		}
		if !errors.Is(err, errEnough) {
			l.err = err
		}
	}
}

// errEnough ends the reading when no more lines are wanted.
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

// temporary returns a file without a name, which is gone once it is closed.
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
