package template

import (
	"strings"
	"testing"
)

func TestExpand(t *testing.T) {
	tests := []struct {
		text, want string
		fixed      bool
	}{
		{"", "", true},
		{"plain", "plain", true},
		{`{"n":{n}}`, `{"n":<n>}`, false},
		{"{client}-{n}-{client}", "<client>-<n>-<client>", false},
		{"{{n}} is {n}", "{n} is <n>", false},
		{"{{n}}", "{n}", true},
		{`{"a":{"b":{}}}`, `{"a":{"b":{}}}`, true},
		{"{ n } {1n} {n", "{ n } {1n} {n", true},
	}
	for _, tt := range tests {
		template, err := Parse(tt.text, "client", "n")
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		got := template.Expand(func(name string) string { return "<" + name + ">" })
		if got != tt.want || template.Fixed() != tt.fixed {
			t.Errorf("%s: got %s, fixed %v; want %s, %v", tt.text, got, template.Fixed(), tt.want, tt.fixed)
		}
	}
}

func TestParseNamesWhatWasMeant(t *testing.T) {
	tests := []struct{ text, want string }{
		{"{cleint}", "unknown placeholder {cleint}; did you mean {client}?"},
		{"{colour}", "unknown placeholder {colour}, want one of {client}, {n}; {{colour}} is the text {colour}"},
	}
	for _, tt := range tests {
		if _, err := Parse(tt.text, "client", "n"); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %s", tt.text, err, tt.want)
		}
	}
}

func TestHas(t *testing.T) {
	template, err := Parse("a{n}b", "n", "uuid")
	if err != nil || !template.Has("n") || template.Has("uuid") || template.Has("") {
		t.Errorf("got %+v, %v", template, err)
	}
}
