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
	d := drafts.Get().(*draft)
	d.entry = entry
	c.queue.put(c.encode(d, fields))
	d.entry = zapcore.Entry{}
	if cap(d.text) <= keptBuffer { // else it had a very long stack
		drafts.Put(d)
	}
	return nil
}

// draft is a line that is being written. What is passed to a form would else go to
// the heap each time.
type draft struct {
	entry zapcore.Entry
	text  []byte // in each form
}

var drafts = sync.Pool{New: func() any { return &draft{text: make([]byte, 0, 2*maxLine)} }}

// Sync does nothing: whoever logs does not wait. Output.Close does.
func (c *core) Sync() error { return nil }

// encode writes the draft, which the record then shares.
func (c *core) encode(d *draft, fields []zapcore.Field) record {
	if len(c.context) > 0 {
		fields = slices.Concat(c.context, fields)
	}
	d.text = c.form.fit(d.text[:0], maxEncoded, &d.entry, fields)
	line := record{level: d.entry.Level, text: d.text, json: d.text}
	if c.json != nil {
		d.text = c.json.fit(d.text, maxEncoded, &d.entry, fields)
		line.json = d.text[len(line.text):]
	}
	return line
}

// report encodes a line of the log's own, without text if its level is off.
func (c *core) report(event *Event, n int) record {
	level := event.Levels[0]
	if !c.Enabled(level) {
		return record{}
	}
	return c.encode(&draft{
		entry: zapcore.Entry{Level: level, Time: time.Now(), LoggerName: ownName, Message: event.Message},
	}, []zapcore.Field{zap.String(EventKey, event.Name), Count(n)})
}
