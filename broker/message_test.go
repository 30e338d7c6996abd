package broker_test

import (
	"strings"
	"testing"

	"sseserver/broker"
)

func TestParseMessageID(t *testing.T) {
	const canonical = "f81d4fae-7dec-41d0-a765-00a0c91e6bf6"
	for name, test := range map[string]struct {
		in string
		ok bool
	}{
		"canonical":          {canonical, true},
		"upper case":         {strings.ToUpper(canonical), true},
		"mixed case":         {"F81d4fae-7dec-41D0-a765-00a0c91E6BF6", true},
		"nil":                {"00000000-0000-0000-0000-000000000000", true},
		"empty":              {"", false},
		"URN":                {"urn:uuid:" + canonical, false},
		"braces":             {"{" + canonical + "}", false},
		"no hyphens":         {strings.ReplaceAll(canonical, "-", ""), false},
		"one digit less":     {canonical[1:], false},
		"one digit more":     {canonical + "0", false},
		"space in front":     {" " + canonical, false},
		"space for a digit":  {canonical[:35] + " ", false},
		"no digit":           {canonical[:35] + "g", false},
		"a hyphen elsewhere": {"f81d4fa-e7dec-41d0-a765-00a0c91e6bf6", false},
		"all hyphens":        {strings.Repeat("-", 36), false},
		"line feed":          {canonical[:35] + "\n", false},
		"not a digit, UTF-8": {canonical[:34] + "é", false},
		"full-width digits":  {strings.Repeat("０", 12), false},
	} {
		id, ok := broker.ParseMessageID(test.in)
		if ok != test.ok {
			t.Errorf("%s: ParseMessageID(%q) says %v, want %v", name, test.in, ok, test.ok)
		}
		if want := strings.ToLower(test.in); ok && id.String() != want {
			t.Errorf("%s: ParseMessageID(%q) = %v, want %v", name, test.in, id, want)
		}
	}
}

func FuzzParseMessageID(f *testing.F) {
	f.Add("f81d4fae-7dec-41d0-a765-00a0c91e6bf6")
	f.Add("F81D4FAE-7DEC-41D0-A765-00A0C91E6BF6")
	f.Add("urn:uuid:f81d4fae-7dec-41d0-a765-00a0c91e6bf6")
	f.Fuzz(func(t *testing.T, in string) {
		if id, ok := broker.ParseMessageID(in); ok && !strings.EqualFold(id.String(), in) {
			t.Errorf("ParseMessageID(%q) = %v", in, id)
		}
	})
}
