package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"sseserver/internal/cmdline"
	"sseserver/internal/logs/lnav"
)

const lnavDetail = `   lnav is a log file navigator for terminals (lnav.org). With this format it
   knows the levels and ids of the log, has all fields as columns of the table
   ` + lnav.Name + `, and marks where streams start and stop. From version 0.12
   on, its timeline shows the streams. It needs version 0.11.1 or newer.
`

const lnavExamples = `   sseserver logs lnav-format --install   once, then: lnav server.log

   To install it elsewhere:
   sseserver logs lnav-format > sseserver_log.json
   lnav -i sseserver_log.json
`

func lnavCommand() subcommand {
	return subcommand{
		name: "lnav-format", about: "the format of the log for lnav",
		detail: lnavDetail, examples: lnavExamples, readsNone: true,
		call: func() ([]cmdline.Flag, func(context.Context, inspection) int) {
			var install bool
			return []cmdline.Flag{{
				Name: "install", Usage: "install the format in lnav, which must be in the PATH, instead of writing it", Set: (&toggle{&install}).Set,
			}}, func(ctx context.Context, in inspection) int { return in.lnavFormat(ctx, install) }
		},
	}
}

func (in inspection) lnavFormat(ctx context.Context, install bool) int {
	if len(in.arguments) > 0 {
		return complain(in.stderr, exitInvalid, fmt.Errorf("lnav-format reads no files, and %s was given", in.arguments[0]))
	}
	format, err := lnav.Format()
	switch {
	case err != nil:
	case install:
		err = in.installFormat(ctx, format)
	default:
		_, err = in.stdout.Write(format)
	}
	if err != nil {
		return complain(in.stderr, exitFailed, err)
	}
	return exitOK
}

// installFormat makes lnav itself install the format. Where it keeps formats depends on its
// version and the user's directories.
func (in inspection) installFormat(ctx context.Context, format []byte) error {
	program, err := exec.LookPath("lnav")
	if err != nil {
		return errors.New("there is no lnav in the PATH; without --install, the format is written to standard output")
	}
	dir, err := os.MkdirTemp("", "sseserver-logs-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, lnav.Name+".json")
	if err := os.WriteFile(file, format, 0o600); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, program, "-i", file)
	cmd.Stdout, cmd.Stderr = in.stdout, in.stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("lnav could not install the format: %w", err)
	}
	return nil
}
