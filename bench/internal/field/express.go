package field

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// express is peers/express, installed from its lock file by npm.
type express struct{}

func (express) Install(ctx context.Context, w *Workshop) (string, error) {
	for _, file := range []string{".npmrc", "package.json", "package-lock.json", "server.js"} {
		if err := copyFile(w.path("express", file), w.bench("peers", "express", file)); err != nil {
			return "", err
		}
	}
	if _, err := w.command(ctx, w.path("express"), "npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"); err != nil {
		return "", err
	}
	return w.command(ctx, w.path("express"), "node", "-p",
		"`${require('express/package.json').version}, cors ${require('cors/package.json').version}, Node ${process.version}`")
}

func copyFile(to, from string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return fmt.Errorf("field: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return fmt.Errorf("field: %w", err)
	}
	return os.WriteFile(to, content, 0o644)
}

func (express) Start(ctx context.Context, w *Workshop, work Work) (*Running, error) {
	running, err := w.startOnPort(ctx, work, "node", w.path("express", "server.js"))
	if err != nil {
		return nil, err
	}
	running.OwnSchedule = true // setInterval waits for an interval first
	return running, nil
}
