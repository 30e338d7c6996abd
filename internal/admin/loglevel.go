package admin

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"

	"sseserver/internal/answer"
	"sseserver/internal/logs"

	"go.uber.org/zap/zapcore"
)

// logLevel serves /debug/log-level.
type logLevel struct{ output *logs.Output }

// loggedLevels are those that the program logs at. A higher one would silence
// the log.
var loggedLevels = []zapcore.Level{zapcore.DebugLevel, zapcore.InfoLevel, zapcore.WarnLevel, zapcore.ErrorLevel}

// levelBody is the body of both methods, in JSON.
type levelBody struct {
	Level string `json:"level"`
}

// tell answers GET with the level in use.
func (l logLevel) tell(w http.ResponseWriter, _ *http.Request) {
	answer.JSON(w, http.StatusOK, levelBody{l.output.Level.String()})
}

// change answers PUT, whose body is a form, level=debug, or {"level":"debug"}.
func (l logLevel) change(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if errors.As(err, new(*http.MaxBytesError)) {
		answer.NewProblem(http.StatusRequestEntityTooLarge, logs.CodeMessageTooLarge, "Message too large",
			fmt.Sprintf("the body may have at most %d bytes", maxBody)).Write(w)
		return
	}
	word := levelIn(r.Header.Get("Content-Type"), body) // of a body that broke off: no level
	for _, level := range loggedLevels {
		if level.String() == word {
			l.output.SetLevel(level)
			l.tell(w, r)
			return
		}
	}
	answer.InvalidParameter("level", "level must be debug, info, warn or error, as level=debug or as %s", `{"level":"debug"}`).Write(w)
}

// levelIn returns the level that a body names, "" for none.
func levelIn(contentType string, body []byte) string {
	if media, _, _ := mime.ParseMediaType(contentType); media == "application/x-www-form-urlencoded" {
		form, _ := url.ParseQuery(string(body)) // what cannot be read is missing
		return form.Get("level")
	}
	var b levelBody
	_ = json.Unmarshal(body, &b) // the same
	return b.Level
}
