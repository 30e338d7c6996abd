package main

import (
	"errors"
	"io"

	"sseserver/internal/logs"
)

// configError is a bad value: the one line that the program says before it
// exits with 2.
type configError struct {
	Key    string // the flag, variable or argument at fault
	Source string // "flag", "environment", "argument" or "default"
	Err    error
}

func (e *configError) Error() string { return e.Key + ": " + e.Err.Error() }
func (e *configError) Unwrap() error { return e.Err }

// invalid returns err as the fault of the first of the named settings that
// someone set, or of the first one.
func (c *Config) invalid(err error, names ...string) error {
	at := names[0]
	for _, name := range names {
		if c.sources[name] != "default" {
			at = name
			break
		}
	}
	s := setting{name: at}
	if c.sources[at] == "environment" {
		return &configError{s.variable(), "environment", err}
	}
	return &configError{s.flag(), c.sources[at], err}
}

// report writes the one line about a configuration error, as config.invalid in
// the log's format, and returns the exit code.
func (c *Config) report(err error, stderr io.Writer) int {
	bad := &configError{Source: "argument", Err: err}
	errors.As(err, &bad)
	out, openErr := logs.New(logs.Config{Format: c.LogFormat, Stderr: stderr})
	if openErr == nil {
		defer out.Close(flushTime)
		logs.ConfigInvalid.Log(out.Logger.Named("config"), logs.Key(bad.Key), logs.Source(bad.Source), logs.Error(bad.Err))
	}
	return exitInvalid
}
