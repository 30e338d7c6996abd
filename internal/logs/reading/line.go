package reading

import (
	"slices"
	"time"

	"sseserver/internal/logs"

	"go.uber.org/zap/zapcore"
)

// Line is one line of a log. It is valid until the function that got it returns,
// its values too; the strings that its fields and methods give may be kept.
// It must not be used by two goroutines at once.
type Line struct {
	// Source is the name of the file or stream, Number the line's in it, from 1.
	Source string
	Number int
	// Run tells the processes apart that wrote the log. It counts from 0.
	Run int
	// Raw is the line as it was written, without the end of the line.
	Raw []byte
	// Seq is the number that the process gave the line, from 1; 0 if it has none.
	Seq     uint64
	Time    time.Time
	Level   zapcore.Level
	Logger  string
	Message string
	// Name is the value of "event", and Event what the catalogue says of it, nil
	// if it does not know it.
	Name  string
	Event *logs.Event

	fields []field
	shape  *Shape  // nil if nobody has asked for it
	shapes *shapes // of its reading; nil for a clone
}

// Get returns the value of a key, those that every line has included.
func (l *Line) Get(key string) (Value, bool) {
	i := l.Shape().find(key)
	if i < 0 {
		return Value{}, false
	}
	return l.At(i), true
}

// Has reports whether the line has the key.
func (l *Line) Has(key string) bool {
	_, ok := l.Get(key)
	return ok
}

// Str is the text of a string, "" if the key is missing or no string.
func (l *Line) Str(key string) string {
	if v, ok := l.Get(key); ok && v.kind == stringKind {
		return v.String()
	}
	return ""
}

// Text is Str without making a string: it is valid as long as the line is.
func (l *Line) Text(key string) []byte {
	v, ok := l.Get(key)
	switch {
	case !ok || v.kind != stringKind:
		return nil
	case v.escaped:
		return []byte(v.String())
	default:
		return v.raw
	}
}

// Int is an integer, and false if the key is missing, no integer, or too large
// for an int64.
func (l *Line) Int(key string) (int64, bool) {
	v, _ := l.Get(key)
	return v.int()
}

// Float is a number, and false if the key is missing or no number.
func (l *Line) Float(key string) (float64, bool) {
	v, _ := l.Get(key)
	return v.float()
}

// Bool is a boolean, and false for ok if the key is missing or none.
func (l *Line) Bool(key string) (value, ok bool) {
	v, _ := l.Get(key)
	return v.Is("true"), v.kind == boolKind
}

// IsCommon reports whether every line has the key.
func IsCommon(key string) bool {
	switch key {
	case logs.TimeKey, logs.LevelKey, logs.LoggerKey, logs.MessageKey, logs.SeqKey, logs.EventKey:
		return true
	}
	return false
}

// keys are those of the catalogue, and events its events by name.
var keys, events = index()

func index() (map[string]string, map[string]*logs.Event) {
	keys, events := make(map[string]string), make(map[string]*logs.Event)
	for _, key := range []string{logs.TimeKey, logs.LevelKey, logs.LoggerKey, logs.MessageKey, logs.SeqKey, logs.EventKey} {
		keys[key] = key
	}
	for _, event := range logs.Catalogue {
		events[event.Name] = event
		for _, f := range slices.Concat(event.Required, event.Optional) {
			keys[f.Key] = f.Key
		}
	}
	return keys, events
}

func keyText(key []byte) string {
	if known, ok := keys[string(key)]; ok {
		return known
	}
	return string(key)
}
