package main

import (
	"encoding"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

	"sseserver/internal/fault"
	"sseserver/internal/load"
	"sseserver/internal/load/threshold"
)

// setter takes the text of a flag's value.
type setter = func(text string) error

// set keeps in to what read makes of a text; want says which texts it takes.
func set[T any](to *T, want string, read func(string) (T, error)) setter {
	return func(text string) error {
		value, err := read(text)
		if err != nil {
			return fmt.Errorf("want %s, got %q", want, text)
		}
		*to = value
		return nil
	}
}

// positive is read, without the values of 0 and less: in load.Config 0 means
// the default.
func positive[T int | float64 | time.Duration](read func(string) (T, error)) func(string) (T, error) {
	return func(text string) (T, error) {
		value, err := read(text)
		if err == nil && !(value > 0) { // as NaN is not
			err = errors.New("not more than 0")
		}
		return value, err
	}
}

// whole reads a number as it is written in Go: 1000000, 1_000_000.
func whole(text string) (int, error) {
	n, err := strconv.ParseInt(text, 0, strconv.IntSize)
	return int(n), err
}

func text(to *string) setter {
	return func(text string) error { *to = text; return nil }
}

func nonempty(to *string) setter {
	return set(to, "a text", func(text string) (string, error) {
		if text == "" {
			return "", errors.New("empty")
		}
		return text, nil
	})
}

// file gives a file to read.
func file(read func(*os.File) error) setter {
	return func(name string) error {
		in, err := os.Open(name)
		if err != nil {
			return err
		}
		defer in.Close()
		if err := read(in); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	}
}

func readBody(in io.Reader, to *string) error {
	body, err := io.ReadAll(in)
	*to = string(body)
	return err
}

// given tells whether one of the flags that share it was given before.
type given bool

func (g *given) once(set setter) setter {
	return func(text string) error {
		if *g {
			return errors.New("there is a body already, from --body or --body-file")
		}
		*g = true
		return set(text)
	}
}

// list adds each text.
func list(to *[]string) setter {
	return func(text string) error { *to = append(*to, text); return nil }
}

func toggle(to *bool) setter { return set(to, "true or false", strconv.ParseBool) }

func count(to *int) setter { return set(to, "a whole number, more than 0", positive(whole)) }

func length(to *int) setter {
	return set(to, "a whole number, 0 or more", func(text string) (int, error) {
		n, err := strconv.ParseUint(text, 0, strconv.IntSize-1)
		return int(n), err
	})
}

func rate(to *float64) setter {
	return set(to, "a number, more than 0", positive(func(text string) (float64, error) { return strconv.ParseFloat(text, 64) }))
}

func seed(to *uint64) setter {
	return set(to, "a whole number, 0 or more", func(text string) (uint64, error) { return strconv.ParseUint(text, 0, 64) })
}

func duration(to *time.Duration) setter {
	return set(to, "a duration such as 1m30s, more than 0", positive(time.ParseDuration))
}

func interval(to *time.Duration) setter {
	return set(to, "a duration such as 50ms", func(text string) (time.Duration, error) {
		d, err := time.ParseDuration(text)
		if err == nil && d < 0 {
			err = errors.New("negative")
		}
		return d, err
	})
}

// offset reads a duration that may be negative, or 0, which is not the default.
func offset(to **time.Duration) setter {
	return set(to, "a duration such as 12ms or -1.5s", func(text string) (*time.Duration, error) {
		d, err := time.ParseDuration(text)
		return &d, err
	})
}

// word reads one of a few words, which its error lists.
func word(to encoding.TextUnmarshaler) setter {
	return func(text string) error { return to.UnmarshalText([]byte(text)) }
}

func anchor(firstEvent *bool) setter {
	return set(firstEvent, "request or first-event", func(text string) (bool, error) {
		if text != "request" && text != "first-event" {
			return false, errors.New("unknown")
		}
		return text == "first-event", nil
	})
}

// plan adds the faults of a plan.
func plan(to *string) setter {
	return func(text string) error {
		if *to != "" {
			text = *to + "," + text
		}
		if _, err := fault.Parse(text); err != nil {
			return errors.New(strings.TrimPrefix(err.Error(), "fault: "))
		}
		*to = text
		return nil
	}
}

// header adds a field for each text.
func header(to *http.Header) setter {
	return func(text string) error {
		name, value, ok := strings.Cut(text, ":")
		if !ok || strings.TrimSpace(name) == "" {
			return fmt.Errorf("want 'Name: value', got %q", text)
		}
		if *to == nil {
			*to = http.Header{}
		}
		to.Add(strings.TrimSpace(name), strings.TrimSpace(value))
		return nil
	}
}

// addresses reads a number of addresses of the loopback network, or a list.
func addresses(to *[]netip.Addr) setter {
	return func(text string) error {
		*to = nil
		if text == "" {
			return nil
		}
		if n, err := strconv.Atoi(text); err == nil {
			if n < 1 || n > load.MaxLoopback {
				return fmt.Errorf("want 1 to %d, got %d", load.MaxLoopback, n)
			}
			*to = load.Loopback(n)
			return nil
		}
		for _, part := range strings.Split(text, ",") {
			a, err := netip.ParseAddr(strings.TrimSpace(part))
			if err != nil {
				return fmt.Errorf("%q is no address", part)
			}
			*to = append(*to, a)
		}
		return nil
	}
}

// conditions adds a threshold for each text.
func conditions(to *[]threshold.Threshold) setter {
	return func(text string) error { return add(to, text, threshold.Parse) }
}

func stages(to *load.Stages) setter {
	return func(text string) (err error) {
		*to, err = load.ParseStages(text)
		return err
	}
}

// share is a part of the clients: a percentage of them, or else a number.
type share struct {
	percent float64
	number  int
}

func (s share) of(clients int) int {
	return s.number + int(s.percent/100*float64(clients)+0.5)
}

func part(to *share) setter {
	return set(to, "0% to 100%, or a number of clients", func(text string) (share, error) {
		if digits, ok := strings.CutSuffix(text, "%"); ok {
			p, err := strconv.ParseFloat(digits, 64)
			if err == nil && !(p >= 0 && p <= 100) {
				err = errors.New("no share")
			}
			return share{percent: p}, err
		}
		n, err := strconv.ParseUint(text, 10, strconv.IntSize-1)
		return share{number: int(n)}, err
	})
}
