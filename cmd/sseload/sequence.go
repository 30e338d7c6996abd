package main

import (
	"strings"

	"sseserver/internal/load/track"
)

// sequence reads what numbers the events: a word, or a path in their data.
func sequence(to *track.Numbering, at *track.Path) setter {
	return func(text string) error {
		*at = track.Path{}
		if !strings.HasPrefix(text, "data") {
			return to.UnmarshalText([]byte(text))
		}
		*to = track.ByPath
		return at.UnmarshalText([]byte(text))
	}
}
