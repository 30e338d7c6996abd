package logs

import (
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// maxLine is the size of the longest line, with its newline. It is what a pipe
// takes whole or not at all (PIPE_BUF, pipe(7)).
const maxLine = 4096

// maxEncoded leaves room in a line for its number, which the queue adds.
const maxEncoded = maxLine - len(`{"seq":18446744073709551615,`)

// core is a zapcore.Core that puts lines into a queue. Nothing in it waits.
type core struct {
	zapcore.LevelEnabler
	form    form
	json    form // for Recent; nil if that keeps nothing, or form is it
	context []zapcore.Field
	queue   *queue
}

// With implements zapcore.Core.
func (c *core) With(fields []zapcore.Field) zapcore.Core {
	with := *c
	with.context = slices.Concat(c.context, fields)
	return &with
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
	buffer := buffers.Get().(*[]byte)
	var line record
	line, *buffer = c.encode((*buffer)[:0], &entry, fields)
	c.queue.put(line)
	if cap(*buffer) <= keptBuffer { // else it had a very long stack
		buffers.Put(buffer)
	}
	return nil
}

// buffers have room for a line in each form.
var buffers = sync.Pool{New: func() any {
	buffer := make([]byte, 0, 2*maxLine)
	return &buffer
}}

// Sync does nothing: whoever logs does not wait. Output.Close does.
func (c *core) Sync() error { return nil }

// encode makes a line in the buffer, which it returns as well.
func (c *core) encode(buffer []byte, entry *zapcore.Entry, fields []zapcore.Field) (record, []byte) {
	if len(c.context) > 0 {
		fields = slices.Concat(c.context, fields)
	}
	buffer = c.form.fit(buffer, maxEncoded, entry, fields)
	line := record{level: entry.Level, text: buffer, json: buffer}
	if c.json != nil {
		buffer = c.json.fit(buffer, maxEncoded, entry, fields)
		line.json = buffer[len(line.text):]
	}
	return line, buffer
}

// report encodes a line of the log's own, without text if its level is off.
func (c *core) report(event *Event, n int) record {
	level := event.Levels[0]
	if !c.Enabled(level) {
		return record{}
	}
	entry := zapcore.Entry{Level: level, Time: time.Now(), LoggerName: ownName, Message: event.Message}
	line, _ := c.encode(nil, &entry, []zapcore.Field{zap.String(EventKey, event.Name), Count(n)})
	return line
}
