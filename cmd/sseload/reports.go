package main

import (
	"io"
	"slices"

	"sseserver/internal/load/report"
)

// compare shows two reports side by side and judges what was asked.
func (p process) compare(asked request) int {
	runs, err := read(asked.files)
	if err != nil {
		return p.fail(exitError, err)
	}
	a, b := runs[0], runs[1]
	if err := report.WriteComparison(p.stdout, a.File, a.Report, b.File, b.Report); err != nil {
		return p.fail(exitError, err)
	}
	verdicts, err := report.Compare(a.File, a.Report, b.File, b.Report, asked.comparisons)
	if err != nil {
		return p.fail(report.Invalid.ExitCode(), err)
	}
	if len(verdicts) == 0 {
		return exitOK
	}
	_, _ = io.WriteString(p.stdout, "\n")
	if err := report.WriteVerdicts(p.stdout, verdicts); err != nil {
		return p.fail(exitError, err)
	}
	if slices.ContainsFunc(verdicts, func(v report.Verdict) bool { return !v.Pass }) {
		return report.Fail.ExitCode()
	}
	return exitOK
}

// merge makes one report of several. It reads before it opens the files to
// write, since one may be both.
func (p process) merge(asked request) int {
	parts, err := read(asked.files)
	if err != nil {
		return p.fail(exitError, err)
	}
	r, err := report.Merge(parts, asked.config.Thresholds)
	if err != nil {
		return p.fail(exitError, err)
	}
	outputs, err := p.create(asked.forms)
	if err != nil {
		return p.fail(exitConfig, err)
	}
	defer outputs.close()
	if err := outputs.write(r); err != nil {
		return p.fail(exitError, err)
	}
	return r.ExitCode
}

func read(files []string) (list []report.Source, err error) {
	for _, file := range files {
		r, err := report.Read(file)
		if err != nil {
			return nil, err
		}
		list = append(list, report.Source{File: file, Report: r})
	}
	return list, nil
}
