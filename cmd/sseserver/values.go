package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

const (
	tick = 100 * time.Microsecond
	day  = 24 * time.Hour
	gib  = 1 << 30
)

// value is one kind of setting: it reads the text of a flag or variable, and
// writes back what it read.
type value interface {
	// Set keeps the value, or returns an error that says what is allowed and
	// what it got.
	Set(text string) error
	// String is the value in the form that Set takes, for the log. A secret
	// stays one.
	String() string
	// Kind is what stands after the flag in --help; empty for a flag that needs
	// no value.
	Kind() string
	// Allowed says what Set takes, to follow "must be".
	Allowed() string
}

// mustBe is the error for a text that v does not take.
func mustBe(v value, text string) error {
	return fmt.Errorf("must be %s, got '%s'", v.Allowed(), text)
}

type duration struct {
	p         *time.Duration
	min, max  time.Duration
	zeroIsOff bool
}

func (v *duration) Set(text string) error {
	d, err := time.ParseDuration(text)
	inside := d >= v.min && d <= v.max || v.zeroIsOff && d == 0
	if err != nil || !inside {
		return mustBe(v, text)
	}
	*v.p = d
	return nil
}

func (v *duration) String() string { return short(*v.p) }
func (v *duration) Kind() string   { return "duration" }

func (v *duration) Allowed() string {
	allowed := fmt.Sprintf("a duration from %s to %s", short(v.min), short(v.max))
	if v.zeroIsOff {
		allowed += ", or 0"
	}
	return allowed
}

// short writes a duration without the zero units that time.Duration ends with:
// 1h, not 1h0m0s.
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

type count struct {
	p        *int
	min, max int
}

func (v *count) Set(text string) error {
	n, err := strconv.Atoi(text)
	if err != nil || n < v.min || n > v.max {
		return mustBe(v, text)
	}
	*v.p = n
	return nil
}

func (v *count) String() string  { return strconv.Itoa(*v.p) }
func (v *count) Kind() string    { return "number" }
func (v *count) Allowed() string { return fmt.Sprintf("a whole number from %d to %d", v.min, v.max) }

// toggle is on or off. Its flag alone turns it on.
type toggle struct{ p *bool }

func (v *toggle) Set(text string) error {
	on, err := strconv.ParseBool(text)
	if err != nil {
		return mustBe(v, text)
	}
	*v.p = on
	return nil
}

func (v *toggle) String() string  { return strconv.FormatBool(*v.p) }
func (v *toggle) Kind() string    { return "" }
func (v *toggle) Allowed() string { return "true or false" }

// size is a number of bytes, written plain or with a binary unit.
type size struct {
	p        *int64
	min, max int64
}

// units of sizes, greatest first.
var units = []struct {
	name  string
	bytes int64
}{{"GiB", gib}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}

func (v *size) Set(text string) error {
	digits, unit := text, int64(1)
	for _, u := range units {
		if before, ok := strings.CutSuffix(text, u.name); ok {
			digits, unit = before, u.bytes
			break
		}
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n > math.MaxInt64/unit || n*unit < v.min || n*unit > v.max {
		return mustBe(v, text)
	}
	*v.p = n * unit
	return nil
}

func (v *size) String() string { return shortSize(*v.p) }
func (v *size) Kind() string   { return "bytes" }

func (v *size) Allowed() string {
	return fmt.Sprintf("a number of bytes from %s to %s, such as 4096, 64KiB, 1MiB or 1GiB", shortSize(v.min), shortSize(v.max))
}

// shortSize writes bytes with the greatest unit that divides them.
func shortSize(bytes int64) string {
	for _, u := range units {
		if bytes >= u.bytes && bytes%u.bytes == 0 && u.bytes > 1 {
			return strconv.FormatInt(bytes/u.bytes, 10) + u.name
		}
	}
	return strconv.FormatInt(bytes, 10)
}
