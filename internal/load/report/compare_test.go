package report

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"sseserver/internal/load"
	"sseserver/internal/load/measure"
	"sseserver/internal/load/threshold"
)

// Every setting that two runs do not share is told, also one that is added
// later.
func TestEverySettingCanDiffer(t *testing.T) {
	fields := reflect.TypeFor[Settings]()
	for i := range fields.NumField() {
		var a, b Settings
		change(t, reflect.ValueOf(&b).Elem().Field(i))
		got := differences(&a, &b)
		if len(got) != 1 || !strings.HasPrefix(got[0], "setting ") || strings.Contains(got[0], "_") {
			t.Errorf("%s: got %q, want the one difference", fields.Field(i).Name, got)
		}
	}
}

// change gives a field another value than zero.
func change(t *testing.T, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(3)
	case reflect.Uint64:
		v.SetUint(3)
	case reflect.Float64:
		v.SetFloat(2.5)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
	default:
		t.Fatalf("no other value for a %s", v.Type())
	}
}

func TestCompare(t *testing.T) {
	a := example(t, nil)
	b := example(t, func(r *load.Result) {
		r.Tally.Counts.Lost = 5
		r.Tally.Distributions = measure.Distributions{}
		for i := range 1000 {
			r.Tally.Distributions.Record(measure.Lateness, measure.Steady, time.Duration(i+1)*200*time.Microsecond)
		}
	})
	for text, want := range map[string]struct {
		pass bool
		text string
	}{
		"lateness.p99<2.1x":       {true, "2x: 99.0 ms and 198 ms"},
		"lateness.p99<1.9x":       {false, "2x: 99.0 ms and 198 ms"},
		"lateness.max<250ms":      {true, "200 ms"},
		"events_per_second>0.95x": {true, "1x: 2000 and 2000"},
		"lost<100x":               {false, "+Infx: 0 and 5"},
		"corrupt<=1x":             {true, "1x: 0 and 0"},
		"goodput>=1x":             {true, "1x: 100 % and 100 %"},
		"ttfe.p50<2x":             {false, "nothing measured in one of them"},
	} {
		c, err := threshold.ParseComparison(text)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Compare("a", a, "b", b, []threshold.Comparison{c})
		if err != nil || len(got) != 1 || got[0].Pass != want.pass || got[0].Text != want.text {
			t.Errorf("%s: got %+v, %v; want %+v", text, got, err, want)
		}
	}
}

func TestCompareRefusesWhatSaysNothing(t *testing.T) {
	good := example(t, nil)
	c, err := threshold.ParseComparison("lost<=1x")
	if err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(r *load.Result){
		"b.json was interrupted":                      func(r *load.Result) { r.Interrupted = true },
		"b.json is invalid: the generator used 95 % ": func(r *load.Result) { r.Health.CPU = 19 * time.Second },
	} {
		bad := example(t, change)
		if _, err := Compare("a.json", good, "b.json", bad, []threshold.Comparison{c}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
		if got := cautions(good, bad); len(got) != 1 || !strings.HasPrefix(got[0], "B ") {
			t.Errorf("got the cautions %q, want one about B", got)
		}
	}
}
