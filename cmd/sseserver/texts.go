package main

import (
	"errors"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"go.uber.org/zap/zapcore"

	"sseserver/internal/logs"
)

// address is host:port; an empty host is every interface.
type address struct {
	p          *string
	emptyIsOff bool
}

func (v *address) Set(text string) error {
	if text == "" && v.emptyIsOff {
		*v.p = ""
		return nil
	}
	_, port, err := net.SplitHostPort(text)
	if err != nil {
		return mustBe(v, text)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return mustBe(v, text)
	}
	*v.p = text
	return nil
}

func (v *address) String() string { return *v.p }
func (v *address) Kind() string   { return "host:port" }

func (v *address) Allowed() string {
	allowed := "host:port with a port from 0 to 65535"
	if v.emptyIsOff {
		allowed += ", or empty"
	}
	return allowed
}

// origins are * or web origins with commas between (RFC 6454: scheme, host and
// port, nothing after them).
type origins struct{ p *[]string }

func (v *origins) Set(text string) error {
	all := strings.Split(text, ",")
	for i, origin := range all {
		all[i] = strings.TrimSpace(origin)
		if !isOrigin(all[i]) && text != "*" {
			return mustBe(v, text)
		}
	}
	*v.p = all
	return nil
}

func isOrigin(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.Scheme+"://"+u.Host == s
}

func (v *origins) String() string { return strings.Join(*v.p, ",") }
func (v *origins) Kind() string   { return "origins" }

func (v *origins) Allowed() string {
	return "*, or origins with commas between, such as https://example.com,http://localhost:3000"
}

// choice is one of a few words, in the order that they are shown.
type choice[T comparable] struct {
	p     *T
	words []string
	is    map[string]T
}

func formats(p *logs.Format) value {
	return &choice[logs.Format]{
		p,
		[]string{"auto", "json", "console"},
		map[string]logs.Format{"auto": logs.Auto, "json": logs.JSON, "console": logs.Console},
	}
}

func levels(p *zapcore.Level) value {
	return &choice[zapcore.Level]{p, []string{"debug", "info", "warn", "error"}, map[string]zapcore.Level{
		"debug": zapcore.DebugLevel, "info": zapcore.InfoLevel, "warn": zapcore.WarnLevel, "error": zapcore.ErrorLevel,
	}}
}

func (v *choice[T]) Set(text string) error {
	chosen, ok := v.is[text]
	if !ok {
		return mustBe(v, text)
	}
	*v.p = chosen
	return nil
}

func (v *choice[T]) String() string {
	i := slices.IndexFunc(v.words, func(word string) bool { return v.is[word] == *v.p })
	return v.words[i]
}

func (v *choice[T]) Kind() string { return strings.Join(v.words, "|") }

func (v *choice[T]) Allowed() string {
	last := len(v.words) - 1
	return strings.Join(v.words[:last], ", ") + " or " + v.words[last]
}

// text is any text, here always a file's path.
type text struct{ p *string }

func (v *text) Set(s string) error {
	if strings.ContainsRune(s, 0) {
		return errors.New("must not contain a NUL byte")
	}
	*v.p = s
	return nil
}

func (v *text) String() string  { return *v.p }
func (v *text) Kind() string    { return "file" }
func (v *text) Allowed() string { return "the path of a file, or empty" }

// directory is the path of one.
type directory struct{ text }

func (v *directory) Kind() string    { return "directory" }
func (v *directory) Allowed() string { return "the path of a directory, or empty" }
