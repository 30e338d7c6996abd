package main

import (
	"io"
	"testing"

	"sseserver/internal/load/track"
)

func TestSequenceFlag(t *testing.T) {
	for text, want := range map[string]track.Numbering{
		"auto": track.Auto, "id": track.ByID, "none": track.Unnumbered, "position": track.ByPosition,
		"data": track.ByPath, "data.meta.n": track.ByPath,
	} {
		got, err := parse([]string{"--url", "a", "--sequence", "data.x", "--sequence", text}, io.Discard)
		path := text
		if want != track.ByPath {
			path = ""
		}
		if err != nil || got.config.Numbering != want || got.config.NumberAt.String() != path {
			t.Errorf("--sequence %s: got %v at %q, error %v", text, got.config.Numbering, got.config.NumberAt, err)
		}
	}
	for text, want := range map[string]string{
		"data.":   "want for example data.sent_at",
		"path":    "--sequence path: say where the number is, for example data.n",
		"positon": `unknown numbering "positon"`,
	} {
		wantConfigError(t, want, "--url", "http://a", "--sequence", text)
	}
}
