package logs

import (
	"errors"
	"log"
	"strings"

	"go.uber.org/zap"
)

// StdLog returns a standard logger for http.Server.ErrorLog, each line of which becomes an
// http.server_error. Clients can cause some errors as often as they like: of each kind,
// a hundred a second are logged and the rest are summed.
func StdLog(l *zap.Logger) *log.Logger {
	w := stdWriter{l, NewQuota(func(_ string, texts []string, count int) {
		HTTPServerError.Log(l, Error(errors.New(texts[0])), Count(count))
	})}
	return log.New(w, "", 0)
}

type stdWriter struct {
	logger *zap.Logger
	quota  *Quota[string] // by kind of error
}

// Write logs one line of the standard logger. If net/http caught a panic, the stack follows
// the first newline.
func (w stdWriter) Write(p []byte) (int, error) {
	text, trace, hasTrace := strings.Cut(strings.TrimRight(string(p), "\n"), "\n")
	if !w.quota.Allow(kindOfError(text), text) {
		return len(p), nil
	}
	fields := []zap.Field{Error(errors.New(text))}
	if hasTrace {
		fields = append(fields, Stack([]byte(trace)))
	}
	HTTPServerError.Log(w.logger, fields...)
	return len(p), nil
}

// kindOfError is what net/http's errors of one kind have in common: their beginning, up to
// an address or another number. It keeps a flood of bad handshakes from hiding that no
// connection can be accepted.
func kindOfError(text string) string {
	if i := strings.IndexAny(text, "0123456789["); i >= 0 {
		return text[:i]
	}
	return text
}
