package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

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

// create opens the files. If one is standard output, the summary gives way to
// it.
func (p process) create(f forms) (outputs, error) {
	out := outputs{summary: p.stdout}
	toStdoutIs := ""             // the flag of the file that is standard output
	flags := map[string]string{} // by path
	for _, o := range []struct {
		flag, path string
		write      func(*report.Report, io.Writer) error
	}{
		{"--json", f.json, (*report.Report).WriteJSON},
		{"--html", f.html, (*report.Report).WriteHTML},
		{"--hgrm", f.hgrm, (*report.Report).WriteHgrm},
		{"--csv", f.csv, (*report.Report).WriteCSV},
		{"--junit", f.junit, (*report.Report).WriteJUnit},
	} {
		switch o.path {
		case "":
		case toStdout:
			if toStdoutIs != "" {
				out.close()
				return outputs{}, fmt.Errorf("%s and %s cannot both be - (standard output)", toStdoutIs, o.flag)
			}
			toStdoutIs, out.summary = o.flag, p.stderr
			out.files = append(out.files, output{"standard output", keptOpen{p.stdout}, o.write})
		default:
			if other := flags[filepath.Clean(o.path)]; other != "" {
				out.close()
				return outputs{}, fmt.Errorf("%s and %s cannot both be %s", other, o.flag, o.path)
			}
			flags[filepath.Clean(o.path)] = o.flag
			file, err := os.Create(o.path)
			if err != nil {
				out.close()
				return outputs{}, fmt.Errorf("cannot write the report: %w", err)
			}
			out.files = append(out.files, output{o.path, file, o.write})
		}
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
