package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"sseserver/bench/internal/report"
)

// publish prints the tables, and writes all forms of the results where asked to.
func publish(o options, results report.Results, stdout io.Writer) error {
	markdown := results.Markdown()
	if _, err := io.WriteString(stdout, markdown); err != nil {
		return err
	}
	if o.out == "" {
		return nil
	}
	text, err := results.JSON()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return err
	}
	for name, content := range map[string][]byte{
		"results.json": text, "results.md": []byte(markdown), "results.svg": results.Plot(),
	} {
		if len(content) == 0 {
			continue
		}
		if err := os.WriteFile(filepath.Join(o.out, name), content, 0o644); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}
