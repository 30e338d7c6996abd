package main

import (
	"bytes"
	"strings"
	"testing"
)

// What a URL has of a password or a token stays out of the log and of errors, and
// out of --help.
func TestPasswordsOfEngines(t *testing.T) {
	for given, want := range map[string]string{
		"nats://user:secret@a:4222":                   "nats://***@a:4222",
		"nats://secret@a":                             "nats://***@a",
		"tls://secret:s%2Ccret@[::1]:4222,tls://b":    "tls://***@[::1]:4222,tls://b",
		"nats://a:4222, nats://:secret@b:4222":        "nats://a:4222,nats://***@b:4222",
		"nats://user:secret%40secret@a,nats://b@c:23": "nats://***@a,nats://***@c:23",
	} {
		c, _, _, err := with([]string{"--nats", given}, nil)
		if err != nil {
			t.Errorf("%s: %v", given, err)
			continue
		}
		if got := (&engines{&c.NATS}).String(); got != want {
			t.Errorf("%s is shown as %s, want %s", given, got, want)
		}
	}
	for _, given := range []string{"nats://user:secret", "nats://user:secret@", "http://user:secret@a", "nats://secret@a,ws://secret@b", "nats://a:se cret@b", "nats://user:%secret@a"} {
		c, _, _, err := with(nil, map[string]string{"SSESERVER_NATS": given})
		var stderr bytes.Buffer
		if code := c.report(err, &stderr); err == nil || code != exitInvalid || strings.Contains(stderr.String(), "cret") {
			t.Errorf("%s: exit code %d, %s", given, code, &stderr)
		}
	}
}

// Credentials that cannot be read are one line, before anything starts.
func TestCredsThatCannotBeRead(t *testing.T) {
	for _, file := range []string{t.TempDir(), t.TempDir() + "/none.creds"} {
		var stdout, stderr bytes.Buffer
		code := run(process{
			args: []string{"--addr=127.0.0.1:0", "--nats=nats://secret@127.0.0.1:1", "--nats-creds", file}, env: noEnv, stdout: &stdout, stderr: &stderr,
		})
		line := stderr.String()
		if code != exitInvalid || stdout.Len() > 0 || strings.Count(line, "\n") != 1 || strings.Contains(line, "secret") ||
			!strings.Contains(line, `"event":"config.invalid","key":"--nats-creds","source":"flag","error":"must be a file that can be read: `) {
			t.Errorf("%s: exit code %d, said %q, logged %s", file, code, &stdout, line)
		}
	}
}
