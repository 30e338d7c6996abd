package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"sseserver/internal/load/report"
)

// forms are the files that a run can leave behind.
type forms struct{ json, html, hgrm, csv, junit string } // paths; empty means none, toStdout standard output

const toStdout = "-"

// outputs are the files to write, open since before the run, so that a path
// that cannot be written costs no run.
type outputs struct {
	files   []output
	summary io.Writer // where the table for people goes
}

type output struct {
	name  string
	to    io.WriteCloser
	write func(*report.Report, io.Writer) error
}

// form is one of forms: the flag that asked for it, and how it is written.
type form struct {
	flag, path string
	write      func(*report.Report, io.Writer) error
}

// list is those that were asked for.
func (f forms) list() []form {
	return slices.DeleteFunc([]form{
		{"--json", f.json, (*report.Report).WriteJSON},
		{"--html", f.html, (*report.Report).WriteHTML},
		{"--hgrm", f.hgrm, (*report.Report).WriteHgrm},
		{"--csv", f.csv, (*report.Report).WriteCSV},
		{"--junit", f.junit, (*report.Report).WriteJUnit},
	}, func(o form) bool { return o.path == "" })
}

// distinct finds two forms that would be written over each other.
func distinct(list []form) error {
	for i, o := range list {
		for _, other := range list[:i] {
			switch {
			case !sameFile(o.path, other.path):
			case o.path == toStdout:
				return fmt.Errorf("%s and %s cannot both be - (standard output)", other.flag, o.flag)
			default:
				return fmt.Errorf("%s and %s cannot both be %s", other.flag, o.flag, o.path)
			}
		}
	}
	return nil
}

// sameFile tells whether two paths are of one file, which need not be there yet.
func sameFile(a, b string) bool {
	if filepath.Clean(a) == filepath.Clean(b) {
		return true
	}
	if a == toStdout || b == toStdout {
		return false
	}
	fileA, errA := os.Stat(a)
	fileB, errB := os.Stat(b)
	if errA == nil && errB == nil {
		return os.SameFile(fileA, fileB)
	}
	absA, errA := filepath.Abs(a)
	absB, errB := filepath.Abs(b)
	return errA == nil && errB == nil && absA == absB
}

// create opens the files, unless two are the same. If one is standard output,
// the summary gives way to it.
func (p process) create(f forms) (outputs, error) {
	out := outputs{summary: p.stdout}
	list := f.list()
	if err := distinct(list); err != nil {
		return outputs{}, err // before a file is emptied, which merge may have read
	}
	for _, o := range list {
		if o.path == toStdout {
			out.summary = p.stderr
			out.files = append(out.files, output{"standard output", keptOpen{p.stdout}, o.write})
			continue
		}
		file, err := os.Create(o.path)
		if err != nil {
			out.close()
			return outputs{}, fmt.Errorf("cannot write the report: %w", err)
		}
		out.files = append(out.files, output{o.path, file, o.write})
	}
	return out, nil
}

// keptOpen is a file that others may still write to.
type keptOpen struct{ io.Writer }

func (keptOpen) Close() error { return nil }

// write writes the summary and all files.
func (out outputs) write(r *report.Report) error {
	if err := r.WriteSummary(out.summary); err != nil {
		return err
	}
	for _, o := range out.files {
		if err := errors.Join(o.write(r, o.to), o.to.Close()); err != nil {
			return fmt.Errorf("cannot write %s: %w", o.name, err)
		}
	}
	return nil
}

// close closes what a failure has left open.
func (out outputs) close() {
	for _, o := range out.files {
		_ = o.to.Close()
	}
}
