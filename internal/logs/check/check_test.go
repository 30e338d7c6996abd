package check_test

import (
	"slices"
	"testing"

	"sseserver/internal/logs"
	"sseserver/internal/logs/check"

	"go.uber.org/zap/zapcore"
)

// The bits of a set are enough for the fields of each event.
func TestEvents(t *testing.T) {
	for _, event := range logs.Catalogue {
		if n := len(event.Required) + len(event.Optional); n > 64 {
			t.Errorf("%s has %d fields", event.Name, n)
		}
		if logs.Named(event.Name) != event || check.Of(event) == nil {
			t.Errorf("%s is not known", event.Name)
		}
		missing := check.Of(event).Missing(0)
		if len(missing) != len(event.Required) {
			t.Errorf("%s: %q are missing, want %d fields", event.Name, missing, len(event.Required))
		}
	}
	if logs.Named("hello") != nil || check.Of(&logs.Event{Name: "stream.closed"}) != nil {
		t.Error("an event is known that nobody declared")
	}
}

func TestField(t *testing.T) {
	rules := check.Of(logs.StreamClosed)
	tests := []struct {
		key  string
		kind logs.Kind
		text string
		want string
	}{
		{"chunks", logs.Int, "5", ""},
		{"chunks", logs.Float, "5.5", "the field chunks is a number, want an integer"},
		{"chunks", logs.String, "5", "the field chunks is a string, want an integer"},
		{"chunks", check.Whole, "5", ""},
		{"duration_ms", check.Whole, "5", ""},
		{"duration_ms", logs.Int, "5", "the field duration_ms is an integer, want a number"},
		{"reason", check.Whole, "5", "the field reason is a whole number, want a string"},
		{"duration_ms", logs.Object, "{}", "the field duration_ms is an object, want a number"},
		{"resumed", "null", "null", "the field resumed is a null, want a boolean"},
		{"colour", logs.Int, "5", "the field colour is not declared"},
		{"kind", logs.String, "progress", ""},
		{"kind", logs.String, "speed", `the field kind is "speed", want one of [characters progress]`},
	}
	for _, test := range tests {
		field, _ := rules.Field(test.key)
		got := check.Undeclared(test.key)
		if field != nil {
			got = check.Kind(field, test.kind)
		}
		if got == "" {
			got = check.Value(field, func(word string) bool { return word == test.text }, func() string { return test.text })
		}
		if got != test.want {
			t.Errorf("%s, %s: %q, want %q", test.key, test.text, got, test.want)
		}
	}
}

func TestMissing(t *testing.T) {
	rules := check.Of(logs.ServerReady)
	_, seen := rules.Field("startup_ms")
	if got := rules.Missing(seen); got != nil {
		t.Errorf("got %q", got)
	}
	if got := rules.Missing(0); !slices.Equal(got, []string{"the field startup_ms is missing"}) {
		t.Errorf("got %q", got)
	}
}

func TestHead(t *testing.T) {
	rules := check.Of(logs.StreamClosed)
	for reason, level := range map[string]zapcore.Level{
		logs.ReasonCompleted: zapcore.InfoLevel, logs.ReasonSlowClient: zapcore.WarnLevel, logs.ReasonInternalError: zapcore.ErrorLevel,
	} {
		if got := rules.Head(level, "stream closed", reason); got != nil {
			t.Errorf("%s: %q", reason, got)
		}
		if got := rules.Head(zapcore.DebugLevel, "closed", reason); len(got) != 2 {
			t.Errorf("%s at debug: %q", reason, got)
		}
	}
	if got := rules.Head(zapcore.WarnLevel, "stream closed", "completed"); !slices.Equal(got, []string{"level warn, want info for the reason completed"}) {
		t.Errorf("got %q", got)
	}
}
