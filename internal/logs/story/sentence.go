package story

import (
	"fmt"
	"strings"

	"sseserver/internal/logs"
	"sseserver/internal/logs/reading"
	"sseserver/internal/logs/terminal"
)

// sentence says in words what a line tells.
func sentence(line *reading.Line) string {
	say := sentences[line.Event]
	if say == nil {
		return line.Message
	}
	return say(line)
}

// sentences are those of the events that a story is made of.
var sentences = map[*logs.Event]func(*reading.Line) string{
	logs.MessageSubmitted: func(l *reading.Line) string {
		if l.Str("state") == "open" {
			return "opened as a live message"
		}
		return fmt.Sprintf("submitted: %s, %s", terminal.Count(number(l, "total", 0), "character"), terminal.Count(number(l, "bytes", 0), "byte"))
	},
	logs.MessageCompleted: func(l *reading.Line) string {
		return fmt.Sprintf("completed by its producer: %s, %s", terminal.Count(number(l, "chunks", 0), "chunk"), terminal.Count(number(l, "bytes", 0), "byte"))
	},
	logs.MessageFailed: func(l *reading.Line) string {
		return fmt.Sprintf("failed after %s: %s", terminal.Count(number(l, "chunks", 0), "chunk"), l.Str("reason"))
	},
	logs.MessageDeleted: func(l *reading.Line) string { return "deleted" + ending(l) },
	logs.MessageEvicted: func(l *reading.Line) string {
		return fmt.Sprintf("evicted by the server (%s)%s", l.Str("reason"), ending(l))
	},
	logs.MessageRejected: func(l *reading.Line) string { return "message refused: " + l.Str("reason") + because(l) },
	logs.StreamOpened:    openedSentence,
	logs.StreamClosed:    closedSentence,
	logs.StreamRejected: func(l *reading.Line) string {
		return fmt.Sprintf("stream refused: %s (%d)%s", l.Str("reason"), number(l, "status", 0), because(l))
	},
	logs.StreamFirstChunk: func(l *reading.Line) string { return "first chunk after " + duration(l, "ttfc_ms") },
	logs.StreamChunk:      func(l *reading.Line) string { return fmt.Sprintf("chunk %d sent", number(l, "position", 0)) },
	logs.StreamSlow:       func(l *reading.Line) string { return "fell behind its schedule: " + duration(l, "lag_ms") },
	logs.StreamRecovered: func(l *reading.Line) string {
		return "back on schedule; it was up to " + duration(l, "lag_ms") + " behind"
	},
	logs.StreamEndRequested: func(l *reading.Line) string { return "an operator asked for its end," + from(l) },
	logs.StreamFault: func(l *reading.Line) string {
		where := ""
		if l.Has("position") {
			where = fmt.Sprintf(" at position %d", number(l, "position", 0))
		}
		return "fault of the test plan: " + l.Str("fault") + where
	},
	logs.HTTPRequest: func(l *reading.Line) string {
		return fmt.Sprintf("%s %s: %d after %s%s", l.Str("http.request.method"), l.Str("url.path"),
			number(l, "http.response.status_code", 0), duration(l, "duration_ms"), from(l))
	},
	logs.HTTPRequestRejected: func(l *reading.Line) string {
		return fmt.Sprintf("request refused: %s (%d)%s", l.Str("code"), number(l, "status", 0), because(l))
	},
	logs.HTTPPanic:      func(l *reading.Line) string { return "panic in the server" + because(l) },
	logs.ServerStarting: func(l *reading.Line) string { return "server started: " + l.Str("version") },
	logs.ServerShutdownStarted: func(l *reading.Line) string {
		return fmt.Sprintf("the server began to shut down (%s)", l.Str("signal"))
	},
	logs.ServerShutdownForced: func(l *reading.Line) string { return "the server's shutdown was forced" },
	logs.LogEntriesDropped: func(l *reading.Line) string {
		return terminal.Count(number(l, "count", 0), "line") + " of the log missing here"
	},
	logs.StoreLost: func(l *reading.Line) string { return "the store of the messages did not answer" + because(l) },
	logs.StoreRestored: func(l *reading.Line) string {
		return "the store of the messages answered again, after " + duration(l, "outage_ms")
	},
}

func openedSentence(l *reading.Line) string {
	s := openedBy(l, nil)
	what := s.kind
	if s.unit != "" && s.unit != "character" {
		what += " by " + s.unit
	}
	text := fmt.Sprintf("stream opened%s: %s", from(l), what)
	if interval, ok := l.Float("interval_ms"); ok && interval > 0 {
		text += ", a chunk every " + Duration(milliseconds(interval))
	}
	switch {
	case s.resumed:
		text += fmt.Sprintf(", resumed at position %d", s.from)
	case l.Str("last_event_id") != "":
		text += fmt.Sprintf(", from the start, since %q is no position of it", l.Str("last_event_id"))
	}
	if s.previous != "" {
		text += ", after stream " + Short(s.previous)
	}
	if s.plan != "" {
		text += fmt.Sprintf(", with the test plan %s", s.plan)
	}
	return text
}

func closedSentence(l *reading.Line) string {
	s := newStream(l, nil)
	s.close(l, nil)
	text := "stream closed: " + s.reason
	switch {
	case s.sent == 0:
		text += ", nothing sent"
	case s.kind == progress:
		text += fmt.Sprintf(", at %d %%", s.reached)
	case s.total >= 0:
		text += ", at " + Share(s.kind, s.unit, min(s.reached, s.total), s.total)
	default:
		text += ", at " + s.units(s.reached)
	}
	text += " after " + duration(l, "duration_ms")
	if s.lag >= noticeable {
		text += fmt.Sprintf("; up to %s behind", Duration(s.lag))
	}
	if s.faults > 0 {
		text += "; " + terminal.Count(s.faults, "fault")
	}
	return text + because(l)
}

// Short is the first digits of an id, as the console form has them.
func Short(id string) string { return id[:min(len(id), shortest)] }

func duration(l *reading.Line, key string) string {
	ms, _ := l.Float(key)
	return Duration(milliseconds(ms))
}

func from(l *reading.Line) string {
	if address := l.Str("client.address"); address != "" {
		return " from " + address
	}
	return ""
}

func because(l *reading.Line) string {
	if text := l.Str("error"); text != "" {
		for _, code := range []string{l.Str("reason"), l.Str("code")} { // which is told already
			text = strings.TrimPrefix(text, "httpapi: "+code+": ")
		}
		return ": " + text
	}
	return ""
}

// ending tells how many streams a message took with it.
func ending(l *reading.Line) string {
	if n := number(l, "active_streams", 0); n > 0 {
		return ", which ended " + terminal.Count(n, "stream")
	}
	return ""
}
