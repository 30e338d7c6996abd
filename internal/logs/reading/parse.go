package reading

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"time"

	"sseserver/internal/logs"

	"go.uber.org/zap/zapcore"
)

// parser makes lines of texts, over and over in the same memory.
type parser struct {
	line    Line
	shapes  shapes
	loggers map[string]string

	ways      []*stretch // at the beginning of a line
	stretches int        // in all

	day     int64 // in seconds since 1970, of dayText
	dayText [len("2006-01-02")]byte
}

// maxLoggers bounds the names that are kept; there are a dozen.
const maxLoggers = 100

var (
	errNoEvent  = errors.New(`it has no "event"`)
	errNoTime   = errors.New(`it has no "time"`)
	errNoLevel  = errors.New(`it has no "level"`)
	errBadSeq   = errors.New(`its "seq" is no positive integer`)
	errNotText  = errors.New(`its "msg" or "logger" is no string`)
	errConsole  = errors.New("it is of the console form; only JSON lines can be read (--log-format json)")
	errTooLong  = fmt.Errorf("it is longer than %d bytes", maxLine)
	errNULBytes = errors.New("it begins with NUL bytes, as a crash of the machine leaves them")
)

// parse reads a line, all but where it stands. It is valid until the next call.
func (p *parser) parse(text []byte) (*Line, error) {
	l := &p.line
	l.Raw, l.shapes = text, &p.shapes
	if p.again() {
		return l, nil
	}
	fields, err := scanObject(text, l.fields[:0])
	l.fields, l.shape, l.Seq, l.Logger, l.Event = fields, nil, 0, "", nil
	if errors.Is(err, errNoObject) && isConsole(text) {
		return nil, errConsole
	}
	if err != nil {
		return nil, err
	}
	if err := p.common(); err != nil {
		return nil, err
	}
	p.remember()
	return l, nil
}

// isConsole reports whether a line begins as those of the console form do: with the
// time of day, or, in older versions, with the whole time.
//
//	17:52:50.123 ERROR bad configuration
func isConsole(text []byte) bool {
	if _, rest, ok := bytes.Cut(text, []byte("m")); ok && bytes.HasPrefix(text, []byte("\x1b[")) {
		text = rest // a colour
	}
	_, err := time.Parse("15:04:05.000", string(text[:min(len(text), len("15:04:05.000"))]))
	_, older := time.Parse("2006-01-02T15:04:05", string(text[:min(len(text), len("2006-01-02T15:04:05"))]))
	return err == nil || older == nil
}

// common reads the keys that every line has.
func (p *parser) common() error {
	l := &p.line
	var hasTime, hasLevel, hasEvent bool
	var message []byte
	left := 6 // our logger writes these first
	for i := 0; i < len(l.fields) && left > 0; i++ {
		f := &l.fields[i]
		var err error
		value := f.in(l.Raw)
		left--
		switch string(f.keyIn(l.Raw)) {
		case logs.SeqKey:
			l.Seq, err = parseSeq(value)
		case logs.TimeKey:
			hasTime = true
			l.Time, err = p.parseTime(value)
		case logs.LevelKey:
			hasLevel = true
			l.Level, err = parseLevel(value)
		case logs.LoggerKey:
			l.Logger, err = p.logger(value)
		case logs.MessageKey:
			message, err = value.text()
		case logs.EventKey:
			hasEvent = value.kind == stringKind
			if l.Event = events[string(value.raw)]; l.Event != nil {
				l.Name = l.Event.Name
			} else {
				l.Name = value.String()
				l.Event = events[l.Name]
			}
		default:
			left++
		}
		if err != nil {
			return err
		}
	}
	if l.Event != nil && string(message) == l.Event.Message {
		l.Message = l.Event.Message
	} else {
		l.Message = string(message)
	}
	switch {
	case !hasEvent:
		return errNoEvent
	case !hasTime:
		return errNoTime
	case !hasLevel:
		return errNoLevel
	}
	return nil
}

func parseSeq(v Value) (uint64, error) {
	if v.kind != intKind {
		return 0, errBadSeq
	}
	if n, ok := atoi(v.raw); ok && n > 0 {
		return uint64(n), nil
	}
	n, err := strconv.ParseUint(string(v.raw), 10, 64)
	if err != nil || n == 0 {
		return 0, errBadSeq
	}
	return n, nil
}

func parseLevel(v Value) (zapcore.Level, error) {
	switch {
	case v.kind != stringKind:
	case v.Is("info"):
		return zapcore.InfoLevel, nil
	case v.Is("debug"):
		return zapcore.DebugLevel, nil
	case v.Is("warn"):
		return zapcore.WarnLevel, nil
	case v.Is("error"):
		return zapcore.ErrorLevel, nil
	}
	return 0, fmt.Errorf("its level is %s, want debug, info, warn or error", v.short())
}

func (p *parser) logger(v Value) (string, error) {
	text, err := v.text()
	if err != nil {
		return "", err
	}
	if known, ok := p.loggers[string(text)]; ok {
		return known, nil
	}
	name := string(text)
	if p.loggers == nil {
		p.loggers = make(map[string]string)
	}
	if len(p.loggers) < maxLoggers {
		p.loggers[name] = name
	}
	return name, nil
}

// text is that of a string, valid as long as the line.
func (v Value) text() ([]byte, error) {
	switch {
	case v.kind != stringKind:
		return nil, errNotText
	case v.escaped:
		return []byte(v.String()), nil
	default:
		return v.raw, nil
	}
}

// short is the value, cut, for an error.
func (v Value) short() string {
	const most = 40
	if text := v.String(); len(text) > most {
		return strconv.Quote(text[:most]) + "…"
	}
	return strconv.Quote(v.String())
}

// parseTime reads a time of logs.TimeLayout, in UTC. It does so itself, because
// time.Parse takes a quarter of what the whole line does; consecutive lines are
// of the same day.
func (p *parser) parseTime(v Value) (time.Time, error) {
	const layout = "2006-01-02T15:04:05.000000Z"
	text := v.raw
	if v.kind != stringKind || len(text) != len(layout) {
		return time.Time{}, timeError(v)
	}
	if [10]byte(text[:10]) != p.dayText {
		day, err := time.Parse(time.DateOnly, string(text[:10]))
		if err != nil {
			return time.Time{}, timeError(v)
		}
		p.day, p.dayText = day.Unix(), [10]byte(text[:10])
	}
	hour, minute, second := two(text[11:]), two(text[14:]), two(text[17:])
	micro := two(text[20:])*10000 + two(text[22:])*100 + two(text[24:])
	if text[10] != 'T' || text[13] != ':' || text[16] != ':' || text[19] != '.' || text[26] != 'Z' ||
		uint(hour) > 23 || uint(minute) > 59 || uint(second) > 59 || uint(micro) > 999999 {
		return time.Time{}, timeError(v)
	}
	return time.Unix(p.day+int64(hour*3600+minute*60+second), int64(micro)*1000).UTC(), nil
}

// two is the value of two digits; less than -100 000 if they are none.
func two(text []byte) int {
	if !isDigit(text[0]) || !isDigit(text[1]) {
		return -1 << 40
	}
	return int(text[0]-'0')*10 + int(text[1]-'0')
}

func timeError(v Value) error {
	return fmt.Errorf("its time is %s, which is not of the layout %s in UTC", v.short(), logs.TimeLayout)
}
