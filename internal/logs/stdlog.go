package logs

import (
	"errors"
	"log"
	"strings"

	"go.uber.org/zap"
)

// StdLog returns a standard logger for http.Server.ErrorLog: each of its lines
// becomes an http.server_error. A client can cause some of them as often as it
// likes, so that only so many a second are logged of each kind, and the rest are
// summed.
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

// Write logs one line of the standard logger; what follows the first newline is
// a stack, where net/http caught a panic.
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

// kindOfError is what net/http's errors of one kind have in common: how they
// begin, up to an address or another number. So a flood of bad handshakes does not
// hide that no connection can be accepted.
func kindOfError(text string) string {
	if i := strings.IndexAny(text, "0123456789["); i >= 0 {
		return text[:i]
	}
	return text
}
