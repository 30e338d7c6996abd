package httpapi

import (
	"fmt"
	"unicode"
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
// it ignores: clients send much that means nothing to an echo. It writes over body,
// so that the texts of long messages are not copied only to count their words.
func parseChat(body []byte) (c chat, err error) {
	request, err := parseObject(body)
	if err != nil {
		return chat{}, err
	}
	var values [5][]byte
	if err = request.members([]string{"model", "stream", "stream_options", "n", "messages"}, values[:]); err != nil {
		return chat{}, err
	}
	if err = c.readModel(values[0]); err != nil {
		return chat{}, err
	}
	if c.stream, err = flag("stream", values[1]); err != nil {
		return chat{}, err
	}
	if c.usage, err = includesUsage(values[2]); err != nil {
		return chat{}, err
	}
	if n := values[3]; isSet(n) && string(n) != "1" {
		return chat{}, invalidParam("n", "must be 1: an echo has one answer")
	}
	return c, c.readMessages(values[4])
}

func (c *chat) readModel(value []byte) error {
	model, err := stringOf("model", value)
	if err != nil {
		return err
	}
	if len(model) == 0 || len(model) > maxModel {
		return invalidParam("model", fmt.Sprintf("must have 1 to %d bytes; any name will do", maxModel))
	}
	c.model = string(model)
	return nil
}

// flag returns a member that is true or false. One that is not there is false.
func flag(name string, value []byte) (bool, error) {
	switch {
	case !isSet(value), string(value) == "false":
		return false, nil
	case string(value) == "true":
		return true, nil
	default:
		return false, invalidParam(name, "must be true or false")
	}
}

// includesUsage returns stream_options.include_usage.
func includesUsage(options []byte) (bool, error) {
	const name = "stream_options"
	if !isSet(options) {
		return false, nil
	}
	if options[0] != '{' {
		return false, invalidParam(name, "must be an object")
	}
	value, err := object(options).member("include_usage")
	if err != nil {
		return false, err
	}
	return flag(name+".include_usage", value)
}

// readMessages counts the words of all messages, and takes the text of the last one
// of the user.
func (c *chat) readMessages(array []byte) error {
	if !isSet(array) || array[0] != '[' {
		return noText("messages must be an array")
	}
	var last []byte
	i := 0
	for message := range elements(array) {
		isUser, text, err := readMessage(message)
		if err != nil {
			return inMessage(i, err)
		}
		c.prompt += countWords(text)
		if isUser {
			last = text
		}
		i++
	}
	if len(last) == 0 {
		return noText("the last message of the role user must have a text, which is the answer")
	}
	c.text = string(last)
	return nil
}

func noText(detail string) *problem {
	p := messageRequired(detail)
	p.param = "messages"
	return p
}

// inMessage returns err, which tells of a member of a message as .content, as a
// *problem of the message at i.
func inMessage(i int, err error) *problem {
	p := problemOf(err)
	name := fmt.Sprintf("messages[%d]", i)
	if p.param != "" {
		p.Detail = name + p.Detail
	}
	p.param = name + p.param
	return p
}

// readMessage returns the text of a message, and whether it is the user's.
func readMessage(message []byte) (isUser bool, text []byte, err error) {
	if message[0] != '{' {
		return false, nil, invalidParameter("", "each of messages must be an object")
	}
	var values [2][]byte
	if err := object(message).members([]string{"role", "content"}, values[:]); err != nil {
		return false, nil, err
	}
	role, content := values[0], values[1]
	if !isSet(role) || role[0] != '"' {
		return false, nil, invalidParam(".role", "must be a string")
	}
	isUser = spells(role, "user")
	text, err = contentText(content)
	return isUser, text, err
}

// contentText returns the text of the content of a message: a string, or the parts of
// type text of an array. A message without content, as of a call of tools, has none.
func contentText(content []byte) (text []byte, err error) {
	const name = ".content"
	switch {
	case !isSet(content):
		return nil, nil
	case content[0] == '"':
		return stringOf(name, content)
	case content[0] != '[':
		return nil, invalidParam(name, "must be a string or an array of parts")
	}
	text = content[:0] // what is read has more room than its text
	for part := range elements(content) {
		piece, err := partText(part)
		if err != nil {
			return nil, err
		}
		text = append(text, piece...)
	}
	return text, nil
}

// partText returns the text of a part of a content, none of an image or a sound.
func partText(part []byte) ([]byte, error) {
	if part[0] != '{' {
		return nil, invalidParam(".content", "must be a string or an array of parts, which are objects")
	}
	var values [2][]byte
	if err := object(part).members([]string{"type", "text"}, values[:]); err != nil {
		return nil, err
	}
	kind, text := values[0], values[1]
	if !isSet(kind) || kind[0] != '"' {
		return nil, invalidParam(".content.type", "must be a string")
	}
	if !spells(kind, "text") {
		return nil, nil
	}
	return stringOf(".content.text", text)
}

// isSet says whether a member is there and not null, which some clients send instead.
func isSet(value []byte) bool { return value != nil && string(value) != "null" }

// stringOf returns the text that value, a member of that name, is the string of. It
// writes over value.
func stringOf(name string, value []byte) ([]byte, error) {
	if !isSet(value) || value[0] != '"' {
		return nil, invalidParam(name, "must be a string")
	}
	text, ok := unescape(value[1 : len(value)-1])
	if !ok {
		p := invalidJSON(name + " has a lone surrogate, which no UTF-8 text can hold")
		p.param = name
		return nil, p
	}
	return text, nil
}

// countWords returns how many words a text has, which are taken for its tokens.
func countWords(text []byte) (count int) {
	inWord := false
	for _, r := range string(text) { // which copies nothing
		if isSpace := unicode.IsSpace(r); isSpace == inWord {
			inWord = !isSpace
			if inWord {
				count++
			}
		}
	}
	return count
}

// invalidParam returns the *problem of a member of the body that is wrong.
func invalidParam(name, says string) *problem {
	p := invalidParameter("", "%s %s", name, says)
	p.param = name
	return p
}
