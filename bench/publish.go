package main

import (
	"io"
	"os"
	"path/filepath"

	"sseserver/bench/internal/report"
)

// publish prints the tables, and writes the files of each part where asked to.
func publish(o options, results report.Results, stdout io.Writer) error {
	if _, err := io.WriteString(stdout, results.Markdown()); err != nil {
		return err
	}
	if o.out == "" {
		return nil
	}
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return err
	}
	for name, part := range results.Parts() {
		if err := write(filepath.Join(o.out, name), part); err != nil {
			return err
		}
	}
	return nil
}

// write writes one part's NAME.json, NAME.md and, if there is a picture, NAME.svg.
func write(name string, part report.Results) error {
	text, err := part.JSON()
	if err != nil {
		return err
	}
	for ending, content := range map[string][]byte{
		".json": text, ".md": []byte(part.Markdown()), ".svg": part.Plot(),
	} {
		if len(content) == 0 {
			continue
		}
		if err := os.WriteFile(name+ending, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
