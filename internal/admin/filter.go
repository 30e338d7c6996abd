package admin

import (
	"bytes"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"sseserver/internal/answer"
	"sseserver/internal/logs"

	"github.com/tidwall/gjson"
	"go.uber.org/zap/zapcore"
)

// conditions are what a query asks for with "where"; all must hold. The zero value
// is none.
//
//	where=event=stream.closed&where=reason~client&where=*~192.0.2.7
type conditions []condition

// condition is one of them.
type condition struct {
	key      string // anyKey for the whole
	text     string // in lower case for contains
	contains bool   // rather than to be equal
	isPlain  bool   // where it is equal, the text is part of the line as it is written
}

// anyKey stands for all that there is to be searched.
const anyKey = "*"

// maxConditions bounds what is looked for in every line.
const maxConditions = 16

// whereOf reads the conditions of a query.
func whereOf(query url.Values) (conditions, *answer.Problem) {
	texts := query["where"]
	if len(texts) > maxConditions {
		return nil, answer.InvalidParameter("where", "there may be at most %d conditions", maxConditions).Between(0, maxConditions)
	}
	var all conditions
	for _, text := range texts {
		at := strings.IndexAny(text, "=~")
		if at <= 0 || text[:at] == anyKey && text[at] == '=' {
			return nil, answer.InvalidParameter("where", "a condition is key=value, key~text or *~text; %q is none of these", text)
		}
		c := condition{key: text[:at], text: text[at+1:], contains: text[at] == '~'}
		c.isPlain = !c.contains && !strings.ContainsFunc(c.text, isEscaped)
		if c.contains {
			c.text = strings.ToLower(c.text)
		}
		all = append(all, c)
	}
	return all, nil
}

// isEscaped says whether a character may be escaped in JSON.
func isEscaped(r rune) bool {
	return r <= ' ' || r > '~' || strings.ContainsRune(`"\/<>&`, r)
}

// fields is what conditions are asked about.
type fields interface {
	// value returns the value of a key as text.
	value(key string) (string, bool)
	// lower returns all that there is as one text, in lower case.
	lower() []byte
}

func (all conditions) hold(of fields) bool {
	for _, c := range all {
		if !c.holds(of) {
			return false
		}
	}
	return true
}

func (c condition) holds(of fields) bool {
	if c.key == anyKey {
		return bytes.Contains(of.lower(), []byte(c.text))
	}
	value, ok := of.value(c.key)
	if c.contains {
		return ok && strings.Contains(strings.ToLower(value), c.text)
	}
	return ok && value == c.text
}

// filter says which lines of the log somebody wants to see.
type filter struct {
	level zapcore.Level // the least
	where conditions
}

// filterOf reads the filter of a query. Without a level it is all lines.
func filterOf(query url.Values) (filter, *answer.Problem) {
	where, wrong := whereOf(query)
	f := filter{zapcore.DebugLevel, where}
	if wrong != nil || !query.Has("level") {
		return f, wrong
	}
	i := slices.IndexFunc(loggedLevels, func(l zapcore.Level) bool { return l.String() == query.Get("level") })
	if i < 0 {
		return f, answer.InvalidParameter("level", "level must be debug, info, warn or error")
	}
	f.level = loggedLevels[i]
	return f, nil
}

// takes looks first for what costs least: of most filters, next to no line has the
// text in it.
func (f filter) takes(l *line) bool {
	if l.Level < f.level {
		return false
	}
	for _, c := range f.where {
		if c.isPlain && !bytes.Contains(l.Text, []byte(c.text)) {
			return false
		}
	}
	return f.where.hold(l)
}

// key tells filters apart that take different lines.
func (f filter) key() string { return fmt.Sprintf("%#v", f) } // in which texts are quoted

// line is a line of the log that filters look at, and that is read and framed once
// however many these are. One goroutine uses it.
type line struct {
	logs.Entry
	read   []pair // nil before the first value was asked for
	folded []byte // the same for lower
	frame  []byte // the same for framed
}

type pair struct{ key, value string }

// value returns that of a key: a string as it is meant, all else as it is written.
func (l *line) value(key string) (string, bool) {
	if l.read == nil {
		gjson.ParseBytes(l.Text).ForEach(func(key, value gjson.Result) bool {
			text := value.Raw
			if value.Type == gjson.String {
				text = value.Str
			}
			l.read = append(l.read, pair{key.Str, text})
			return true
		})
	}
	for _, p := range l.read {
		if p.key == key {
			return p.value, true
		}
	}
	return "", false
}

func (l *line) lower() []byte {
	if l.folded == nil {
		l.folded = bytes.ToLower(l.Text)
	}
	return l.folded
}
