package reading

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"sseserver/internal/logs"
)

// Report is what was read.
type Report struct {
	// Lines are those that were handed on; Bytes are of the text that was read,
	// after decompression, skipped lines included.
	Lines, Bytes int64
	// Sources are the names of what was read, in that order.
	Sources []string
	// Broken are the first lines that were skipped, BrokenCount is how many were.
	Broken      []Broken
	BrokenCount int
	// Older are the sources with a run of a version of this program that did not
	// log all of today's fields.
	Older []string
	// Runs is the number of runs.
	Runs int
	// First and Last are the earliest and latest times of the lines.
	First, Last time.Time
}

// maxBroken is how many skipped lines a report names.
const maxBroken = 20

// Broken is a line that was skipped, and why.
type Broken struct {
	Source string
	Number int
	Err    error
	// Text is the line, cut.
	Text []byte
}

func (b Broken) Error() string { return fmt.Sprintf("%s:%d: %v", b.Source, b.Number, b.Err) }

// Unwrap returns why it was skipped.
func (b Broken) Unwrap() error { return b.Err }

// Read calls each with every line of the input, in order, and returns what it
// read. It ends early if each returns an error, which it then returns, or if ctx
// ends. An input without any line of ours is an error, as is one that cannot be
// opened.
func Read(ctx context.Context, input Input, each func(*Line) error) (Report, error) {
	if input.err != nil {
		return Report{}, input.err
	}
	r := reader{input: input, each: each}
	for _, s := range input.sources {
		if err := r.source(ctx, s); err != nil {
			return r.report, err
		}
	}
	r.report.Runs = len(r.runs.all)
	if r.report.Lines == 0 {
		return r.report, r.nothing()
	}
	return r.report, nil
}

// reader is one Read.
type reader struct {
	input  Input
	each   func(*Line) error
	report Report
	parser parser
	runs   runs
	before int64 // bytes stored in the sources before this one
}

// Of the first lines of a log, so many may be broken before the reading of what
// is no log of ours ends.
const hopeless = 10000

// source reads one file or stream.
func (r *reader) source(ctx context.Context, s *source) error {
	opened, err := s.open()
	if err != nil {
		return err
	}
	defer opened.close()
	r.report.Sources = append(r.report.Sources, s.name)
	r.runs.source()
	lines := newSplitter(opened)
	for {
		if lines.number%1024 == 0 {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			r.progress(opened.read)
		}
		had := lines.bytes
		p, err := lines.next()
		r.report.Bytes += lines.bytes - had
		if errors.Is(err, io.EOF) { // which a file that is cut off does not give
			break
		}
		if err != nil {
			r.broken(s, lines.number+1, fmt.Errorf("the rest cannot be read: %w", noEOF(err)), nil)
			break
		}
		if err := r.line(s, lines.number, p); err != nil {
			return err
		}
		if r.report.Lines == 0 && r.report.BrokenCount == hopeless {
			return r.nothing()
		}
	}
	r.progress(opened.read)
	r.before += opened.read
	return nil
}

func (r *reader) progress(read int64) {
	if r.input.Progress != nil {
		r.input.Progress(r.before+read, r.input.size)
	}
}

// line hands on a line, or skips it.
func (r *reader) line(s *source, number int, p piece) error {
	if p.nuls {
		r.broken(s, number, errNULBytes, nil)
		if len(p.text) == 0 {
			return nil
		}
	}
	if p.long {
		r.broken(s, number, errTooLong, p.text)
		return nil
	}
	line, err := r.parser.parse(p.text)
	if err != nil {
		r.broken(s, number, err, p.text)
		return nil
	}
	line.Source, line.Number = s.name, number
	line.Run = r.runs.of(line)
	r.note(line)
	return r.each(line)
}

// note accounts for a line.
func (r *reader) note(l *Line) {
	report := &r.report
	if report.Lines++; report.Lines == 1 {
		report.First, report.Last = l.Time, l.Time
	}
	if l.Time.Before(report.First) {
		report.First = l.Time
	}
	if l.Time.After(report.Last) {
		report.Last = l.Time
	}
	if l.Event == logs.ServerStarting && !l.Has("catalogue") && !slices.Contains(report.Older, l.Source) {
		report.Older = append(report.Older, l.Source)
	}
}

// broken accounts for a line that is skipped.
func (r *reader) broken(s *source, number int, err error, text []byte) {
	const shown = 512
	b := Broken{Source: s.name, Number: number, Err: err, Text: slices.Clone(text[:min(len(text), shown)])}
	r.report.BrokenCount++
	if len(r.report.Broken) < maxBroken {
		r.report.Broken = append(r.report.Broken, b)
	}
	if r.input.OnBroken != nil {
		r.input.OnBroken(&b)
	}
}

// nothing is the error of an input without any line of ours.
func (r *reader) nothing() error {
	names := "the input"
	if n := len(r.input.sources); n == 1 {
		names = r.input.sources[0].name
	} else if n > 1 {
		names = fmt.Sprintf("these %d files", n)
	}
	if len(r.report.Broken) == 0 {
		return fmt.Errorf("%s: there is no line in it", names)
	}
	first := r.report.Broken[0]
	return fmt.Errorf("%s: no line of it is of a log of sseserver; %s:%d: %w", names, first.Source, first.Number, first.Err)
}
