package cluster

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// Build compiles a program of this module, such as "cmd/sseserver", into dir and
// returns its path. The caller may be anywhere in the repository.
func Build(ctx context.Context, dir, program string) (path string, err error) {
	top, err := goCommand(ctx, "", "list", "-m", "-f", "{{.Dir}}", "sseserver")
	if err != nil {
		return "", err
	}
	path, err = filepath.Abs(filepath.Join(dir, filepath.Base(program)))
	if err != nil {
		return "", fmt.Errorf("cluster: %w", err)
	}
	_, err = goCommand(ctx, top, "build", "-o", path, "./"+program)
	return path, err
}

// goCommand runs the go command in a directory and returns what it prints.
func goCommand(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("cluster: go %s: %w\n%s", args[0], err, stderr.String())
	}
	return strings.TrimSpace(stdout.String()), nil
}
