package story

import (
	"strings"

	"sseserver/internal/logs/reading"
)

// texts are those that many streams have, each kept once for all of them. Nil keeps
// none.
type texts map[string]string

// mostTexts bounds those that are kept; there are some dozens, and the addresses.
const mostTexts = 5000

// of is the text of a key in a line.
func (t texts) of(line *reading.Line, key string) string { return t.keep(line.Text(key)) }

func (t texts) keep(text []byte) string {
	if known, ok := t[string(text)]; ok {
		return known
	}
	kept := string(text)
	if t == nil {
		return kept
	}
	if len(t) >= mostTexts {
		clear(t)
	}
	t[kept] = kept
	return kept
}

// longestAgent is how much of a user agent is kept, in bytes: the first part tells what
// it is, and some are made to be long.
const longestAgent = 256

// agent is the user agent that a line tells.
func (t texts) agent(line *reading.Line) string {
	agent := line.Text("user_agent.original")
	if len(agent) > longestAgent {
		agent = []byte(strings.ToValidUTF8(string(agent[:longestAgent]), "") + "…")
	}
	return t.keep(agent)
}
