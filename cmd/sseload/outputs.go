package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"sseserver/internal/load/report"
)

// outputs are the files to write, open since before the run, so that a path
// that cannot be written costs no run.
type outputs []output

type output struct {
	file  *os.File
	write func(*report.Report, io.Writer) error
}

func (r *request) create() (outputs, error) {
	var out outputs
	for _, o := range []struct {
		path  string
		write func(*report.Report, io.Writer) error
	}{
		{r.json, (*report.Report).WriteJSON}, {r.html, (*report.Report).WriteHTML}, {r.hgrm, (*report.Report).WriteHgrm},
	} {
		if o.path == "" {
			continue
		}
		file, err := os.Create(o.path)
		if err != nil {
			out.close()
			return nil, fmt.Errorf("cannot write the report: %w", err)
		}
		out = append(out, output{file, o.write})
	}
	return out, nil
}

func (out outputs) write(r *report.Report) error {
	for _, o := range out {
		if err := errors.Join(o.write(r, o.file), o.file.Close()); err != nil {
			return fmt.Errorf("cannot write %s: %w", o.file.Name(), err)
		}
	}
	return nil
}

// close closes what a failure has left open.
func (out outputs) close() {
	for _, o := range out {
		_ = o.file.Close()
	}
}
