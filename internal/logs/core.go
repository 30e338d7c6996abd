package logs

import (
	"slices"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

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

// Write implements zapcore.Core. It returns no error for a line that the queue drops.
func (c *core) Write(entry zapcore.Entry, fields []zapcore.Field) error {
	line := lines.Get().(*Line)
	line.entry = entry
	line.fields = append(append(line.fields, c.context...), fields...)
	c.put(line)
	line.free()
	return nil
}

// Sync implements zapcore.Core. It does nothing, as logging never waits; Output.Close does.
func (c *core) Sync() error { return nil }

// put encodes a line and queues it.
func (c *core) put(line *Line) { c.queue.put(c.encode(line)) }

// encode writes the text of a line, which the record then shares.
func (c *core) encode(line *Line) record {
	line.text = c.form.fit(line.text[:0], &line.entry, line.fields)
	out := record{level: line.entry.Level, text: line.text, json: line.text}
	if c.json != nil {
		line.text = c.json.fit(line.text, &line.entry, line.fields)
		out.json = line.text[len(out.text):]
	}
	return out
}

// report encodes a line of the log's own, without text if its level is off.
func (c *core) report(event *Event, n int) record {
	level := event.Levels[0]
	if !c.Enabled(level) {
		return record{}
	}
	return c.encode(&Line{
		entry:  zapcore.Entry{Level: level, Time: time.Now(), LoggerName: ownName, Message: event.Message},
		fields: []zapcore.Field{zap.String(EventKey, event.Name), Count(n)},
	})
}
