package load

import "strings"

// Text is the message to submit.
func (c Config) Text() string {
	if c.Message != "" {
		return c.Message
	}
	n := c.MessageBytes
	switch {
	case n > 0:
	case c.Arrivals > 0:
		n = arriving
	default:
		// A stream lasts from its open to the end of the steady window, at least.
		n = min(1+int((c.windows().Steady+c.Interval-1)/c.Interval), maxFitted)
	}
	return strings.Repeat(filler, n/len(filler)+1)[:n]
}

// A message made up is one character to the byte. What lasts longer than
// maxFitted of them is streamed again from the beginning.
const (
	maxFitted = 100_000
	arriving  = 100 // with Config.Arrivals, whose streams should end soon
	filler    = "The quick brown fox jumps over the lazy dog. "
)
