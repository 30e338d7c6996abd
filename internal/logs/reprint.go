package logs

import (
	"strings"
	"time"

	"github.com/tidwall/gjson"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// ConsoleLine appends, in the console form and with its newline, a line that was logged as
// JSON. It leaves out values that are objects. A text that is no line of a log is appended
// unchanged, with escapes for what a terminal would obey.
func ConsoleLine(dst, text []byte, colored bool) []byte {
	line := gjson.ParseBytes(text)
	entry := zapcore.Entry{Message: harmless(line.Get(MessageKey).String()), LoggerName: line.Get(LoggerKey).String()}
	at, err := time.Parse(TimeLayout, line.Get(TimeKey).String())
	if err != nil || entry.Level.Set(line.Get(LevelKey).String()) != nil {
		return append(append(dst, harmless(string(text))...), '\n')
	}
	entry.Time = at
	var fields []zapcore.Field
	line.ForEach(func(key, value gjson.Result) bool {
		if field, ok := fieldOf(word(key.String()), value); ok {
			fields = append(fields, field)
		}
		return true
	})
	return console{colored}.append(dst, &entry, fields)
}

// fieldOf returns a field of a line. It returns false for the keys that every line has, and
// for objects.
func fieldOf(key string, value gjson.Result) (zapcore.Field, bool) {
	switch key {
	case SeqKey, TimeKey, LevelKey, LoggerKey, MessageKey:
		return zapcore.Field{}, false
	}
	switch {
	case value.Type == gjson.String:
		return zap.String(key, value.Str), true
	case value.IsBool():
		return zap.Bool(key, value.Bool()), true
	case value.Type == gjson.Number && (strings.HasSuffix(key, "_ms") || strings.ContainsAny(value.Raw, ".eE")):
		return zap.Float64(key, value.Num), true
	case value.Type == gjson.Number:
		return zap.Int64(key, value.Int()), true
	case value.IsArray():
		var texts []string
		for _, text := range value.Array() {
			texts = append(texts, text.String())
		}
		return zap.Strings(key, texts), true
	}
	return zapcore.Field{}, false
}
