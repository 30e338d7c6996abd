package logs

import (
	"time"

	"go.uber.org/zap/buffer"
	"go.uber.org/zap/zapcore"
)

// TimeLayout is the layout of the "time" key: UTC, microseconds, always the
// same width, so that lines sort as text.
const TimeLayout = "2006-01-02T15:04:05.000000Z07:00"

func encodeTime(t time.Time, enc zapcore.PrimitiveArrayEncoder) {
	zapcore.TimeEncoderOfLayout(TimeLayout)(t.UTC(), enc)
}

// consoleEncoder is zap's, and shows a stack on lines of its own instead of on
// one with "\n" in it.
type consoleEncoder struct{ zapcore.Encoder }

func newConsoleEncoder(layout zapcore.EncoderConfig) zapcore.Encoder {
	layout.StacktraceKey = stack.Key
	return consoleEncoder{zapcore.NewConsoleEncoder(layout)}
}

func (e consoleEncoder) Clone() zapcore.Encoder { return consoleEncoder{e.Encoder.Clone()} }

func (e consoleEncoder) EncodeEntry(line zapcore.Entry, fields []zapcore.Field) (*buffer.Buffer, error) {
	for i, f := range fields {
		if f.Key == stack.Key {
			line.Stack = plain(f.String)
			// A new slice: the fields belong to the caller, and another core
			// may read them too.
			rest := make([]zapcore.Field, 0, len(fields)-1)
			fields = append(append(rest, fields[:i]...), fields[i+1:]...)
			break
		}
	}
	return e.Encoder.EncodeEntry(line, fields)
}
