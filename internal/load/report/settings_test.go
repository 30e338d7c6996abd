package report

import (
	"encoding"
	"reflect"
	"testing"
	"time"

	"sseserver/internal/load"
)

// notSettings are the fields of the configuration that a comparison of two runs
// finds elsewhere, or must not show.
var notSettings = map[string]string{
	"Thresholds":     "are in the report with their verdicts",
	"GeneratorLimit": "is in the report's health",
	"Message":        "shows in its length",
	"MessageBytes":   "is the message's length, with a server only",
	"NumberAt":       "shows in the sequence, with that of a path",
	"User":           "is a secret",
	"Rows":           "may be secrets",
}

// What a run was told shows in its report, also what is added later.
func TestConfigShowsInSettings(t *testing.T) {
	usual := load.Config{Interval: time.Second, Duration: time.Second, Clients: 1, Ramp: 1}
	fields := reflect.TypeFor[load.Config]()
	for i := range fields.NumField() {
		name := fields.Field(i).Name
		if notSettings[name] != "" {
			continue
		}
		c := usual
		configure(t, reflect.ValueOf(&c).Elem().Field(i))
		if reflect.DeepEqual(newSettings(c), newSettings(usual)) {
			t.Errorf("the settings do not tell of Config.%s", name)
		}
	}
}

// configure gives a field another value than zero, one that it can have.
func configure(t *testing.T, v reflect.Value) {
	t.Helper()
	words, isWord := v.Addr().Interface().(encoding.TextUnmarshaler)
	switch {
	case isWord:
		for _, word := range []string{"characters", "id", "data.x", "close", "1s:1"} {
			if words.UnmarshalText([]byte(word)) == nil && !v.IsZero() {
				return
			}
		}
		t.Fatalf("no word for a %s", v.Type())
	case v.Kind() == reflect.Struct:
		configure(t, v.Field(0))
	case v.Kind() == reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("X"), reflect.Zero(v.Type().Elem()))
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.String:
		v.Set(reflect.ValueOf([]string{"x"}))
	default:
		change(t, v)
	}
}
