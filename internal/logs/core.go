package logs

import (
	"slices"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/buffer"
	"go.uber.org/zap/zapcore"
)

// maxLine is the size of the longest line, with its newline. It is what a pipe
// takes whole or not at all (PIPE_BUF, pipe(7)).
const maxLine = 4096

// maxEncoded leaves room in a line for its number, which the queue adds.
const maxEncoded = maxLine - len(`"seq": 18446744073709551615, `)

// core is a zapcore.Core that puts lines into a queue. Nothing in it waits.
type core struct {
	zapcore.LevelEnabler
	encoder zapcore.Encoder
	json    zapcore.Encoder // for Recent; nil if that keeps nothing, or encoder is it
	queue   *queue
}

// With implements zapcore.Core.
func (c *core) With(fields []zapcore.Field) zapcore.Core {
	with := *c
	with.encoder = cloneWith(c.encoder, fields)
	if c.json != nil {
		with.json = cloneWith(c.json, fields)
	}
	return &with
}

func cloneWith(encoder zapcore.Encoder, fields []zapcore.Field) zapcore.Encoder {
	clone := encoder.Clone()
	for _, f := range fields {
		f.AddTo(clone)
	}
	return clone
}

// Check implements zapcore.Core.
func (c *core) Check(entry zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if c.Enabled(entry.Level) {
		return checked.AddCore(entry, c)
	}
	return checked
}

// Write implements zapcore.Core. A line that does not fit into the queue is not
// an error of whoever logs it.
func (c *core) Write(entry zapcore.Entry, fields []zapcore.Field) error {
	line, err := encodeLine(c.encoder, entry, fields)
	if err != nil {
		return err
	}
	defer line.Free()
	if c.json == nil {
		c.queue.put(record{entry.Level, line.Bytes(), line.Bytes()})
		return nil
	}
	json, err := encodeLine(c.json, entry, fields)
	if err != nil {
		return err
	}
	defer json.Free()
	c.queue.put(record{entry.Level, line.Bytes(), json.Bytes()})
	return nil
}

// Sync does nothing: whoever logs does not wait. Output.Close does.
func (c *core) Sync() error { return nil }

// encodeLine encodes a line of at most maxEncoded bytes. The texts that a client
// can make long were cut before, so that only a stack is ever too long here.
func encodeLine(encoder zapcore.Encoder, entry zapcore.Entry, fields []zapcore.Field) (*buffer.Buffer, error) {
	for {
		line, err := encoder.EncodeEntry(entry, fields)
		if err != nil {
			return nil, err
		}
		line = escaped(line)
		over := line.Len() - maxEncoded
		if over <= 0 || len(fields) <= 1 {
			return line, nil
		}
		line.Free()
		fields = shorter(fields, over)
	}
}

// shorter returns the fields with the longest text cut by so many bytes, or, if
// there is nothing to cut, the event alone.
func shorter(fields []zapcore.Field, over int) []zapcore.Field {
	longest, size := -1, 0
	for i, f := range fields {
		if n := textSize(f.String); f.Type == zapcore.StringType && f.Key != EventKey && n > size {
			longest, size = i, n
		}
	}
	if longest < 0 || size <= 2*len(cutMark) {
		return slices.DeleteFunc(slices.Clone(fields), func(f zapcore.Field) bool { return f.Key != EventKey })
	}
	fields = slices.Clone(fields) // they are the caller's
	fields[longest] = zap.String(fields[longest].Key, clipTo(fields[longest].String, max(size-over, len(cutMark))))
	return fields
}

// report encodes a line of the log's own, without text if its level is off.
func (c *core) report(event *Event, n int) record {
	level := event.Levels[0]
	if !c.Enabled(level) {
		return record{}
	}
	entry := zapcore.Entry{Level: level, Time: time.Now(), LoggerName: ownName, Message: event.Message}
	fields := []zapcore.Field{zap.String(EventKey, event.Name), Count(n)}
	line, err := encodeLine(c.encoder, entry, fields)
	if err != nil { // two plain fields always encode
		return record{}
	}
	json := line
	if c.json != nil {
		if json, err = encodeLine(c.json, entry, fields); err != nil {
			return record{}
		}
	}
	return record{level, line.Bytes(), json.Bytes()}
}
