package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
)

// engines are the URLs of NATS servers. They may have a password or a token, so
// neither their error nor their text shows it: both stand in the log.
type engines struct{ p *[]string }

func (v *engines) Set(text string) error {
	all := parts(text)
	websockets := 0
	for _, part := range all {
		u, err := url.Parse(part)
		if err != nil || !isEngine(u) {
			return errors.New("must be " + v.Allowed())
		}
		if strings.HasPrefix(u.Scheme, "ws") {
			websockets++
		}
	}
	if websockets != 0 && websockets != len(all) {
		return errors.New("must be all ws and wss, or none of them")
	}
	*v.p = all
	return nil
}

// isEngine says whether u names a server and nothing in it.
func isEngine(u *url.URL) bool {
	switch u.Scheme {
	case "nats", "tls", "ws", "wss":
	default:
		return false
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	if u.Port() == "" && !strings.HasSuffix(u.Host, ":") {
		port, err = 1, nil // a default one
	}
	return err == nil && port > 0 && u.Hostname() != "" && strings.Trim(u.Path, "/") == "" && u.RawQuery == "" && u.Fragment == ""
}

func (v *engines) String() string {
	all := make([]string, len(*v.p))
	for i, part := range *v.p {
		scheme, rest, _ := strings.Cut(part, "://")
		if at := strings.LastIndexByte(rest, '@'); at >= 0 {
			rest = "***" + rest[at:]
		}
		all[i] = scheme + "://" + rest
	}
	return strings.Join(all, ",")
}

func (v *engines) Kind() string { return "URLs" }

func (v *engines) Allowed() string {
	return "URLs with the scheme nats, tls, ws or wss and commas between, such as nats://10.0.0.1:4222,nats://10.0.0.2:4222, or empty"
}

// streamName is the name of a JetStream stream, which is also the first part of the
// subjects in it.
type streamName struct{ p *string }

const maxStreamName = 64 // bytes

func (v *streamName) Set(text string) error {
	other := func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-' || r == '_')
	}
	if text == "" || len(text) > maxStreamName || strings.ContainsFunc(text, other) {
		return mustBe(v, text)
	}
	*v.p = text
	return nil
}

func (v *streamName) String() string  { return *v.p }
func (v *streamName) Kind() string    { return "name" }
func (v *streamName) Allowed() string { return "up to 64 letters, digits, - and _" }

// isShared says whether other servers may have the same messages.
func (c *Config) isShared() bool { return len(c.NATS) > 0 }

// checkShared compares the settings of the store that several servers share.
func (c *Config) checkShared() error {
	if c.isShared() {
		return nil
	}
	name := ""
	switch {
	case c.NATSCreds != "":
		name = "nats-creds"
	case c.sources["nats-stream"] != "default":
		name = "nats-stream"
	case c.sources["nats-replicas"] != "default":
		name = "nats-replicas"
	default:
		return nil
	}
	return c.invalid(errors.New("needs the URLs of NATS servers in --nats"), name)
}

// checkCreds returns a *configError if the credentials cannot be read.
func (c *Config) checkCreds() error {
	if c.NATSCreds == "" {
		return nil
	}
	if _, err := os.ReadFile(c.NATSCreds); err != nil {
		return c.invalid(fmt.Errorf("must be a file that can be read: %w", err), "nats-creds")
	}
	return nil
}
