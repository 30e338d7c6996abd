package logs

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"golang.org/x/term"
)

// Format is the form of the lines.
type Format string

// The forms: Auto is Console where standard error is a terminal and no file is
// set, else JSON.
const (
	Auto    Format = "auto"
	JSON    Format = "json"
	Console Format = "console"
)

// Config says where lines go and which. The zero value writes JSON or console
// lines of level info and above to standard error.
type Config struct {
	// Format of the lines; "" is Auto.
	Format Format
	// Level is the least level that is written, at first.
	Level zapcore.Level
	// File is the path of the log file, which is created if it does not exist, and
	// appended to; "" writes to Stderr. A FIFO is written to whenever someone reads it.
	File string
	// Stderr is where lines go without a File; nil is os.Stderr. One goroutine
	// writes to it, until Close.
	Stderr io.Writer
	// Recent is how many bytes of lines are kept for Output.Recent, in memory that is
	// taken as lines come; 0 keeps none.
	Recent int
	// OnLine, if set, is called with the level of each line that will be written,
	// OnDrop for each that will not. Any goroutine may call them at any time;
	// they must not log.
	OnLine func(zapcore.Level)
	OnDrop func()
}

// Output is an open log. Its methods may be called by any goroutine at any time,
// and none but Close waits for what is written.
type Output struct {
	// Logger writes to the log; its level can change while it is in use.
	Logger *zap.Logger
	// Level is the least level that is written.
	Level zap.AtomicLevel

	path     string     // of the log file, "" for none
	changing sync.Mutex // held by SetLevel, so that each change logs the level that it replaced
	queue    *queue
}

// New opens the log and starts the goroutine that writes it, which Close ends.
func New(c Config) (*Output, error) {
	if c.Stderr == nil {
		c.Stderr = os.Stderr
	}
	sink, err := newSink(c)
	if err != nil {
		return nil, fmt.Errorf("logs: %w", err)
	}
	o := &Output{Level: zap.NewAtomicLevelAt(c.Level), path: c.File}
	core := &core{LevelEnabler: o.Level, form: c.form()}
	if c.Recent > 0 && !c.isJSON() {
		core.json = appendJSON
	}
	o.queue = newQueue(c, core.report)
	core.queue = o.queue
	// What zap has to say of its own is not in the catalogue.
	o.Logger = zap.New(core, zap.ErrorOutput(zapcore.AddSync(io.Discard)))
	w := &writer{queue: o.queue, sink: sink, reopened: o.logReopened}
	go w.run()
	return o, nil
}

// Reopen makes the log reopen its file, after something moved the file away, and log
// log.reopened. Without a file it does nothing. Lines logged meanwhile go to the old file
// or to the new one; none is lost.
func (o *Output) Reopen() {
	if o.path != "" {
		o.queue.askReopen()
	}
}

func (o *Output) logReopened(err error) {
	if err != nil {
		LogReopened.LogAt(o.own(), zapcore.ErrorLevel, Path(o.path), Error(err))
		return
	}
	LogReopened.Log(o.own(), Path(o.path))
}

// own is the logger of what the log says of itself.
func (o *Output) own() *zap.Logger { return o.Logger.Named(ownName) }

const ownName = "log"

// Dropped returns how many lines are missing since the log could last be written without
// loss. It is 0 while the log can be written.
func (o *Output) Dropped() int { return o.queue.dropped() }

// Recent returns the last lines of the log, as many as Config.Recent says.
func (o *Output) Recent() *Recent { return o.queue.recent }

// Close writes the lines that were logged before, and closes the log file. It waits for
// that at most for patience. Lines logged later may be lost.
func (o *Output) Close(patience time.Duration) { o.queue.close(patience) }

// form returns the configured form.
func (c Config) form() form {
	if c.isJSON() {
		return appendJSON
	}
	return console{colored: c.onTerminal() && os.Getenv("NO_COLOR") == ""}.append
}

// isJSON reports whether the log's form is JSON.
func (c Config) isJSON() bool {
	return c.Format == JSON || c.Format != Console && !c.onTerminal()
}

// onTerminal reports whether lines go to a terminal.
func (c Config) onTerminal() bool { return c.File == "" && isTerminal(c.Stderr) }

// isTerminal reports whether w is a terminal.
func isTerminal(w io.Writer) bool {
	f, ok := w.(interface{ Fd() uintptr })
	return ok && term.IsTerminal(int(f.Fd()))
}

// SetLevel changes the least level that is written and logs that it did.
func (o *Output) SetLevel(level zapcore.Level) {
	o.changing.Lock()
	defer o.changing.Unlock()
	old := o.Level.Level()
	if level == old {
		return
	}
	// The line is written while the more talkative of the two levels is in force.
	if level < old {
		o.Level.SetLevel(level)
	}
	LogLevelChanged.Log(o.own(), FromLevel(old), ToLevel(level))
	o.Level.SetLevel(level)
}
