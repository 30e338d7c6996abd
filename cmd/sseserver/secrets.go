package main

import (
	"errors"
	"strings"
)

// secret is a token. Neither its error nor its text shows it, since both stand
// in the log.
type secret struct{ p *string }

const maxSecret = 1024 // bytes

func (v *secret) Set(text string) error {
	unprintable := func(r rune) bool { return r <= ' ' || r > '~' }
	if len(text) > maxSecret || strings.ContainsFunc(text, unprintable) {
		return errors.New("must be " + v.Allowed())
	}
	*v.p = text
	return nil
}

func (v *secret) String() string {
	if *v.p == "" {
		return ""
	}
	return "***"
}

func (v *secret) Kind() string { return "token" }

func (v *secret) Allowed() string {
	return "up to 1024 visible ASCII characters without spaces, or empty"
}
