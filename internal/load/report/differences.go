package report

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// setting is one field of Settings, as reports name it and show it.
type setting struct {
	name   string // as in JSON, without the unit
	inMs   bool
	merge  string // what the tag "merge" says
	number int    // of the field
}

// settings are the fields of Settings. It is made of the type itself, so that
// no field can be forgotten.
var settings = func() (list []setting) {
	fields := reflect.TypeFor[Settings]()
	for i := range fields.NumField() {
		f := fields.Field(i)
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		name, inMs := strings.CutSuffix(tag, "_ms")
		list = append(list, setting{name: strings.ReplaceAll(name, "_", " "), inMs: inMs, merge: f.Tag.Get("merge"), number: i})
	}
	return list
}()

func (s setting) of(settings *Settings) reflect.Value {
	return reflect.ValueOf(settings).Elem().Field(s.number)
}

func (s setting) differs(a, b *Settings) bool {
	return !reflect.DeepEqual(s.of(a).Interface(), s.of(b).Interface())
}

// show writes the value as people would.
func (s setting) show(in *Settings) string {
	switch v := s.of(in); {
	case s.inMs && v.Kind() == reflect.Float64:
		return seconds(v.Float())
	case v.Kind() == reflect.Slice || v.Kind() == reflect.Map || v.Kind() == reflect.Struct || v.Kind() == reflect.Pointer:
		text, _ := json.Marshal(v.Interface()) // it came from JSON, or will go there
		return string(text)
	case v.Kind() == reflect.String && v.Len() == 0:
		return "none"
	default:
		return fmt.Sprint(v.Interface())
	}
}

// differences are the settings of two runs that are not the same.
func differences(a, b *Settings) (list []string) {
	for _, s := range settings {
		if s.differs(a, b) {
			list = append(list, fmt.Sprintf("setting %s differs: %s and %s", s.name, s.show(a), s.show(b)))
		}
	}
	return list
}
