package httpapi

import (
	"bytes"
	"fmt"
	"iter"
	"strings"
	"unicode"

	"sseserver/internal/logs"
)

// chat is a request of the chat wire, in so far as its answer depends on it.
type chat struct {
	model  string
	text   string // of the last user message
	prompt int    // words of all messages
	stream bool   // the answer is events, not one document
	usage  bool   // one of them tells how many tokens there were
}

// maxModel is how long the name of a model may be, which stands in each event.
const maxModel = 128

// parseChat returns the request that body is, or a *problem. What it does not know,
// it ignores: clients send much that means nothing to an echo.
func parseChat(body []byte) (c chat, err error) {
	request, err := parseObject(body)
	if err != nil {
		return chat{}, err
	}
	if c.model, err = request.model(); err != nil {
		return chat{}, err
	}
	if c.stream, err = request.flag("stream"); err != nil {
		return chat{}, err
	}
	if c.usage, err = request.usage(); err != nil {
		return chat{}, err
	}
	if err = request.oneChoice(); err != nil {
		return chat{}, err
	}
	return c, request.messages(&c)
}

func (o object) model() (string, error) {
	value, err := o.member("model")
	if err != nil {
		return "", err
	}
	model, ok := stringOf(value)
	if !ok || model == "" || len(model) > maxModel {
		return "", invalidParam("model", "model must be a string of 1 to %d bytes; any name will do", maxModel)
	}
	return model, nil
}

// flag returns the member of that name, which is true, false or not there.
func (o object) flag(name string) (bool, error) {
	value, err := o.member(name)
	switch {
	case err != nil:
		return false, err
	case !isSet(value), string(value) == "false":
		return false, nil
	case string(value) == "true":
		return true, nil
	default:
		return false, invalidParam(name, "%s must be true or false", name)
	}
}

// usage returns stream_options.include_usage.
func (o object) usage() (bool, error) {
	value, err := o.member("stream_options")
	switch {
	case err != nil || !isSet(value):
		return false, err
	case value[0] != '{':
		return false, invalidParam("stream_options", "stream_options must be an object")
	default:
		return object(value).flag("include_usage")
	}
}

// oneChoice returns an error if more than one answer is asked for.
func (o object) oneChoice() error {
	value, err := o.member("n")
	if err != nil || !isSet(value) || string(value) == "1" {
		return err
	}
	return invalidParam("n", "n must be 1: an echo has one answer")
}

// messages reads the texts of the messages into c.
func (o object) messages(c *chat) error {
	value, err := o.member("messages")
	if err != nil {
		return err
	}
	if !isSet(value) || value[0] != '[' {
		return invalidParam("messages", "messages must be an array")
	}
	for message := range elements(value) {
		if message[0] != '{' {
			return invalidParam("messages", "each message must be an object")
		}
		role, err := object(message).member("role")
		if err != nil {
			return err
		}
		text, err := object(message).content()
		if err != nil {
			return err
		}
		c.prompt += countWords(text)
		if isSet(role) && role[0] == '"' && spells(role, "user") {
			c.text = text
		}
	}
	if c.text == "" {
		return &problem{
			Status: 400, Code: logs.CodeMessageRequired, Title: "Message required", param: "messages",
			Detail: "the last message of the role user must have a text, which is the answer",
		}
	}
	return nil
}

// content returns the text of a message: a string, or that of the parts that have
// one. A message without content, as of a call of tools, has none.
func (o object) content() (string, error) {
	value, err := o.member("content")
	if err != nil || !isSet(value) {
		return "", err
	}
	if text, ok := stringOf(value); ok {
		return text, nil
	}
	if value[0] != '[' {
		return "", invalidParam("messages", "the content of a message must be a text without lone surrogates, or an array of parts")
	}
	var text strings.Builder
	for part := range elements(value) {
		if part[0] != '{' {
			return "", invalidParam("messages", "each part of a content must be an object")
		}
		value, err := object(part).member("text")
		if err != nil {
			return "", err
		}
		if isSet(value) {
			piece, ok := stringOf(value)
			if !ok {
				return "", invalidParam("messages", "the text of a part must be a text without lone surrogates")
			}
			text.WriteString(piece)
		}
	}
	return text.String(), nil
}

// isSet says whether a member is there and not null.
func isSet(value []byte) bool { return value != nil && string(value) != "null" }

// stringOf returns the text that value, a member of a valid object, is the string
// of. It leaves value as it is.
func stringOf(value []byte) (text string, ok bool) {
	if !isSet(value) || value[0] != '"' {
		return "", false
	}
	unescaped, ok := unescape(bytes.Clone(value[1 : len(value)-1]))
	return string(unescaped), ok
}

// elements returns the elements of an array that is valid JSON.
func elements(array []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		rest := array[1:]
		for {
			rest = bytes.TrimLeft(rest, jsonSpace+",")
			if rest[0] == ']' {
				return
			}
			end := valueEnd(rest)
			if !yield(rest[:end]) {
				return
			}
			rest = rest[end:]
		}
	}
}

// countWords returns how many words a text has, which are taken for its tokens.
func countWords(text string) (count int) {
	inWord := false
	for _, r := range text {
		if isSpace := unicode.IsSpace(r); isSpace == inWord {
			inWord = !isSpace
			if inWord {
				count++
			}
		}
	}
	return count
}

func invalidParam(param, format string, args ...any) *problem {
	return &problem{
		Status: 400, Code: logs.CodeInvalidParameter, Title: "Invalid parameter",
		Detail: fmt.Sprintf(format, args...), param: param,
	}
}
