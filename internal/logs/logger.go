package logs

import (
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
	"sync"

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
	// File is the path of the log file, made if need be and appended to; ""
	// writes to Stderr.
	File string
	// Stderr is where lines go without a File; nil is os.Stderr. With a File,
	// only what that file refused comes here.
	Stderr io.Writer
	// OnLine, if set, is called with the level of each line that is written.
	// Any goroutine may call it at any time.
	OnLine func(zapcore.Level)
}

// Output is an open log. Its methods may be called by any goroutine at any time.
type Output struct {
	// Logger writes to the log; its level can change while it is in use.
	Logger *zap.Logger
	// Level is the least level that is written.
	Level zap.AtomicLevel

	file *file
}

// New opens the log. The caller closes it.
func New(c Config) (*Output, error) {
	if c.Stderr == nil {
		c.Stderr = os.Stderr
	}
	o := &Output{Level: zap.NewAtomicLevelAt(c.Level)}
	sink := zapcore.Lock(zapcore.AddSync(c.Stderr))
	if c.File != "" {
		f, err := openFile(c.File, sink)
		if err != nil {
			return nil, fmt.Errorf("logs: %w", err)
		}
		o.file, sink = f, f
	}
	core := zapcore.NewCore(encoder(c), sink, o.Level)
	if c.OnLine != nil {
		core = zapcore.RegisterHooks(core, func(line zapcore.Entry) error {
			c.OnLine(line.Level)
			return nil
		})
	}
	// What zap has to say of its own is not in the catalogue; a file that
	// cannot be written has its fallback in file.go.
	o.Logger = zap.New(core, zap.ErrorOutput(zapcore.AddSync(io.Discard)))
	return o, nil
}

// Reopen opens the log file anew, after something moved it away, and logs that
// it did. Without a file it does nothing. Lines written meanwhile go to the old
// file or to the new one; none is lost.
func (o *Output) Reopen() {
	if o.file == nil {
		return
	}
	if err := o.file.reopen(); err != nil {
		LogReopened.LogAt(o.Logger, zapcore.ErrorLevel, Path(o.file.path), Error(err))
		return
	}
	LogReopened.Log(o.Logger, Path(o.file.path))
}

// Close closes the log file. Lines logged later go to standard error.
func (o *Output) Close() error {
	if o.file == nil {
		return nil
	}
	return o.file.close()
}

// encoder returns the encoder for the configured format.
func encoder(c Config) zapcore.Encoder {
	layout := zapcore.EncoderConfig{
		TimeKey: TimeKey, LevelKey: LevelKey, NameKey: LoggerKey, MessageKey: MessageKey,
		EncodeTime:     encodeTime,
		EncodeLevel:    zapcore.LowercaseLevelEncoder,
		EncodeDuration: zapcore.MillisDurationEncoder,
	}
	onTerminal := c.File == "" && isTerminal(c.Stderr)
	if c.Format == JSON || c.Format != Console && !onTerminal {
		return zapcore.NewJSONEncoder(layout)
	}
	layout.EncodeLevel = zapcore.CapitalLevelEncoder
	if onTerminal && os.Getenv("NO_COLOR") == "" {
		layout.EncodeLevel = zapcore.CapitalColorLevelEncoder
	}
	return newConsoleEncoder(layout)
}

// isTerminal reports whether w is a terminal.
func isTerminal(w io.Writer) bool {
	f, ok := w.(interface{ Fd() uintptr })
	return ok && term.IsTerminal(int(f.Fd()))
}

// StdLog returns a standard logger for http.Server.ErrorLog: each of its lines
// becomes an http.server_error.
func StdLog(l *zap.Logger) *log.Logger {
	return log.New(stdWriter{l}, "", 0)
}

type stdWriter struct{ logger *zap.Logger }

// Write logs one line of the standard logger; what follows the first newline is
// a stack, where net/http caught a panic.
func (w stdWriter) Write(p []byte) (int, error) {
	text, trace, hasTrace := strings.Cut(strings.TrimRight(string(p), "\n"), "\n")
	fields := []zap.Field{Error(errors.New(text))}
	if hasTrace {
		fields = append(fields, zap.String(stack.Key, trace))
	}
	HTTPServerError.Log(w.logger, fields...)
	return len(p), nil
}

// levelChange keeps two changes of the level apart, so that each logs the level
// it really replaced.
var levelChange sync.Mutex

// SetLevel changes the least level that is written and logs that it did.
func (o *Output) SetLevel(level zapcore.Level) {
	levelChange.Lock()
	defer levelChange.Unlock()
	old := o.Level.Level()
	if level == old {
		return
	}
	// The line is written while the more talkative of the two levels is in force.
	if level < old {
		o.Level.SetLevel(level)
	}
	LogLevelChanged.Log(o.Logger, FromLevel(old), ToLevel(level))
	o.Level.SetLevel(level)
}
