package logs

import (
	"slices"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// maxLine is the size of the longest line, with its newline. A pipe takes as much whole or
// not at all (PIPE_BUF, pipe(7)).
const maxLine = 4096

// maxEncoded leaves room in a line for its number, which the queue adds.
const maxEncoded = maxLine - len(`{"seq":18446744073709551615,`)

// A form appends a line and its newline to the bytes there are. The queue adds the line's
// number.
type form func(to []byte, entry *zapcore.Entry, fields []zapcore.Field) []byte

// fit appends a line of at most maxEncoded bytes. Texts that a client can make long were
// cut before, so that only a stack is ever too long here.
func (f form) fit(to []byte, entry *zapcore.Entry, fields []zapcore.Field) []byte {
	for {
		line := f(to, entry, fields)
		over := len(line) - len(to) - maxEncoded
		if over <= 0 || len(fields) <= 1 {
			return line
		}
		fields = shorter(fields, over)
	}
}

// shorter returns a copy of the fields with the longest text cut by so many bytes or, if
// there is nothing to cut, the event alone.
func shorter(fields []zapcore.Field, over int) []zapcore.Field {
	longest, size := -1, 0
	for i, f := range fields {
		if n := textSize(f.String); f.Type == zapcore.StringType && f.Key != EventKey && n > size {
			longest, size = i, n
		}
	}
	fields = slices.Clone(fields)
	if longest < 0 || size <= 2*len(cutMark) {
		return slices.DeleteFunc(fields, func(f zapcore.Field) bool { return f.Key != EventKey })
	}
	fields[longest] = zap.String(fields[longest].Key, clipTo(fields[longest].String, max(size-over, len(cutMark))))
	return fields
}
