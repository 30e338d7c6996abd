package logs

import (
	"bytes"
	"fmt"
	"math"
	"regexp"
	"strings"
	"time"
	"unicode"

	"go.uber.org/zap/zapcore"
)

// phrases are how fields read in the console form, with the value in place of the percent
// sign. Other fields are shown as key=value.
var phrases = map[string]string{
	reason.Key: "%", kind.Key: "%", state.Key: "%", code.Key: "%", status.Key: "%", faultName.Key: "%",
	method.Key: "%", urlPath.Key: "%", statusCode.Key: "%",
	version.Key: "%", config.Key: "%", listener.Key: "%", urls.Key: "%", path.Key: "%", signal.Key: "%",
	key.Key: "%", codes.Key: "%", errorText.Key: ": %",

	byteCount.Key: "% bytes", chunks.Key: "% chunks", total.Key: "of %",
	activeStreams.Key: "% streams", remaining.Key: "% streams", messagesStored.Key: "% messages",
	position.Key: "at %", lastEventID.Key: "after id %", howMany.Key: "count %", plan.Key: "plan %",
	clientAddress.Key: "from %", fromLevel.Key: "from %", toLevel.Key: "to %", fingerprint.Key: "SHA-256 %",

	startupMS.Key: "in %", durationMS.Key: "in %", intervalMS.Key: "every %", outageMS.Key: "after %",
	ageMS.Key: "age %", ttfcMS.Key: "after %", lagMS.Key: "% behind", maxLagMS.Key: "at most % behind",
}

// appendDetail adds a field to those before it. It leaves out what is empty, false or no
// time.
func appendDetail(to []byte, f *zapcore.Field) []byte {
	value := valueOf(f)
	if value == "" {
		return to
	}
	phrase, known := phrases[f.Key]
	switch {
	case f.Type == zapcore.BoolType:
		phrase, value = f.Key, ""
	case !known:
		phrase = f.Key + "=%"
	}
	if value == "1" {
		phrase = strings.TrimSuffix(phrase, "s")
	}
	if len(to) > 0 && phrase[0] != ':' {
		to = append(to, ' ')
	}
	if len(to) == 0 {
		phrase = strings.TrimPrefix(phrase, ": ")
	}
	before, after, _ := strings.Cut(phrase, "%")
	to = append(to, before...)
	to = append(to, value...)
	return append(to, after...)
}

// valueOf is a field's value in words that do nothing to a terminal, "" for one that is not
// shown.
func valueOf(f *zapcore.Field) string {
	switch f.Type {
	case zapcore.StringType:
		if f.Key == errorText.Key {
			return harmless(f.String)
		}
		return word(f.String)
	case zapcore.BoolType:
		if f.Integer == 0 {
			return ""
		}
		return "yes"
	case zapcore.Float64Type:
		if strings.HasSuffix(f.Key, "_ms") {
			return roughly(time.Duration(math.Float64frombits(uint64(f.Integer)) * float64(time.Millisecond)))
		}
	case zapcore.Int64Type:
		if f.Integer == 0 && f.Key == activeStreams.Key {
			return ""
		}
	case zapcore.ObjectMarshalerType:
		if s, ok := f.Interface.(settings); ok {
			return s.changed()
		}
	case zapcore.ArrayMarshalerType:
		return list(f)
	}
	return strings.Trim(string(jsonOf(f)), `"`)
}

// jsonOf is a field's value as JSON.
func jsonOf(f *zapcore.Field) []byte {
	_, value, _ := bytes.Cut(appendField(nil, f), []byte(`":`))
	return value
}

// roughly is a duration with two or three digits, "" for none: 0.42ms, 1.3ms, 52ms, 1.2s,
// 2m5s.
func roughly(d time.Duration) string {
	switch {
	case d == 0:
		return ""
	case d < time.Millisecond:
		return fmt.Sprintf("%.2gms", d.Seconds()*1000)
	case d < 10*time.Millisecond:
		return d.Round(100 * time.Microsecond).String()
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < time.Minute:
		return d.Round(100 * time.Millisecond).String()
	default:
		return d.Round(time.Second).String()
	}
}

// listed is how many texts of an array are shown.
const listed = 2

// list is the first texts of an array, with spaces between them.
func list(f *zapcore.Field) string {
	texts := zapcore.NewMapObjectEncoder()
	f.AddTo(texts)
	all, _ := texts.Fields[f.Key].([]any)
	var words []string
	for _, text := range all {
		if text, ok := text.(string); ok {
			words = append(words, word(text))
		}
	}
	if more := len(words) - listed; more > 0 {
		words = append(words[:listed], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(words, " ")
}

// word is any text: unchanged if it is one word, else in quotes.
func word(text string) string {
	text = shortIDs(text)
	if strings.ContainsFunc(text, func(r rune) bool {
		return r == '"' || r == '\\' || r == unicode.ReplacementChar || unicode.IsSpace(r) || !unicode.IsGraphic(r)
	}) {
		return string(append(appendEscaped([]byte{'"'}, text), '"'))
	}
	return text
}

// harmless is a text of several words, with escapes for what a terminal would obey.
func harmless(text string) string {
	return unescaped.Replace(string(appendEscaped(nil, shortIDs(text))))
}

// unescaped removes the escapes that only matter between quotes.
var unescaped = strings.NewReplacer(`\"`, `"`, `\\`, `\`)

// ids are UUIDs.
var ids = regexp.MustCompile(`\b([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`)

// shortIDs is a text in which each id is cut to its beginning.
func shortIDs(text string) string {
	if strings.Count(text, "-") < 4 {
		return text
	}
	return ids.ReplaceAllString(text, "$1"+cutMark)
}
